import { type SignInTimes, signInTimeOf } from '../../provider/sessions/session-auth-time.ts';
import { type Account, type Accounts, isSignInCurrent } from '../accounts/index.ts';

/** The part of a session that describes its sign-in. */
interface SessionSignIn extends SignInTimes {
  readonly accountId?: string | undefined;
}

/** A session counts only while its account exists, is enabled, and has neither a new password nor been signed out since. */
export const findSignedInAccount = async (
  session: SessionSignIn,
  accounts: Pick<Accounts, 'find'>,
): Promise<Account | undefined> => {
  const { accountId } = session;
  const account = accountId === undefined ? undefined : await accounts.find(accountId);
  const isCurrent = account && isSignInCurrent(account, signInTimeOf(session));
  return account?.enabled && isCurrent ? account : undefined;
};

/**
 * The account of a session that opens pages of the account. While an operator requires something of the person, such as
 * another password than a temporary one, a session is good only for the sign-in in which that is asked.
 */
export const findReadyAccount = async (
  session: SessionSignIn,
  accounts: Pick<Accounts, 'find' | 'requirementsOf'>,
): Promise<Account | undefined> => {
  const account = await findSignedInAccount(session, accounts);
  return account && accounts.requirementsOf(account).length === 0 ? account : undefined;
};
