import type { Document, Store } from '../../store/port.ts';
import { searchText } from './search-text.ts';

interface Search<T> {
  readonly store: Store;
  readonly index: string;
  readonly prefix: string;
  readonly limit: number;
  readonly cursor: string | undefined;
  readonly read: (document: Document) => T;
  /** The texts that the record is found by. */
  readonly textsOf: (record: T) => readonly string[];
}

interface SearchPage<T> {
  readonly records: readonly T[];
  readonly next: string | undefined;
}

/** The first of the texts that begin with the prefix, in the order of the store. */
const firstMatch = (texts: readonly string[], prefix: string): string | undefined =>
  texts
    .filter((text) => text.startsWith(prefix))
    .toSorted((one, other) => Buffer.compare(Buffer.from(one), Buffer.from(other)))[0];

/** Entries that a page passes over cost time too, so a page is short rather than slow. */
const maxSteps = 3;

/**
 * One page of the records with a text that begins with the prefix, ordered by that text. A record that matches
 * by several texts appears once, at the first. Where many are passed over for that reason, a page has fewer items than
 * `limit`, maybe none.
 */
export const search = async <T>({
  store,
  index,
  prefix,
  limit,
  cursor,
  read,
  textsOf,
}: Search<T>): Promise<SearchPage<T>> => {
  const wanted = searchText(prefix);
  const records: T[] = [];
  let next = cursor;
  let steps = 0;
  do {
    const page = await store.find(index, wanted, {
      limit: limit - records.length,
      ...(next !== undefined && { cursor: next }),
    });
    for (const { text, document } of page.items) {
      const record = read(document);
      if (firstMatch(textsOf(record), wanted) === text) records.push(record);
    }
    next = page.next;
    steps += 1;
  } while (next !== undefined && records.length < limit && steps < maxSteps);
  return { records, next };
};
