import type { Clock } from './port.ts';

/** A bounded, short-lived cache. It keeps only what exists in the store, so guessed ids can't fill it. */
export interface ReadThroughCache<T> {
  get(id: string): Promise<T | undefined>;
  invalidate(id: string): void;
  /** Invalidates everything. */
  clear(): void;
}

interface Options<T> {
  readonly load: (id: string) => Promise<T | undefined>;
  readonly clock: Clock;
  readonly maxEntries: number;
  readonly maxAgeMs: number;
}

export const createReadThroughCache = <T>({
  load,
  clock,
  maxEntries,
  maxAgeMs,
}: Options<T>): ReadThroughCache<T> => {
  const entries = new Map<string, { readonly value: T; readonly expiresAt: number }>();
  const loading = new Map<string, Promise<T | undefined>>();

  const keep = (id: string, value: T, readAt: number): void => {
    entries.delete(id);
    entries.set(id, { value, expiresAt: readAt + maxAgeMs });
    if (entries.size > maxEntries) {
      for (const oldest of entries.keys()) {
        entries.delete(oldest);
        break;
      }
    }
  };

  const loadOnce = (id: string): Promise<T | undefined> => {
    // The store may have read the value as early as this, so its age counts from here.
    const readAt = clock.now();
    const running = load(id).then(
      (value) => {
        // An entry that was invalidated during the load may be stale: return it to this caller, but don't cache it.
        if (loading.get(id) === running) {
          loading.delete(id);
          if (value !== undefined) keep(id, value, readAt);
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
    async get(id) {
      const entry = entries.get(id);
      if (entry !== undefined && entry.expiresAt > clock.now()) {
        entries.delete(id);
        entries.set(id, entry);
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
