import type { Account, Claims } from '../../services/accounts/index.ts';
import {
  type ConsoleHandler,
  type ConsoleVisit,
  consolePaths,
  problemOf,
} from '../../services/console-pages/index.ts';
import {
  type AccountFormModel,
  type AccountInput,
  accountFormPage,
} from '../../views/console/account-form.ts';
import { conflictNotice, type Difference } from '../../views/console/conflict.ts';
import type { ConsoleMessages } from '../../views/languages/console/messages.ts';
import { claimsIn, errorsOf, groupsIn, inputIn, inputOf } from './account-input.ts';
import type { ConsoleAccountsDependencies } from './dependencies.ts';
import { findChangeable } from './find.ts';

const requirements = ['password', 'factor', 'profile'] as const;

/** The fields in which the saved account differs from the input. */
const differencesOf = (
  { accounts: { form, detail } }: ConsoleMessages,
  saved: AccountInput,
  input: AccountInput,
): readonly Difference[] => {
  const textsOf = (one: AccountInput) =>
    [
      [form.username, one.username],
      [form.name, one.name],
      [form.email, one.email],
      [form.emailVerified, one.emailVerified ? '✓' : '–'],
      [form.groups, groupsIn(one.groups).toSorted().join(' ')],
      [form.required, one.required.map((name) => detail.requirements[name]).join(', ')],
      [form.claims, one.claims.trim()],
    ] as const;
  const theirs = textsOf(saved);
  return textsOf(input).flatMap(([label, yours], at) => {
    const [, other = ''] = theirs[at] ?? [];
    return other === yours ? [] : [{ label, theirs: other, yours }];
  });
};

/** Claims that the form no longer has are removed. It never has `updated_at`. */
const changeOf = ({ updated_at: _, ...held }: Claims, wanted: Claims): Claims => ({
  ...Object.fromEntries(Object.keys(held).map((name) => [name, null])),
  ...wanted,
});

export const editAccount = (dependencies: ConsoleAccountsDependencies): ConsoleHandler => {
  const { administration, accounts, mail } = dependencies;

  const show = (
    { frame, csrf }: ConsoleVisit,
    account: Account,
    model: Pick<AccountFormModel, 'input'> & Partial<AccountFormModel> & { readonly status?: number },
  ) => {
    const { status = 200, errors = {}, ...rest } = model;
    const path = consolePaths.account(account.id);
    const page = accountFormPage(frame, {
      action: `${path}/edit`,
      csrf,
      back: path,
      existing: { username: account.username, version: account.version ?? '' },
      mayHaveMail: mail.isEnabled,
      errors,
      ...rest,
    });
    return { page, status };
  };

  return async (visit) => {
    const { by, form, frame } = visit;
    const account = await findChangeable(dependencies, visit);
    if (visit.method === 'GET' && !visit.isKept) return show(visit, account, { input: inputOf(account) });
    const input = inputIn(form);
    // The form shows errors with the version that it was opened with, so that a change of others is not overlooked.
    const asOpened = { ...account, version: form['version'] ?? '' };
    if (visit.method === 'GET') return show(visit, asOpened, { input });
    const { claims, errors } = claimsIn(input, frame.text);
    if (Object.keys(errors).length > 0) return show(visit, asOpened, { input, errors, status: 422 });
    try {
      await administration.accounts.update(
        by,
        account.id,
        {
          username: input.username,
          claims: changeOf(account.claims, claims),
          groups: groupsIn(input.groups),
          required: {
            add: input.required,
            remove: requirements.filter((one) => !input.required.includes(one)),
          },
        },
        { ifVersion: form['version'] ?? '' },
      );
    } catch (error) {
      const problem = problemOf(error, frame.text);
      if (problem.code !== 'version_changed')
        return show(visit, asOpened, { input, ...errorsOf(problem), status: problem.status });
      const now = (await accounts.find(account.id)) ?? account;
      const differences = differencesOf(frame.text, inputOf(now), input);
      return show(visit, now, { input, conflict: conflictNotice(frame, differences), status: 412 });
    }
    return { to: `${consolePaths.account(account.id)}?done=saved` };
  };
};
