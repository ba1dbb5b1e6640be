import type { Clock } from '#src/store/port.ts';
import type { Algorithm } from './algorithms.ts';
import type { KeyEntry } from './entry.ts';
import { KeySet } from './key-set.ts';
import { nextStamp } from './stages.ts';

type Listener = (keySet: KeySet) => void;

/** Turns what was read into what holds now, at every stamp anew: all processes switch by the clock, not by a message. */
export const createCurrentKeys = (
  clock: Clock,
  configured: readonly Algorithm[],
  onError: (error: unknown) => void,
) => {
  const listeners = new Set<Listener>();
  let entries: readonly KeyEntry[] = [];
  let keySet = new KeySet([], 0, configured);
  let until = Number.POSITIVE_INFINITY;

  const notifyListeners = (): void => {
    for (const listener of listeners) {
      try {
        listener(keySet);
      } catch (error) {
        onError(error);
      }
    }
  };

  const refresh = (): void => {
    const now = clock.now();
    const fresh = new KeySet(entries, now, configured);
    until = nextStamp(
      entries.map(({ stamps }) => stamps),
      now,
    );
    if (fresh.version === keySet.version) return;
    keySet = fresh;
    notifyListeners();
  };

  return {
    accept(read: readonly KeyEntry[]): void {
      entries = read;
      refresh();
    },
    current(): KeySet {
      if (clock.now() >= until) refresh();
      return keySet;
    },
    until: (): number => until,
    onChange(listener: Listener): () => void {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
};
