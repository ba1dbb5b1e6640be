import type { Accounts } from '../accounts/index.ts';
import type { AuditQuery } from './list-records.ts';

type FindAccounts = Pick<Accounts, 'find' | 'findByUsername'>;

/** Records have the subject, which never changes. An operator may give the user name instead. */
export const resolveAccounts = async <Query extends AuditQuery>(
  accounts: FindAccounts,
  query: Query,
): Promise<Query> => {
  const subjectOf = async (name: string | undefined) =>
    name === undefined ? name : ((await accounts.findByUsername(name))?.id ?? name);
  const [account, by] = await Promise.all([subjectOf(query.account), subjectOf(query.by)]);
  return { ...query, account, by };
};

/** The user names of subjects. A subject without an account, as of a deleted one, is its own name. */
export const namesOfSubjects = async (
  accounts: FindAccounts,
  subjects: readonly (string | undefined)[],
): Promise<(subject: string) => string> => {
  const names = new Map<string, string>();
  await Promise.all(
    [...new Set(subjects)].map(async (subject) => {
      const account = subject === undefined ? undefined : await accounts.find(subject);
      if (account) names.set(account.id, account.username);
    }),
  );
  return (subject) => names.get(subject) ?? subject;
};
