import type { Entry, Store } from '#src/store/port.ts';

type DocumentEntry = Extract<Entry, { readonly type: 'document' }>;

/** Everything in a store. */
export const entriesOf = async (store: Pick<Store, 'dump'>): Promise<readonly Entry[]> => {
  const entries: Entry[] = [];
  let cursor: string | undefined;
  do {
    const page = await store.dump(cursor);
    entries.push(...page.entries);
    cursor = page.next;
  } while (cursor !== undefined);
  return entries;
};

export const documentsOf = async (store: Pick<Store, 'dump'>): Promise<readonly DocumentEntry[]> =>
  (await entriesOf(store)).filter((entry) => entry.type === 'document');
