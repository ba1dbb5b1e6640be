import type { Clock, Document, Entry, Key, Store } from '../../store/port.ts';
import { readPages } from './entries.ts';

export interface Comparison {
  /** How many documents of each kind are the same in both. */
  readonly documents: Readonly<Record<string, number>>;
  /** Index entries of the target. */
  readonly listed: number;
  /** Documents of the source that the target lacks. */
  readonly missing: number;
  readonly different: number;
  /** Index entries of the source that the target lacks. */
  readonly unlisted: number;
  /** Documents that only the target has: the source has lost them since, or they were there before. */
  readonly extra: number;
}

type IndexEntry = Extract<Entry, { type: 'index' }>;

const keyText = ({ kind, family, id }: Key): string => JSON.stringify([kind, family, id]);

const indexEntryText = ({ key, entry: { index, of, at, byText } }: IndexEntry): string =>
  JSON.stringify([keyText(key), index, of, at, byText === true]);

const documentText = ({ body, fields, consumption, expiresAt }: Document): string =>
  JSON.stringify([body, Object.entries(fields).toSorted(), consumption?.nonce, consumption?.at, expiresAt]);

/** Compares all documents and index entries. A document that expires during the comparison is not a difference. */
export const compareStores = async (source: Store, target: Store, clock: Clock): Promise<Comparison> => {
  const documents: Record<string, number> = {};
  // When each document expires, by its key. A scan of Redis may return a document twice.
  const seen = new Map<string, number | undefined>();
  const expected: IndexEntry[] = [];
  let [missing, different] = [0, 0];
  const isAlive = (expiresAt: number | undefined): boolean =>
    expiresAt === undefined || expiresAt > clock.now() + 1000;
  for await (const page of readPages(source)) {
    const all = page.flatMap((entry) => (entry.type === 'document' ? [entry] : []));
    expected.push(...page.filter((entry) => entry.type === 'index'));
    const copies = await target.read(all.map(({ key }) => key));
    for (const [i, { key, document }] of all.entries()) {
      const name = keyText(key);
      if (seen.has(name) || !isAlive(document.expiresAt)) continue;
      seen.set(name, document.expiresAt);
      const copy = copies[i];
      if (!copy) missing += 1;
      else if (documentText(copy) !== documentText(document)) different += 1;
      else documents[key.kind] = (documents[key.kind] ?? 0) + 1;
    }
  }
  const found = new Set<string>();
  const extraKeys = new Set<string>();
  for await (const page of readPages(target)) {
    for (const entry of page) {
      const name = keyText(entry.key);
      if (entry.type === 'index') found.add(indexEntryText(entry));
      else if (!seen.has(name) && isAlive(entry.document.expiresAt)) extraKeys.add(name);
    }
  }
  const unlisted = expected.filter((entry) => {
    const name = keyText(entry.key);
    return seen.has(name) && isAlive(seen.get(name)) && !found.has(indexEntryText(entry));
  });
  const unlistedCount = new Set(unlisted.map(indexEntryText)).size;
  return {
    documents,
    listed: found.size,
    missing,
    different,
    unlisted: unlistedCount,
    extra: extraKeys.size,
  };
};
