import { type NewAccount, type NewAccountProblem, problemOf } from '../../services/account-forms/index.ts';
import type { Account, Accounts, AddAccount, Claims } from '../../services/accounts/index.ts';
import { siteOf } from '../../services/throttle/index.ts';
import type { CreateAccountDependencies } from './dependencies.ts';

const resubmissionWindowMs = 60_000;

interface AddDependencies extends Pick<CreateAccountDependencies, 'accounts' | 'clock'> {
  /** Where the person signs up from. */
  readonly address: string;
}

/** Only the person who has just created the account knows its password. */
const findJustCreated = async (
  { accounts, clock }: AddDependencies,
  { login, password, email }: NewAccount,
): Promise<Account | undefined> => {
  const account = await accounts.findByUsername(login);
  const age = clock.now() - (account?.createdAt ?? 0);
  return age < resubmissionWindowMs && account?.claims['email'] === email
    ? accounts.authenticate(login, password)
    : undefined;
};

/** `profile` are the claims of `profile.fields`. */
const toAddAccount = (
  { login: username, password, name, email }: NewAccount,
  profile: Claims = {},
): AddAccount => ({
  username,
  password,
  claims: { ...profile, email, email_verified: false, ...(name !== '' && { name }) },
  nameGivenBy: 'person',
});

const problemIn = (error: unknown): NewAccountProblem => {
  const problem = problemOf(error);
  if (problem === undefined) throw error;
  return problem;
};

/** Rules for names and passwords. They need no look at other accounts, so a try of them counts for no limit. */
export const findBrokenRules = (
  accounts: Pick<Accounts, 'check'>,
  newAccount: NewAccount,
): readonly NewAccountProblem[] => {
  try {
    accounts.check(toAddAccount(newAccount));
    return [];
  } catch (error) {
    return [problemIn(error)];
  }
};

/** Asked where the account is added later. Otherwise a person would learn of it after they typed the code of a message. */
export const findTakenNames = async (
  accounts: Pick<Accounts, 'checkNames'>,
  newAccount: NewAccount,
  profile: Claims,
): Promise<readonly NewAccountProblem[]> => {
  try {
    await accounts.checkNames(toAddAccount(newAccount, profile));
    return [];
  } catch (error) {
    return [problemIn(error)];
  }
};

/** A form that is submitted twice, as by a double click, succeeds both times with the same account. */
export const addAccountOnce = async (
  dependencies: AddDependencies,
  newAccount: NewAccount,
  profile: Claims,
): Promise<Account> => {
  try {
    const hashFor = siteOf(dependencies.address);
    return await dependencies.accounts.add(toAddAccount(newAccount, profile), { hashFor });
  } catch (error) {
    const account = await findJustCreated(dependencies, newAccount);
    if (account) return account;
    throw error;
  }
};
