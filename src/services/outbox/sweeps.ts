import { setTimeout as sleep } from 'node:timers/promises';
import type { Clock, Listed, Store } from '../../store/port.ts';
import { outboxIndex, type Queue, sweepMs } from './record.ts';
import { createRetryTimes } from './retry-times.ts';
import type { Shares } from './shares.ts';

interface Dependencies {
  readonly store: Store;
  readonly clock: Clock;
  readonly queue: Queue;
  readonly shares: Shares;
  readonly deliver: (item: Listed) => Promise<void>;
  readonly onError: (error: unknown) => void;
}

export interface Sweeps {
  isStopped(): boolean;
  /** Looks for messages that are due, now or when the sweep that is running ends. */
  sweepSoon(): void;
  /** Looks for messages after so many milliseconds, because one will be due then. */
  retryIn(inMs: number): void;
  start(): void;
  /** Waits for what is being sent. */
  stop(): Promise<void>;
}

/** How often messages are looked for while some wait for their turn. */
const turnsMs = 1_000;
const batchSize = 20;

/** Looks for the messages of a queue that are due, as often as needed, and begins to deliver them. */
export const createSweeps = ({ store, clock, queue, shares, deliver, onError }: Dependencies): Sweeps => {
  const { name, maxUnderWay, patienceMs } = queue;
  const retryTimes = createRetryTimes();
  const underWay = new Set<Promise<void>>();
  let running: Promise<void> | undefined;
  let again = false;
  let stopped = true;
  let timer: NodeJS.Timeout | undefined;
  let plannedFor = Number.POSITIVE_INFINITY;

  const waitFor = async (begun: readonly Promise<void>[]): Promise<void> => {
    const all = Promise.all(begun).then(() => {});
    await (patienceMs === undefined
      ? all
      : Promise.race([all, sleep(patienceMs, undefined, { ref: false })]));
    if (underWay.size >= maxUnderWay) await Promise.race(underWay);
  };

  const sweep = async (): Promise<void> => {
    let hasFailed = false;
    const begin = (item: Listed): Promise<void> => {
      const begun = deliver(item)
        .catch((error: unknown) => {
          hasFailed = true;
          onError(error);
        })
        .finally(() => underWay.delete(begun));
      underWay.add(begun);
      return begun;
    };
    do {
      again = false;
      const limit = Math.min(batchSize, maxUnderWay - underWay.size);
      const { items } = await store.list(outboxIndex, name, { limit, to: clock.now() });
      await waitFor(items.map(begin));
      if (items.length === limit) again = true;
    } while (again && !stopped && !hasFailed);
  };

  const sweepSoon = (): void => {
    if (stopped) return;
    if (running) {
      again = true;
      return;
    }
    const begunAt = performance.now();
    running = sweep()
      .catch(onError)
      .finally(() => {
        running = undefined;
        retryTimes.forgetUntil(begunAt);
        sweepIn(Math.min(shares.isAwaited() ? turnsMs : sweepMs, retryTimes.untilNext()));
      });
  };

  function sweepIn(inMs: number): void {
    const at = performance.now() + inMs;
    if (stopped || at >= plannedFor) return;
    clearTimeout(timer);
    plannedFor = at;
    timer = setTimeout(() => {
      plannedFor = Number.POSITIVE_INFINITY;
      sweepSoon();
    }, inMs).unref();
  }

  return {
    isStopped: () => stopped,
    sweepSoon,
    retryIn(inMs) {
      retryTimes.add(inMs);
      sweepIn(inMs);
    },
    start() {
      stopped = false;
      sweepSoon();
    },
    async stop() {
      stopped = true;
      clearTimeout(timer);
      await running;
      await Promise.all(underWay);
    },
  };
};
