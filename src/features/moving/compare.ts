import type { Clock, Document, Entry, Key, Store } from '#src/store/port.ts';
import { pagesOf } from './entries.ts';

interface Compared {
  /** Documents by kind, as they are in both. */
  readonly documents: Readonly<Record<string, number>>;
  readonly listed: number;
  /** In the source and not, or not the same, in the target. */
  readonly missing: number;
  readonly different: number;
  readonly unlisted: number;
  /** In the target alone: the source lost it meanwhile, or it was there before. */
  readonly extra: number;
}

type Place = Extract<Entry, { type: 'index' }>;

const nameOf = ({ kind, family, id }: Key): string => JSON.stringify([kind, family, id]);

const placeOf = ({ key, entry: { index, of, at } }: Place): string =>
  JSON.stringify([nameOf(key), index, of, at]);

const textOf = ({ body, parts, claim, expiresAt }: Document): string =>
  JSON.stringify([body, Object.entries(parts).toSorted(), claim?.nonce, claim?.at, expiresAt]);

/** Every document and every place in a list, in both. What expires while they are compared is no difference. */
export const compareStores = async (source: Store, target: Store, clock: Clock): Promise<Compared> => {
  const documents: Record<string, number> = {};
  /** By name, the end of its lifetime: a server on Redis may tell of one twice. */
  const seen = new Map<string, number | undefined>();
  const wanted: Place[] = [];
  let [missing, different] = [0, 0];
  const lives = (expiresAt: number | undefined): boolean =>
    expiresAt === undefined || expiresAt > clock.now() + 1000;
  for await (const page of pagesOf(source)) {
    const all = page.flatMap((entry) => (entry.type === 'document' ? [entry] : []));
    wanted.push(...page.filter((entry) => entry.type === 'index'));
    const there = await target.read(all.map(({ key }) => key));
    for (const [i, { key, document }] of all.entries()) {
      const name = nameOf(key);
      if (seen.has(name) || !lives(document.expiresAt)) continue;
      seen.set(name, document.expiresAt);
      const copy = there[i];
      if (!copy) missing += 1;
      else if (textOf(copy) !== textOf(document)) different += 1;
      else documents[key.kind] = (documents[key.kind] ?? 0) + 1;
    }
  }
  const found = new Set<string>();
  const strange = new Set<string>();
  for await (const page of pagesOf(target)) {
    for (const entry of page) {
      const name = nameOf(entry.key);
      if (entry.type === 'index') found.add(placeOf(entry));
      else if (!seen.has(name) && lives(entry.document.expiresAt)) strange.add(name);
    }
  }
  const unlisted = wanted.filter((place) => {
    const name = nameOf(place.key);
    return seen.has(name) && lives(seen.get(name)) && !found.has(placeOf(place));
  });
  const missed = new Set(unlisted.map(placeOf)).size;
  return { documents, listed: found.size, missing, different, unlisted: missed, extra: strange.size };
};
