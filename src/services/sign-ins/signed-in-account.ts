import { interactionPolicy } from 'oidc-provider';
import type { Account, Accounts } from '../accounts/index.ts';

/** What a session tells of its sign-in. */
interface SessionSignIn {
  readonly accountId?: string | undefined;
  /** Seconds since the epoch. */
  readonly loginTs?: number | undefined;
}

/** A password is changed to keep out who knows the former one, whoever is signed in by it. */
const precedesPasswordChange = (
  { loginTs = 0 }: SessionSignIn,
  { passwordChangedAt = 0 }: Account,
): boolean => loginTs < Math.floor(passwordChangedAt / 1000);

/** A session is worth what its sign-in is worth now: nothing once the account is gone, disabled, or has another password. */
export const findSignedInAccount = async (
  session: SessionSignIn,
  accounts: Pick<Accounts, 'find'>,
): Promise<Account | undefined> => {
  const account = session.accountId === undefined ? undefined : await accounts.find(session.accountId);
  return account?.enabled && !precedesPasswordChange(session, account) ? account : undefined;
};

export const requireLoginAfterPasswordChange = (
  prompt: interactionPolicy.Prompt,
  accounts: Pick<Accounts, 'find'>,
): void => {
  const { Check } = interactionPolicy;
  prompt.checks.add(
    new Check(
      'outdated',
      'the sign-in of this session counts no longer',
      'login_required',
      async ({ oidc: { session } }) =>
        session?.accountId !== undefined && (await findSignedInAccount(session, accounts)) === undefined,
    ),
  );
};
