import type { Account, Accounts } from '../accounts/index.ts';

/** The part of a session that describes its sign-in. */
interface SessionSignIn {
  readonly accountId?: string | undefined;
  /** Seconds since the epoch. */
  readonly loginTs?: number | undefined;
}

/** A new password also ends the sessions that were started with the former one. */
const precedesPasswordChange = (
  { loginTs = 0 }: SessionSignIn,
  { passwordChangedAt = 0 }: Account,
): boolean => loginTs < Math.floor(passwordChangedAt / 1000);

/** A session counts only while its account exists, is enabled, and has the password it had at the sign-in. */
export const findSignedInAccount = async (
  session: SessionSignIn,
  accounts: Pick<Accounts, 'find'>,
): Promise<Account | undefined> => {
  const account = session.accountId === undefined ? undefined : await accounts.find(session.accountId);
  return account?.enabled && !precedesPasswordChange(session, account) ? account : undefined;
};
