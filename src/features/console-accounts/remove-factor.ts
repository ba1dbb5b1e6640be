import { type ConsoleHandler, consolePaths } from '../../services/console-pages/index.ts';
import { consoleConfirmPage } from '../../views/console/confirm.ts';
import { html } from '../../views/html.ts';
import { strong } from '../../views/identities.ts';
import type { ConsoleAccountsDependencies } from './dependencies.ts';
import { findChangeable } from './find.ts';

export const removeFactor =
  (dependencies: ConsoleAccountsDependencies): ConsoleHandler =>
  async (visit) => {
    const { by, frame, csrf, method, params } = visit;
    const account = await findChangeable(dependencies, visit);
    const { factor = '' } = params;
    const path = consolePaths.account(account.id);
    if (method === 'POST') {
      await dependencies.administration.credentials.removeFactor(by, account.id, factor);
      return { to: `${path}?done=factor` };
    }
    const { factor: text } = frame.text.accounts;
    const page = consoleConfirmPage(frame, {
      title: text.title,
      body: html`<p>${strong(account.username)}</p><p>${text.explain}</p>`,
      action: `${path}/factors/${encodeURIComponent(factor)}`,
      csrf,
      back: path,
      submit: text.submit,
      isDanger: true,
    });
    return { page };
  };
