import {
  type ConsoleHandler,
  type ConsoleVisit,
  consolePaths,
  problemOf,
} from '../../services/console-pages/index.ts';
import { type AccountFormModel, accountFormPage } from '../../views/console/account-form.ts';
import { claimsIn, errorsOf, groupsIn, inputIn } from './account-input.ts';
import type { ConsoleAccountsDependencies } from './dependencies.ts';

export const addAccount = ({
  accounts,
  administration,
  mail,
}: Pick<ConsoleAccountsDependencies, 'accounts' | 'administration' | 'mail'>): ConsoleHandler => {
  const show = (
    { frame, csrf }: ConsoleVisit,
    {
      status = 200,
      ...model
    }: Pick<AccountFormModel, 'input'> & Partial<AccountFormModel> & { readonly status?: number },
  ) => {
    const page = accountFormPage(frame, {
      action: `${consolePaths.accounts}/new`,
      csrf,
      back: consolePaths.accounts,
      mayHaveMail: mail.isEnabled,
      errors: {},
      ...model,
    });
    return { page, status };
  };

  return async (visit) => {
    const { by, form, frame } = visit;
    const input = inputIn(form);
    if (visit.method === 'GET') return show(visit, { input });
    const { claims, errors } = claimsIn(input, frame.text);
    if (Object.keys(errors).length > 0) return show(visit, { input, errors, status: 422 });
    const password = form['password'] ?? '';
    const groups = groupsIn(input.groups);
    if (groups.some(accounts.isRoleGroup)) visit.requireRecentSignIn();
    try {
      const { id } = await administration.accounts.add(by, {
        username: input.username,
        claims,
        groups,
        ...(password !== '' && { password, isTemporary: true }),
      });
      return { to: `${consolePaths.account(id)}?done=added` };
    } catch (error) {
      const problem = problemOf(error, frame.text);
      return show(visit, { input, ...errorsOf(problem), status: problem.status });
    }
  };
};
