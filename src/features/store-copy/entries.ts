import type { Entry, Store } from '../../store/port.ts';
import { isMarker } from './marker.ts';

/** All entries of a store except the marker of a copy. A page may be empty. */
export async function* readPages(store: Store): AsyncGenerator<readonly Entry[]> {
  let cursor: string | undefined;
  do {
    const page = await store.dump(cursor);
    yield page.entries.filter(({ key }) => !isMarker(key));
    cursor = page.next;
  } while (cursor !== undefined);
}

export const isEmpty = async (store: Store): Promise<boolean> => {
  for await (const page of readPages(store)) if (page.length > 0) return false;
  return true;
};

export const removeAll = async (store: Store): Promise<void> => {
  for await (const page of readPages(store)) {
    const documents = page.filter(({ type }) => type === 'document');
    if (documents.length > 0) await store.commit(documents.map(({ key }) => ({ op: 'remove', key })));
  }
};
