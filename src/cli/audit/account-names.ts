import type { Accounts } from '#src/services/accounts/index.ts';
import type { QueryFlags } from './query.ts';

type FindAccounts = Pick<Accounts, 'find' | 'findByUsername'>;

/** Records have the subject, which never changes. An operator may give the user name instead. */
export const resolveAccount = async <Query extends QueryFlags>(
  accounts: FindAccounts,
  query: Query,
): Promise<Query> => {
  if (query.account === undefined) return query;
  const account = await accounts.findByUsername(query.account);
  return account === undefined ? query : { ...query, account: account.id };
};

/** The user names of subjects. A subject without an account, as of a deleted one, is its own name. */
export const namesOfSubjects = async (
  accounts: FindAccounts,
  subjects: readonly (string | undefined)[],
): Promise<(subject: string | undefined) => string> => {
  const names = new Map<string, string>();
  await Promise.all(
    [...new Set(subjects)].map(async (subject) => {
      const account = subject === undefined ? undefined : await accounts.find(subject);
      if (account) names.set(account.id, account.username);
    }),
  );
  return (subject = '') => names.get(subject) ?? subject;
};
