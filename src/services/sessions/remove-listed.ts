import type { Listed, Store, Write } from '../../store/port.ts';

interface Removal {
  readonly store: Store;
  readonly account: string;
  /** What is listed later than this stays. Milliseconds since the epoch. */
  readonly to?: number;
  /** The writes that remove one record, and those that go with it. */
  readonly removalsOf: (listed: Listed) => Promise<readonly Write[]> | readonly Write[];
}

const pageSize = 100;
/** The limit is for each index, so that one call takes seconds at most. */
const maxPages = 100;

/** Pending backchannel requests, remembered consents, and sessions with grants. */
const indexes = ['requests', 'consents', 'live'] as const;

/**
 * Removes what an account has, page by page. Returns false when there is more to remove. A consent goes before the
 * grants, so that a request under way finds no consent to make a new grant from.
 */
export const removeListed = async ({ store, account, to, removalsOf }: Removal): Promise<boolean> => {
  const removeFrom = async (index: string): Promise<boolean> => {
    let cursor: string | undefined;
    for (let pages = 0; pages < maxPages; pages += 1) {
      const page = await store.list(index, account, {
        limit: pageSize,
        ...(to !== undefined && { to }),
        ...(cursor !== undefined && { cursor }),
      });
      const writes = (await Promise.all(page.items.map(removalsOf))).flat();
      if (writes.length > 0) await store.commit(writes);
      cursor = page.next;
      if (cursor === undefined) return true;
    }
    return false;
  };
  let complete = true;
  for (const index of indexes) complete = (await removeFrom(index)) && complete;
  return complete;
};
