import type { ConsoleHandler } from '../../services/console-pages/index.ts';
import { overviewPage } from '../../views/console/overview.ts';

export const overview =
  (): ConsoleHandler =>
  ({ frame }) => ({ page: overviewPage(frame) });
