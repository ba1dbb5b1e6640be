/** What holds the keys of a client, as the engine does. */
interface KeySet extends Iterable<object> {
  clear(): void;
}

export interface KeySetRoom {
  /** Counts keys that were just fetched, once. `onDrop` is called if they are dropped to make room. */
  keep(keys: KeySet, fetchedAt: number, onDrop: () => void): void;
}

interface Options {
  /** Bytes of JSON. In memory a set takes about two and a half times as much. */
  readonly maxBytes: number;
  /** Keys of this age are not used any more. */
  readonly maxAgeMs: number;
}

interface Kept {
  readonly bytes: number;
  readonly fetchedAt: number;
  readonly onDrop: () => void;
}

/**
 * The keys that self-registered clients have together. Anyone can register a client, and name keys of any size, so the
 * number of clients bounds no memory (CWE-770). The largest set goes first, because honest ones are small.
 */
export const createKeySetRoom = ({ maxBytes, maxAgeMs }: Options): KeySetRoom => {
  /** In the order in which they were fetched. */
  const sets = new Map<KeySet, Kept>();
  let used = 0;

  const forget = (keys: KeySet): void => {
    used -= sets.get(keys)?.bytes ?? 0;
    sets.delete(keys);
  };

  const clearOld = (now: number): void => {
    for (const [keys, { fetchedAt }] of sets) {
      if (now - fetchedAt < maxAgeMs) return;
      forget(keys);
      keys.clear();
    }
  };

  const dropLargest = (): void => {
    const [largest] = [...sets].reduce((one, other) => (other[1].bytes > one[1].bytes ? other : one));
    const onDrop = sets.get(largest)?.onDrop;
    forget(largest);
    largest.clear();
    onDrop?.();
  };

  return {
    keep(keys, fetchedAt, onDrop) {
      forget(keys);
      clearOld(fetchedAt);
      const bytes = JSON.stringify([...keys]).length;
      sets.set(keys, { bytes, fetchedAt, onDrop });
      used += bytes;
      while (used > maxBytes) dropLargest();
    },
  };
};
