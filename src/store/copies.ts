import type { Clock } from './port.ts';

/** Bounded, short-lived copies of what the store holds. What is not there is never kept, so guesses can't fill it. */
export interface Copies<T> {
  get(id: string): Promise<T | undefined>;
  forget(id: string): void;
}

interface Options<T> {
  readonly load: (id: string) => Promise<T | undefined>;
  readonly clock: Clock;
  readonly max: number;
  readonly maxAgeMs: number;
}

export const createCopies = <T>({ load, clock, max, maxAgeMs }: Options<T>): Copies<T> => {
  const kept = new Map<string, { readonly value: T; readonly until: number }>();
  const loading = new Map<string, Promise<T | undefined>>();

  const keep = (id: string, value: T): void => {
    kept.delete(id);
    kept.set(id, { value, until: clock.now() + maxAgeMs });
    if (kept.size > max) {
      for (const oldest of kept.keys()) {
        kept.delete(oldest);
        break;
      }
    }
  };

  const fetch = (id: string): Promise<T | undefined> => {
    const running = load(id).then(
      (value) => {
        // A copy that was forgotten while it was read may be older than the change: hand it out, but don't keep it.
        if (loading.get(id) === running) {
          loading.delete(id);
          if (value !== undefined) keep(id, value);
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
      const copy = kept.get(id);
      if (copy !== undefined && copy.until > clock.now()) {
        kept.delete(id);
        kept.set(id, copy);
        return copy.value;
      }
      return loading.get(id) ?? fetch(id);
    },
    forget(id) {
      kept.delete(id);
      loading.delete(id);
    },
  };
};
