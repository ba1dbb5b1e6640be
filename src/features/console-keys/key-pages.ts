import { Failure } from '../../errors.ts';
import type { Administration } from '../../services/administration/index.ts';
import { type ConsoleHandler, doneMessageOf } from '../../services/console-pages/index.ts';
import type { Keys } from '../../services/keys/index.ts';
import { consoleConfirmPage } from '../../views/console/confirm.ts';
import { keyListPage } from '../../views/console/operation/keys.ts';
import { html } from '../../views/html.ts';
import { keysPath } from './paths.ts';

export interface ConsoleKeysDependencies {
  readonly keys: Pick<Keys, 'list' | 'previewRotation'>;
  readonly administration: Administration;
}

export const listKeys =
  ({ keys }: ConsoleKeysDependencies): ConsoleHandler =>
  ({ by, frame, query }) => {
    const { keys: text } = frame.text.operation;
    const mayChange = by.permissions.has('keys');
    return {
      page: keyListPage(frame, {
        rows: keys.list().map(({ kid, use, alg, stage, held, created, active_at, remove_at }) => ({
          kid,
          use,
          alg,
          stage,
          isRemote: held === 'remote',
          createdAt: created,
          activeAt: active_at,
          removeAt: remove_at,
          ...(mayChange &&
            stage === 'retiring' && { removeHref: `${keysPath}/${encodeURIComponent(kid)}/remove` }),
        })),
        ...(mayChange && { rotate: `${keysPath}/rotate` }),
        done: doneMessageOf({ rotated: text.rotated, removed: text.removed }, query),
      }),
    };
  };

export const removeKey =
  ({ keys, administration }: ConsoleKeysDependencies): ConsoleHandler =>
  async ({ by, frame, csrf, form, params }) => {
    const key = keys.list().find(({ kid }) => kid === params['kid']);
    if (key === undefined)
      throw new Failure({ code: 'key_not_found', message: 'There is no such key.', status: 404 });
    if (form['csrf'] !== undefined) {
      await administration.keys.remove(by, key.kid);
      return { to: `${keysPath}?done=removed` };
    }
    const { keys: text } = frame.text.operation;
    return {
      page: consoleConfirmPage(frame, {
        title: text.removeTitle,
        body: html`<p>${text.removeBody(html`<code>${key.kid}</code>`)}</p>`,
        action: `${keysPath}/${encodeURIComponent(key.kid)}/remove`,
        csrf,
        back: keysPath,
        submit: text.removeTitle,
        isDanger: true,
      }),
    };
  };
