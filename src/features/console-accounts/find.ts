import type { Account } from '../../services/accounts/index.ts';
import { accountNotFound } from '../../services/administration/index.ts';
import type { ConsoleVisit } from '../../services/console-pages/index.ts';
import type { ConsoleAccountsDependencies } from './dependencies.ts';

type Dependencies = Pick<ConsoleAccountsDependencies, 'accounts' | 'administration'>;

/** The account in the path of the request. */
export const findAccount = async (
  { accounts }: Pick<Dependencies, 'accounts'>,
  { params }: ConsoleVisit,
): Promise<Account> => {
  const account = await accounts.find(params['id'] ?? '');
  if (account === undefined) throw accountNotFound();
  return account;
};

/**
 * The same for a page that changes the account. Where the account has a role, the page is refused, or asks for a recent
 * sign-in, before a person fills it in.
 */
export const findChangeable = async (
  { accounts, administration }: Dependencies,
  visit: ConsoleVisit,
): Promise<Account> => {
  const account = await findAccount({ accounts }, visit);
  administration.requireRightOver(visit.by, account);
  if (account.operatorGroups.some(accounts.isRoleGroup)) visit.requireRecentSignIn();
  return account;
};
