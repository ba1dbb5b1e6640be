import type { Listed, Store } from '../../store/port.ts';

export interface Paging {
  readonly limit?: number;
  readonly cursor?: string;
}

export interface PageOf<T> {
  readonly items: readonly T[];
  readonly next?: string;
}

interface Listing<T> extends Paging {
  readonly store: Store;
  readonly account: string;
  /** Undefined for a record that isn't asked for. */
  readonly read: (listed: Listed) => T | undefined;
}

/** The index has sessions and grants together, so pages without a wanted record are passed over, but not for ever. */
const maxPages = 20;

/** One page of the sessions or grants of an account, newest first. It may have fewer items than `limit`, also none. */
export const listLive = async <T>({
  store,
  account,
  read,
  limit = 50,
  cursor,
}: Listing<T>): Promise<PageOf<T>> => {
  let next = cursor;
  for (let pages = 1; ; pages += 1) {
    const page = await store.list('live', account, {
      limit,
      order: 'descending',
      ...(next !== undefined && { cursor: next }),
    });
    const items = page.items.flatMap((listed) => read(listed) ?? []);
    next = page.next;
    if (items.length > 0 || next === undefined || pages === maxPages)
      return { items, ...(next !== undefined && { next }) };
  }
};
