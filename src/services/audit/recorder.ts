import { setTimeout as sleep, setImmediate as turn } from 'node:timers/promises';
import type { SecurityEvent } from '#src/events.ts';
import { Conflict } from '#src/store/errors.ts';
import type { Clock, Store } from '#src/store/port.ts';
import { createChain } from './chain.ts';
import type { SecretCipher } from './heads.ts';
import { createRefusalMerger, type TimedEvent } from './merge-refusals.ts';

interface Dependencies {
  readonly store: Store;
  readonly clock: Clock;
  readonly cipher: () => SecretCipher | Promise<SecretCipher>;
  readonly retentionDays: number;
  /** Told once when records can't be written, and of records that are lost for good. */
  readonly onError: (error: unknown) => void;
}

export interface RecorderState {
  readonly waiting: number;
  readonly written: number;
  /** Events that found the queue full; told of in a record as soon as one can be written. */
  readonly dropped: number;
}

interface Recorder {
  /** Never waits, never throws. */
  record(event: SecurityEvent): void;
  state(): RecorderState;
  /** Writes from now on what was heard and what will be; the answer ends it, after a last attempt. */
  start(): () => Promise<void>;
}

const writeDelayMs = 250;
const maxBatch = 100;
const mergeCheckMs = 1_000;
const retryDelayMs = { first: 250, most: 5_000 };
const lastAttemptMs = 2_000;
/** Events that wait for a store that is away. */
const maxWaiting = 20_000;

export const createRecorder = (parts: Dependencies): Recorder => {
  const { clock, onError } = parts;
  const waiting: TimedEvent[] = [];
  let chain = createChain(parts);
  let started = false;
  let writing: Promise<void> | undefined;
  let timer: NodeJS.Timeout | undefined;
  let written = 0;
  let dropped = 0;
  /** Dropped since a record last told of it. */
  let unreported = 0;
  let failing = false;
  const stopping = new AbortController();

  const droppedEvent = (): TimedEvent => ({
    at: clock.now(),
    event: { type: 'audit.dropped', outcome: 'failed', reason: 'queue_full', details: { count: unreported } },
  });

  const writeBatch = async (): Promise<void> => {
    const reported = unreported;
    const some = waiting.slice(0, maxBatch);
    await chain.append(reported > 0 ? [...some, droppedEvent()] : some);
    waiting.splice(0, some.length);
    unreported -= reported;
    written += some.length;
  };

  const writeAll = async (): Promise<void> => {
    for (let rest = retryDelayMs.first; waiting.length > 0 || unreported > 0; ) {
      try {
        await writeBatch();
        failing = false;
        rest = retryDelayMs.first;
        await turn();
      } catch (error) {
        // Somebody else wrote where ours goes: what they did stays to be seen, we go on in a chain of our own.
        if (error instanceof Conflict) chain = createChain(parts);
        if (!failing || error instanceof Conflict) onError(error);
        failing = true;
        if (stopping.signal.aborted) return;
        await sleep(rest, undefined, { signal: stopping.signal, ref: false }).catch(() => {});
        rest = Math.min(rest * 2, retryDelayMs.most);
      }
    }
  };

  const write = (): void => {
    timer = undefined;
    writing ??= writeAll().finally(() => {
      writing = undefined;
      if (waiting.length > 0 && !stopping.signal.aborted) scheduleWrite();
    });
  };

  const scheduleWrite = (): void => {
    if (!started || timer || writing) return;
    timer = setTimeout(write, writeDelayMs);
    timer.unref();
  };

  const enqueue = (happened: TimedEvent): void => {
    if (waiting.length >= maxWaiting) {
      const lost = happened.merged?.count ?? 1;
      dropped += lost;
      unreported += lost;
      return;
    }
    waiting.push(happened);
    scheduleWrite();
  };
  const merger = createRefusalMerger(clock, enqueue);

  return {
    record: merger.record,
    state: () => ({ waiting: waiting.length, written, dropped }),
    start() {
      started = true;
      if (waiting.length > 0) scheduleWrite();
      const closing = setInterval(merger.closeEnded, mergeCheckMs).unref();
      return async () => {
        clearInterval(closing);
        merger.closeAll();
        clearTimeout(timer);
        stopping.abort();
        await writing;
        await Promise.race([writeAll(), sleep(lastAttemptMs, undefined, { ref: false })]);
        started = false;
        const lost = waiting.length + unreported;
        if (lost > 0) onError(new Error(`${lost} audit records could not be written before the end`));
      };
    },
  };
};
