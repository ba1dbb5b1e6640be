import type { Store } from '../../store/port.ts';
import { type Accounts, AmbiguousAccount, idIn } from '../accounts/index.ts';
import { type AuditQuery, listRecords } from './list-records.ts';

interface Dependencies {
  readonly store: Store;
  readonly accounts: Pick<Accounts, 'findNamed'>;
}

/** Records have the subject, which never changes. It stays on record when the account is removed. */
const findSubject = async ({ accounts }: Dependencies, text: string): Promise<string> =>
  idIn(text) ?? (await accounts.findNamed(text))?.id ?? text;

/**
 * The query with the subjects of the accounts that an operator names. Throws `AmbiguousAccount` when a text fits several
 * accounts, one of which may be removed.
 */
export const resolveAccounts = async <Query extends AuditQuery>(
  dependencies: Dependencies,
  query: Query,
): Promise<Query> => {
  const { account: text, by } = query;
  const account = text === undefined ? text : await findSubject(dependencies, text);
  if (text !== undefined && account !== undefined && account !== text && idIn(text) === undefined) {
    const { items } = await listRecords(dependencies.store, { account: text }, { limit: 1 });
    if (items.length > 0) throw new AmbiguousAccount(text, [{ id: account }, { id: text }]);
  }
  return { ...query, account, by: by === undefined ? by : await findSubject(dependencies, by) };
};

/** The user names of subjects. A subject without an account, as of a deleted one, is its own name. */
export const namesOfSubjects = async (
  accounts: Pick<Accounts, 'find'>,
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
