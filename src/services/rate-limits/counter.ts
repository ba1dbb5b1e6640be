import type { Clock, Store } from '../../store/port.ts';
import type { LimitedUse } from './uses-of-address.ts';

const minute = 60_000;
/** How many counts are kept at a time. A further one replaces the oldest. */
const maxCounts = 50_000;
/** A process reports its uses to the store this often before they reach the limit. */
const reportsPerLimit = 50;
/** Reports wait this long, so that a flood of requests costs one round trip at a time. */
const reportDelayMs = 20;

const bytesPerUse = 1024;
/** What a record takes besides the text of the caller. */
const overheadBytes = 384;

/** A record that is stored counts once per KiB. */
export const usesOfRecord = (bytes: number): number => Math.ceil((bytes + overheadBytes) / bytesPerUse);

interface Count {
  /** Uses in this process and minute that it hasn't reported yet. */
  unreported: number;
  /** Uses that all processes reported, as far as this process knows. */
  reported: number;
}

/**
 * Counts uses per minute by gossip, without waiting for the store. Each process counts locally and reports every
 * fiftieth of the limit to a counter in the store, which answers with the sum of all reports. So `n` processes together
 * let pass the limit, at most `n` fiftieths of it more, and what arrives during a round trip. While the store is
 * unavailable, each process applies the limit to its own count.
 */
export const createCounter = ({ store, clock }: { readonly store: Store; readonly clock: Clock }) => {
  const counts = new Map<string, Count>();
  let current = 0;
  let waiting: { readonly name: string; readonly count: Count; readonly reportSize: number }[] = [];
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
      const sums = await store.increment(
        batch.map(({ name }) => name),
        2 * minute,
      );
      for (const [at, { count, reportSize }] of batch.entries()) {
        count.reported = Math.max(count.reported, (sums[at] ?? 0) * reportSize);
      }
    } catch {
      // The store is unavailable, so only the local count applies.
    }
    timer = waiting.length > 0 ? setTimeout(report, reportDelayMs) : undefined;
    timer?.unref();
  };

  const queueReport = (name: string, count: Count, reportSize: number): void => {
    waiting.push({ name, count, reportSize });
    if (timer) return;
    timer = setTimeout(report, reportDelayMs);
    timer.unref();
  };

  const secondsLeftInMinute = (): number => Math.max(1, Math.ceil((minute - (clock.now() % minute)) / 1000));

  /** Seconds to wait when a limit is reached. It counts nothing. */
  const secondsToWait = (uses: readonly LimitedUse[]): number | undefined => {
    thisMinute();
    for (const { name, limit } of uses) {
      if (limit === 0) continue;
      const count = counts.get(name);
      if (count && count.reported + count.unreported >= limit) return secondsLeftInMinute();
    }
    return undefined;
  };

  const add = ({ name, limit }: LimitedUse, uses = 1): void => {
    if (limit === 0) return;
    const now = thisMinute();
    let count = counts.get(name);
    if (!count) {
      if (counts.size >= maxCounts) counts.delete(counts.keys().next().value ?? name);
      count = { unreported: 0, reported: 0 };
      counts.set(name, count);
    }
    count.unreported += uses;
    const reportSize = Math.ceil(limit / reportsPerLimit);
    while (count.unreported >= reportSize) {
      count.unreported -= reportSize;
      count.reported += reportSize;
      queueReport(`limit ${now} ${name}`, count, reportSize);
    }
  };

  return {
    secondsToWait,
    add,
    /** Adds the uses unless a limit of them is reached, for uses that count whatever their outcome. */
    take(uses: readonly LimitedUse[]): number | undefined {
      const wait = secondsToWait(uses);
      if (wait === undefined) for (const use of uses) add(use);
      return wait;
    },
    stop: async (): Promise<void> => clearTimeout(timer),
  };
};

export type Counter = ReturnType<typeof createCounter>;
