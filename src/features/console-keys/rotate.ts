import { Failure } from '../../errors.ts';
import type { ConsoleAnswer, ConsoleHandler, ConsoleVisit } from '../../services/console-pages/index.ts';
import { isRotatable, type Rotatable, rotatable } from '../../services/keys/index.ts';
import { rotationPage } from '../../views/console/operation/keys.ts';
import type { ConsoleKeysDependencies } from './key-pages.ts';
import { keysPath } from './paths.ts';

interface Choice {
  readonly series: Rotatable | undefined;
  readonly atOnce: boolean;
}

const choiceIn = (values: ConsoleVisit['query']): Choice => {
  const { series = 'all', at_once: atOnce } = values;
  if (series !== 'all' && !isRotatable(series))
    throw new Failure({ code: 'invalid_request', message: 'Nothing of that name rotates.' });
  return { series: series === 'all' ? undefined : series, atOnce: atOnce === 'yes' };
};

export const rotateKeys =
  ({ keys, administration }: ConsoleKeysDependencies): ConsoleHandler =>
  async ({ by, frame, csrf, query, form }): Promise<ConsoleAnswer> => {
    const isSent = form['csrf'] !== undefined;
    const { series, atOnce } = choiceIn(isSent ? form : query);
    const show = (more: Pick<Parameters<typeof rotationPage>[1], 'preview' | 'problem'>): string =>
      rotationPage(frame, {
        path: `${keysPath}/rotate`,
        back: keysPath,
        csrf,
        series: rotatable,
        chosen: { series: series ?? 'all', atOnce },
        ...more,
      });
    try {
      if (isSent) {
        await administration.keys.rotate(by, series, { now: atOnce });
        return { to: `${keysPath}?done=rotated` };
      }
      if (query['series'] === undefined) return { page: show({}) };
      return { page: show({ preview: keys.previewRotation(series, { now: atOnce }) }) };
    } catch (error) {
      // Such as a series that no application uses, or a rotation that is under way already.
      if (!(error instanceof Failure) || error.status >= 500 || error.status === 401) throw error;
      return { page: show({ problem: error.publicMessage }), status: 422 };
    }
  };
