import type { Account } from '../../services/accounts/index.ts';
import { listRecords } from '../../services/audit/index.ts';
import type { ConsoleSessionsDependencies } from './dependencies.ts';

/** Where a page begins: at a time, or behind what was read before. */
interface Start {
  /** Milliseconds since the epoch, inclusive. */
  readonly until?: number | undefined;
  readonly cursor?: string | undefined;
}

interface RecentAccounts {
  readonly accounts: readonly Account[];
  /** Where the next page begins. Undefined when the whole record was read. */
  readonly next: Start | undefined;
}

const maxAccounts = 10;
const recordsRead = 50;
/** Other records may be between two sign-ins, and one request doesn't read all of them. */
const maxPages = 10;

const signIns = { type: 'sign-in', outcome: 'ok' } as const;

/** The people who signed in last, by the audit record. Each is on the page of the last sign-in, and on no later one. */
export const readRecentAccounts = async (
  { config, store, accounts }: Pick<ConsoleSessionsDependencies, 'config' | 'store' | 'accounts'>,
  { until, cursor }: Start,
): Promise<RecentAccounts> => {
  if (!config.audit.enabled) return { accounts: [], next: undefined };
  const records = await listRecords(
    store,
    { ...signIns, to: until },
    { limit: recordsRead, maxPages, ...(cursor !== undefined && { cursor }) },
  );
  const isFirstPage = until === undefined && cursor === undefined;

  const hasLaterSignIn = async (account: string, at: number): Promise<boolean> => {
    if (isFirstPage) return false;
    const { items } = await listRecords(store, { ...signIns, account }, { limit: 1, maxPages: 1 });
    return items.some((last) => last.at > at);
  };

  const seen = new Set<string>();
  const found: Account[] = [];
  for (const { account: id, at } of records.items) {
    if (id === undefined || seen.has(id)) continue;
    if (found.length === maxAccounts) return { accounts: found, next: { until: at } };
    seen.add(id);
    const account = (await hasLaterSignIn(id, at)) ? undefined : await accounts.find(id);
    if (account !== undefined) found.push(account);
  }
  return { accounts: found, next: records.next === undefined ? undefined : { until, cursor: records.next } };
};
