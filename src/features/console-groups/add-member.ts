import { type Account, AmbiguousAccount } from '../../services/accounts/index.ts';
import { type ConsoleHandler, consolePaths, problemOf } from '../../services/console-pages/index.ts';
import { memberFormPage } from '../../views/console/groups.ts';
import type { ConsoleGroupsDependencies } from './dependencies.ts';
import { findChangeableGroup } from './find.ts';

export const addMember =
  (dependencies: ConsoleGroupsDependencies): ConsoleHandler =>
  async (visit) => {
    const { by, form, frame, csrf, method } = visit;
    const { accounts, administration } = dependencies;
    const { name } = await findChangeableGroup(dependencies, visit);
    const path = consolePaths.group(name);
    const login = (form['login'] ?? '').trim();
    const show = (status: number, problem?: string) => ({
      page: memberFormPage(frame, {
        group: name,
        action: `${path}/add`,
        csrf,
        back: path,
        login,
        problem,
        givesRole: accounts.isRoleGroup(name),
      }),
      status,
    });
    if (method === 'GET') return show(200);
    let account: Account | undefined;
    try {
      account = await accounts.findNamed(login);
    } catch (error) {
      if (!(error instanceof AmbiguousAccount)) throw error;
      return show(422, frame.text.accounts.ambiguous(error.candidates));
    }
    if (account === undefined) return show(422, frame.text.groups.member.unknown);
    try {
      await administration.groups.changeMember(by, name, account.id, true);
    } catch (error) {
      const { message, status } = problemOf(error, frame.text);
      return show(status, message);
    }
    return { to: `${path}?done=memberAdded` };
  };
