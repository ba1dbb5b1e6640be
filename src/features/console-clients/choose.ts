import { clientTypes } from '../../services/clients/index.ts';
import type { ConsoleHandler } from '../../services/console-pages/index.ts';
import { recipes } from '../../services/recipes/index.ts';
import { newClientPage } from '../../views/console/clients/new.ts';

export const chooseKind =
  (): ConsoleHandler =>
  ({ frame }) => ({ page: newClientPage(frame, { types: clientTypes, recipes }) });
