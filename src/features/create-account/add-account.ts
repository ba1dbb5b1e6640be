import type { Account } from '../../services/accounts/index.ts';
import type { CreateAccountDependencies } from './dependencies.ts';
import type { NewAccount } from './form.ts';

const resubmissionWindowMs = 60_000;

type AddDependencies = Pick<CreateAccountDependencies, 'accounts' | 'clock'>;

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

/** A form that is submitted twice, as by a double click, succeeds both times with the same account. */
export const addAccountOnce = async (
  dependencies: AddDependencies,
  newAccount: NewAccount,
): Promise<Account> => {
  const { login: username, password, name, email } = newAccount;
  const claims = { email, email_verified: false, ...(name !== '' && { name }) };
  try {
    return await dependencies.accounts.add({ username, password, claims });
  } catch (error) {
    const account = await findJustCreated(dependencies, newAccount);
    if (account) return account;
    throw error;
  }
};
