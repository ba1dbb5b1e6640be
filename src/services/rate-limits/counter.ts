import type { Clock, Store } from '#src/store/port.ts';

const minute = 60_000;
/** How many different ones are counted at the same time; the one that began first makes room. */
const maxCounts = 50_000;
/** So many shares make up a limit: a process tells the others each time it used up one of them. */
const reportsPerLimit = 50;
/** What is told is gathered for as long, so that a flood is one trip at a time. */
const reportDelayMs = 20;

interface Count {
  /** In this process, in this minute, and not told yet. */
  unreported: number;
  /** What all processes told of, as far as this one heard. */
  reported: number;
}

interface LimitedUse {
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

  const report = async (): Promise<void> => {
    const batch = waiting;
    waiting = [];
    try {
      const told = await store.increment(
        batch.map(({ name }) => name),
        2 * minute,
      );
      for (const [at, { count, share }] of batch.entries()) {
        count.reported = Math.max(count.reported, (told[at] ?? 0) * share);
      }
    } catch {
      // The store is away; what this process counted holds on its own.
    }
    timer = waiting.length > 0 ? setTimeout(report, reportDelayMs) : undefined;
    timer?.unref();
  };

  const queueReport = (name: string, count: Count, share: number): void => {
    waiting.push({ name, count, share });
    if (timer) return;
    timer = setTimeout(report, reportDelayMs);
    timer.unref();
  };

  const counterName = ({ what, who }: LimitedUse): string => `${what} ${who}`;

  const secondsLeftInMinute = (): number => Math.max(1, Math.ceil((minute - (clock.now() % minute)) / 1000));

  /** Seconds to wait when the limit is reached; counts nothing. */
  const secondsToWait = (one: LimitedUse): number | undefined => {
    if (one.limit === 0) return undefined;
    thisMinute();
    const count = counts.get(counterName(one));
    return count && count.reported + count.unreported >= one.limit ? secondsLeftInMinute() : undefined;
  };

  const add = (one: LimitedUse): void => {
    if (one.limit === 0) return;
    const now = thisMinute();
    const key = counterName(one);
    let count = counts.get(key);
    if (!count) {
      if (counts.size >= maxCounts) counts.delete(counts.keys().next().value ?? key);
      count = { unreported: 0, reported: 0 };
      counts.set(key, count);
    }
    count.unreported += 1;
    const share = Math.ceil(one.limit / reportsPerLimit);
    if (count.unreported < share) return;
    count.unreported -= share;
    count.reported += share;
    queueReport(`limit ${now} ${key}`, count, share);
  };

  return {
    reached: secondsToWait,
    add,
    /** Both at once, for what counts before it is known how it ends. */
    take(one: LimitedUse): number | undefined {
      const wait = secondsToWait(one);
      if (wait === undefined) add(one);
      return wait;
    },
    stop: async (): Promise<void> => clearTimeout(timer),
  };
};

export type Counter = ReturnType<typeof createCounter>;
