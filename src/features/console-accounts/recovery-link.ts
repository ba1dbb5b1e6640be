import { type ConsoleHandler, consolePaths, problemOf } from '../../services/console-pages/index.ts';
import { shownLinkPage } from '../../views/console/account-form.ts';
import { consoleConfirmPage } from '../../views/console/confirm.ts';
import { moment } from '../../views/console/parts.ts';
import { html } from '../../views/html.ts';
import type { ConsoleAccountsDependencies } from './dependencies.ts';
import { findChangeable } from './find.ts';

export const makeRecoveryLink =
  (dependencies: ConsoleAccountsDependencies): ConsoleHandler =>
  async (visit) => {
    const { by, frame, csrf, method } = visit;
    const account = await findChangeable(dependencies, visit);
    const { recovery: text } = frame.text.accounts;
    const path = consolePaths.account(account.id);
    const show = (problem?: string) =>
      consoleConfirmPage(frame, {
        title: text.title(account.username),
        body: html`<p>${text.explain}</p>`,
        action: `${path}/recovery-link`,
        csrf,
        back: path,
        submit: text.submit,
        problem,
      });
    if (method === 'GET') return { page: show() };
    try {
      const { url, until } = await dependencies.administration.credentials.makeRecoveryLink(by, account.id);
      const page = shownLinkPage(frame, {
        kind: 'recovery',
        url,
        until: moment(frame, until),
        name: account.username,
        back: path,
      });
      return { page };
    } catch (error) {
      const { message, status } = problemOf(error, frame.text);
      return { page: show(message), status };
    }
  };
