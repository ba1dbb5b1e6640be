import { accountNotFound } from '../../services/administration/index.ts';
import { type ConsoleHandler, consolePaths, problemOf } from '../../services/console-pages/index.ts';
import { consoleConfirmPage } from '../../views/console/confirm.ts';
import { html } from '../../views/html.ts';
import type { ConsoleGroupsDependencies } from './dependencies.ts';
import { findChangeableGroup } from './find.ts';

export const removeMember =
  (dependencies: ConsoleGroupsDependencies): ConsoleHandler =>
  async (visit) => {
    const { by, frame, csrf, method, params } = visit;
    const { accounts, administration } = dependencies;
    const { name } = await findChangeableGroup(dependencies, visit);
    const account = await accounts.find(params['account'] ?? '');
    if (account === undefined) throw accountNotFound();
    const { removeMember: text } = frame.text.groups;
    const path = consolePaths.group(name);
    const show = (problem?: string) =>
      consoleConfirmPage(frame, {
        title: text.title(account.username, name),
        body: html`<p>${accounts.isRoleGroup(name) ? text.explainRole : text.explain}</p>`,
        action: `${path}/members/${encodeURIComponent(account.id)}`,
        csrf,
        back: path,
        submit: text.submit,
        isDanger: true,
        problem,
      });
    if (method === 'GET') return { page: show() };
    try {
      await administration.groups.changeMember(by, name, account.id, false);
    } catch (error) {
      const { message, status } = problemOf(error, frame.text);
      return { page: show(message), status };
    }
    return { to: `${path}?done=memberRemoved` };
  };
