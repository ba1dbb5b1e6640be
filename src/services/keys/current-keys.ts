import type { Clock } from '../../store/port.ts';
import type { Algorithm } from './algorithms.ts';
import type { KeyEntry } from './entry.ts';
import { KeySet } from './key-set.ts';
import { nextStamp } from './stages.ts';

type Listener = (keySet: KeySet) => void;

/**
 * Computes the current key set from the entries last read, again at each of their stamps. All processes switch keys by
 * the clock, so none has to wait for a message.
 */
export const createCurrentKeys = (
  clock: Clock,
  configured: readonly Algorithm[],
  onError: (error: unknown) => void,
) => {
  const listeners = new Set<Listener>();
  let entries: readonly KeyEntry[] = [];
  let keySet = new KeySet([], 0, configured);
  let nextChange = Number.POSITIVE_INFINITY;

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
    nextChange = nextStamp(
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
      if (clock.now() >= nextChange) refresh();
      return keySet;
    },
    nextChange: (): number => nextChange,
    onChange(listener: Listener): () => void {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
};
