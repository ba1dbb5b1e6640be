import type { ListOptions, Store } from '../../store/port.ts';
import { type AuditRecord, decodeRecord } from './record.ts';

export interface AuditQuery {
  readonly client?: string | undefined;
  readonly account?: string | undefined;
  readonly type?: string | undefined;
  readonly outcome?: string | undefined;
  readonly correlation?: string | undefined;
  readonly address?: string | undefined;
  /** The administrator who asked for it. */
  readonly by?: string | undefined;
  /** Milliseconds since the epoch, both inclusive. */
  readonly from?: number | undefined;
  readonly to?: number | undefined;
}

export interface AuditPage {
  readonly items: readonly AuditRecord[];
  readonly next?: string;
}

/** The smallest index that holds everything the query asks for. */
const listFor = ({ account, client }: AuditQuery): readonly [index: string, of: string] => {
  if (account !== undefined) return ['audit-account', account];
  if (client !== undefined) return ['audit-client', client];
  return ['audit', 'all'];
};

const matcher =
  ({ client, account, type, outcome, correlation, address, by }: AuditQuery) =>
  (record: AuditRecord): boolean =>
    (client === undefined || record.client === client) &&
    (account === undefined || record.account === account) &&
    (type === undefined || record.type === type || record.type.startsWith(`${type}.`)) &&
    (outcome === undefined || record.outcome === outcome) &&
    (correlation === undefined || record.correlation === correlation) &&
    (address === undefined || record.address === address) &&
    (by === undefined || record.details?.['by'] === by);

const minPageSize = 100;

export const listRecords = async (
  store: Store,
  query: AuditQuery,
  {
    limit,
    cursor,
    order = 'descending',
    maxPages = Number.POSITIVE_INFINITY,
  }: Pick<ListOptions, 'limit' | 'cursor' | 'order'> & {
    /** How much is read at most. A page may then have fewer records than the limit, also none. */
    readonly maxPages?: number;
  },
): Promise<AuditPage> => {
  const [index, of] = listFor(query);
  const matches = matcher(query);
  const items: AuditRecord[] = [];
  let next = cursor;
  let pages = 0;
  do {
    pages += 1;
    // The cursor points behind the whole page. So a page may exceed the limit only if all of its matches are returned.
    const filter = query.type ?? query.outcome ?? query.correlation ?? query.address ?? query.by;
    const page = await store.list(index, of, {
      limit: filter === undefined ? limit - items.length : Math.max(limit - items.length, minPageSize),
      order,
      ...(next !== undefined && { cursor: next }),
      ...(query.from !== undefined && { from: query.from }),
      ...(query.to !== undefined && { to: query.to }),
    });
    for (const { document } of page.items) {
      const record = decodeRecord(document.body);
      if (record && matches(record)) items.push(record);
    }
    next = page.next;
  } while (next !== undefined && items.length < limit && pages < maxPages);
  return { items, ...(next !== undefined && { next }) };
};
