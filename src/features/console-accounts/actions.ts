import type { Account } from '../../services/accounts/index.ts';
import {
  type ConsoleHandler,
  type ConsoleVisit,
  consolePaths,
  type Problem,
  problemOf,
} from '../../services/console-pages/index.ts';
import { consoleConfirmPage, typedField } from '../../views/console/confirm.ts';
import { html } from '../../views/html.ts';
import { strong } from '../../views/identities.ts';
import type { AccountAction } from '../../views/languages/console/accounts/messages.ts';
import type { ConsoleAccountsDependencies } from './dependencies.ts';
import { findChangeable } from './find.ts';

type Run = (visit: ConsoleVisit, account: Account) => Promise<unknown>;

/** Asks whether to do something with an account that needs no input, and does it. */
export const accountAction = (
  dependencies: ConsoleAccountsDependencies,
  name: AccountAction,
): ConsoleHandler => {
  const { accounts, credentials } = dependencies.administration;
  const runs: Readonly<Record<AccountAction, Run>> = {
    disable: ({ by }, { id }) => accounts.setEnabled(by, id, false),
    enable: ({ by }, { id }) => accounts.setEnabled(by, id, true),
    unlock: ({ by }, { id }) => credentials.unlock(by, id),
    'sign-out': ({ by }, { id }) => accounts.endEverything(by, id),
    'reset-mail': ({ by }, { id }) => accounts.startPasswordReset(by, id),
    remove: ({ by, form }, { id }) => accounts.remove(by, id, { ifVersion: form['version'] }),
  };
  const isRemoval = name === 'remove';

  const show = (
    { frame, csrf }: ConsoleVisit,
    account: Account,
    { isWrong = false, problem }: { readonly isWrong?: boolean; readonly problem?: Problem } = {},
  ) => {
    const { accounts: messages } = frame.text;
    const text = messages.actions[name];
    const path = consolePaths.account(account.id);
    const { email } = account.claims;
    const page = consoleConfirmPage(frame, {
      title: text.title(account.username),
      body: html`${name === 'reset-mail' && typeof email === 'string' && html`<p>${strong(email)}</p>`}<p>${text.explain}</p>`,
      action: `${path}/${name}`,
      csrf,
      fields: isRemoval ? { version: account.version ?? '' } : {},
      back: path,
      submit: text.submit,
      ...((isRemoval || name === 'disable' || name === 'sign-out') && { isDanger: true as const }),
      ...(isRemoval && { typed: { label: messages.removeTyped(strong(account.username)), isWrong } }),
      problem: problem?.message,
    });
    return { page, status: problem?.status ?? (isWrong ? 422 : 200) };
  };

  return async (visit) => {
    const account = await findChangeable(dependencies, visit);
    if (visit.method === 'GET') return show(visit, account);
    if (isRemoval && visit.form[typedField]?.trim() !== account.username)
      return show(visit, account, { isWrong: true });
    try {
      await runs[name](visit, account);
    } catch (error) {
      return show(visit, account, { problem: problemOf(error, visit.frame.text) });
    }
    return { to: `${isRemoval ? consolePaths.accounts : consolePaths.account(account.id)}?done=${name}` };
  };
};
