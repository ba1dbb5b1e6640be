import type { Clock, Store } from '#src/store/port.ts';

const minute = 60_000;
/** How many different ones are counted at the same time; the one that began first makes room. */
const most = 50_000;
/** So many shares make up a limit: a process tells the others each time it used up one of them. */
const shares = 50;
/** What is told is gathered for as long, so that a flood is one trip at a time. */
const gatherMs = 20;

interface Count {
  /** In this process, in this minute, and not told yet. */
  own: number;
  /** What all processes told of, as far as this one heard. */
  told: number;
}

interface Counted {
  /** What is counted, and of whom. */
  readonly what: string;
  readonly who: string;
  /** A minute; 0: no limit. */
  readonly limit: number;
}

/**
 * Counts by the minute without waiting for the store: each process counts for itself and tells the others whenever it
 * has used a fiftieth of the limit. So `n` processes together let through the limit, and at most `n` fiftieths of it
 * and what comes while one trip is under way. While the store is away each process holds the limit by itself.
 */
export const createCounter = ({ store, clock }: { readonly store: Store; readonly clock: Clock }) => {
  const counts = new Map<string, Count>();
  let current = 0;
  let waiting: { readonly name: string; readonly count: Count; readonly share: number }[] = [];
  let timer: NodeJS.Timeout | undefined;

  const thisMinute = (): number => {
    const now = Math.floor(clock.now() / minute);
    if (now !== current) counts.clear();
    current = now;
    return now;
  };

  const tell = async (): Promise<void> => {
    const batch = waiting;
    waiting = [];
    try {
      const told = await store.tally(
        batch.map(({ name }) => name),
        2 * minute,
      );
      for (const [at, { count, share }] of batch.entries()) {
        count.told = Math.max(count.told, (told[at] ?? 0) * share);
      }
    } catch {
      // The store is away; what this process counted holds on its own.
    }
    timer = waiting.length > 0 ? setTimeout(tell, gatherMs) : undefined;
    timer?.unref();
  };

  const tellOf = (name: string, count: Count, share: number): void => {
    waiting.push({ name, count, share });
    if (timer) return;
    timer = setTimeout(tell, gatherMs);
    timer.unref();
  };

  const keyOf = ({ what, who }: Counted): string => `${what} ${who}`;

  const left = (): number => Math.max(1, Math.ceil((minute - (clock.now() % minute)) / 1000));

  /** Seconds to wait when the limit is reached; counts nothing. */
  const reached = (one: Counted): number | undefined => {
    if (one.limit === 0) return undefined;
    thisMinute();
    const count = counts.get(keyOf(one));
    return count && count.told + count.own >= one.limit ? left() : undefined;
  };

  const add = (one: Counted): void => {
    if (one.limit === 0) return;
    const now = thisMinute();
    const key = keyOf(one);
    let count = counts.get(key);
    if (!count) {
      if (counts.size >= most) counts.delete(counts.keys().next().value ?? key);
      count = { own: 0, told: 0 };
      counts.set(key, count);
    }
    count.own += 1;
    const share = Math.ceil(one.limit / shares);
    if (count.own < share) return;
    count.own -= share;
    count.told += share;
    tellOf(`limit ${now} ${key}`, count, share);
  };

  return {
    reached,
    add,
    /** Both at once, for what counts before it is known how it ends. */
    take(one: Counted): number | undefined {
      const wait = reached(one);
      if (wait === undefined) add(one);
      return wait;
    },
    stop: async (): Promise<void> => clearTimeout(timer),
  };
};

export type Counter = ReturnType<typeof createCounter>;
