import type { Events, SecurityEvent } from '../../events.ts';
import { Conflict } from '../../store/errors.ts';
import { newId } from '../../store/new-id.ts';
import type { Clock, Store } from '../../store/port.ts';
import { type Counts, hourKey, hourMs, hourOf, insertHour, mergeHour, sumOf } from './record.ts';

interface HourlyCounts extends Counts {
  /** When the hour begins, in milliseconds since the epoch. */
  readonly at: number;
}

export interface SignInCounts {
  /** The last hours, the oldest first. The last one is under way. It has what the processes have written by now. */
  read(hours: number): Promise<readonly HourlyCounts[]>;
  /** Writes what this process has counted. */
  write(): Promise<void>;
  start(): Promise<() => Promise<void>>;
}

interface Dependencies {
  readonly store: Pick<Store, 'read' | 'commit'>;
  readonly clock: Clock;
  readonly events: Events;
  readonly onError: (error: unknown) => void;
}

const writeDelayMs = 60_000;

/** A wrong code is a sign-in that failed. A right one is part of the sign-in that it completes. */
const types = ['sign-in', 'second-factor'];

export const createSignInCounts = ({ store, clock, events, onError }: Dependencies): SignInCounts => {
  const process = newId(6);
  const counted = new Map<number, Counts>();
  const unwritten = new Set<number>();
  let timer: NodeJS.Timeout | undefined;
  let isStarted = false;

  const save = async (hour: number, counts: Counts): Promise<void> => {
    const merge = mergeHour(hour, process, counts);
    // The first process of the hour makes the document, and one that comes second merges into it.
    for (const write of [merge, insertHour(hour, process, counts), merge]) {
      try {
        return await store.commit([write]);
      } catch (error) {
        if (!(error instanceof Conflict)) throw error;
      }
    }
  };

  const writeHour = async (hour: number): Promise<void> => {
    const counts = counted.get(hour);
    unwritten.delete(hour);
    if (counts === undefined) return;
    try {
      await save(hour, counts);
    } catch (error) {
      unwritten.add(hour);
      throw error;
    }
    if (hour < hourOf(clock.now()) && !unwritten.has(hour)) counted.delete(hour);
  };

  const write = async (): Promise<void> => {
    for (const hour of [...unwritten]) await writeHour(hour);
  };

  const writeLater = (): void => {
    if (!isStarted || timer !== undefined) return;
    timer = setTimeout(() => {
      timer = undefined;
      write()
        .catch(onError)
        .finally(() => {
          if (unwritten.size > 0) writeLater();
        });
    }, writeDelayMs);
    timer.unref();
  };

  const count = ({ type, outcome }: SecurityEvent): void => {
    if (type === 'second-factor' && outcome === 'ok') return;
    const hour = hourOf(clock.now());
    const { ok, failed } = counted.get(hour) ?? { ok: 0, failed: 0 };
    counted.set(hour, outcome === 'ok' ? { ok: ok + 1, failed } : { ok, failed: failed + 1 });
    unwritten.add(hour);
    writeLater();
  };

  return {
    async read(hours) {
      const last = hourOf(clock.now());
      const wanted = Array.from({ length: hours }, (_, index) => last - hours + 1 + index);
      const documents = await store.read(wanted.map(hourKey));
      return wanted.map((hour, index) => ({ at: hour * hourMs, ...sumOf(documents[index]) }));
    },
    write,
    async start() {
      isStarted = true;
      const stopListening = events.listen(count, undefined, types);
      return async () => {
        stopListening();
        clearTimeout(timer);
        isStarted = false;
        // The counts are no reason to delay or fail a stop.
        await write().catch(onError);
      };
    },
  };
};
