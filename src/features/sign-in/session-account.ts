import { hasQuery } from '../../http/interactions/has-query.ts';
import type { Visit } from '../../http/interactions/step.ts';
import type { Account, Accounts } from '../../services/accounts/index.ts';
import { isAnotherAccountRequested } from '../../services/sign-ins/index.ts';

type FindAccount = Pick<Accounts, 'find'>;

const isSwitchingAccount = ({ request, interaction }: Visit): boolean =>
  hasQuery(request, 'another') || isAnotherAccountRequested(interaction);

const enabledAccount = async (
  id: string | undefined,
  accounts: FindAccount,
): Promise<Account | undefined> => {
  const account = id === undefined ? undefined : await accounts.find(id);
  return account?.enabled ? account : undefined;
};

/** The account that is signed in and has to sign in again. Its user name can't be changed, except by switching account. */
export const reauthenticating = async (visit: Visit, accounts: FindAccount): Promise<Account | undefined> =>
  isSwitchingAccount(visit) ? undefined : enabledAccount(visit.interaction.session?.accountId, accounts);

/** The account that signed in in another tab since this interaction began without a session. */
export const signedInElsewhere = async (
  visit: Visit,
  accounts: FindAccount,
): Promise<Account | undefined> => {
  const { session, prompt } = visit.interaction;
  const mustSignIn = session !== undefined || prompt.reasons.includes('login_prompt');
  if (mustSignIn || isSwitchingAccount(visit)) return undefined;
  return enabledAccount(await visit.signedIn(), accounts);
};
