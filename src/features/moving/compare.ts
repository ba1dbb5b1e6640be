import type { Clock, Document, Entry, Key, Store } from '#src/store/port.ts';
import { isMarker } from './marker.ts';

interface Compared {
  /** Documents by kind, as they are in both. */
  readonly documents: Readonly<Record<string, number>>;
  readonly listed: number;
  /** In the source and not, or not the same, in the target. */
  readonly missing: number;
  readonly different: number;
  readonly unlisted: number;
}

async function* pages(store: Store): AsyncGenerator<readonly Entry[]> {
  let cursor: string | undefined;
  do {
    const page = await store.dump(cursor);
    yield page.entries.filter(({ key }) => !isMarker(key));
    cursor = page.next;
  } while (cursor !== undefined);
}

const placeOf = (key: Key, { index, of, at }: { index: string; of: string; at: number }): string =>
  JSON.stringify([key.kind, key.family, key.id, index, of, at]);

const placesIn = async (store: Store): Promise<Set<string>> => {
  const places = new Set<string>();
  for await (const page of pages(store)) {
    for (const entry of page) if (entry.type === 'index') places.add(placeOf(entry.key, entry.entry));
  }
  return places;
};

const textOf = ({ body, parts, claim, expiresAt }: Document): string =>
  JSON.stringify([body, Object.entries(parts).toSorted(), claim?.nonce, claim?.at, expiresAt]);

/** Every document read in both, every place in a list looked for in both. */
export const compareStores = async (source: Store, target: Store, clock: Clock): Promise<Compared> => {
  const documents: Record<string, number> = {};
  const seen = new Set<string>();
  let [missing, different] = [0, 0];
  const live = ({ expiresAt }: Document): boolean =>
    expiresAt === undefined || expiresAt > clock.now() + 1000;
  for await (const page of pages(source)) {
    const all = page.flatMap((entry) => (entry.type === 'document' ? [entry] : []));
    const there = await target.read(all.map(({ key }) => key));
    for (const [i, { key, document }] of all.entries()) {
      // A server on Redis may tell of one twice.
      const name = JSON.stringify([key.kind, key.family, key.id]);
      if (seen.has(name) || !live(document)) continue;
      seen.add(name);
      const copy = there[i];
      if (!copy) missing += 1;
      else if (textOf(copy) !== textOf(document)) different += 1;
      else documents[key.kind] = (documents[key.kind] ?? 0) + 1;
    }
  }
  const [wanted, found] = [await placesIn(source), await placesIn(target)];
  // Of what expired between the two looks the place is gone as well: only those of what is there count.
  const unlisted = [...wanted].filter((place) => {
    const [kind, family, id] = JSON.parse(place);
    return !found.has(place) && seen.has(JSON.stringify([kind, family, id]));
  });
  return { documents, listed: found.size, missing, different, unlisted: unlisted.length };
};
