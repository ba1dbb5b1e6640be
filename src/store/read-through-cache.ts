import { BoundedMap } from './bounded-map.ts';
import type { Clock } from './port.ts';

/** A bounded, short-lived cache. It keeps only what exists in the store, so guessed ids can't fill it. */
export interface ReadThroughCache<T> {
  /** What is cached is there at once, without a promise: most requests look up the same few ids several times. */
  get(id: string): T | Promise<T | undefined>;
  invalidate(id: string): void;
  /** Invalidates everything. */
  clear(): void;
}

interface Options<T> {
  readonly load: (id: string) => Promise<T | undefined>;
  readonly clock: Clock;
  readonly maxEntries: number;
  /** How large all values may be together, where callers choose their size. */
  readonly maxSize?: number;
  readonly sizeOf?: (value: T) => number;
  readonly maxAgeMs: number;
}

export const createReadThroughCache = <T>({
  load,
  clock,
  maxEntries,
  maxSize = Number.POSITIVE_INFINITY,
  sizeOf = () => 0,
  maxAgeMs,
}: Options<T>): ReadThroughCache<T> => {
  const entries = new BoundedMap<{ readonly value: T; readonly expiresAt: number }>({
    maxEntries,
    maxSize,
    sizeOf: ({ value }) => sizeOf(value),
  });
  const loading = new Map<string, Promise<T | undefined>>();

  const loadOnce = (id: string): Promise<T | undefined> => {
    // The store may have read the value as early as this, so its age counts from here.
    const readAt = clock.now();
    const running = load(id).then(
      (value) => {
        // An entry that was invalidated during the load may be stale: return it to this caller, but don't cache it.
        if (loading.get(id) === running) {
          loading.delete(id);
          if (value !== undefined) entries.set(id, { value, expiresAt: readAt + maxAgeMs });
        }
        return value;
      },
      (error: unknown) => {
        if (loading.get(id) === running) loading.delete(id);
        throw error;
      },
    );
    loading.set(id, running);
    return running;
  };

  return {
    get(id) {
      const entry = entries.get(id);
      if (entry !== undefined && entry.expiresAt > clock.now()) {
        entries.touch(id);
        return entry.value;
      }
      return loading.get(id) ?? loadOnce(id);
    },
    invalidate(id) {
      entries.delete(id);
      loading.delete(id);
    },
    clear() {
      entries.clear();
      loading.clear();
    },
  };
};
