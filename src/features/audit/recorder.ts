import { setTimeout as sleep, setImmediate as turn } from 'node:timers/promises';
import type { SecurityEvent } from '#src/events.ts';
import { Conflict } from '#src/store/errors.ts';
import type { Clock, Store } from '#src/store/port.ts';
import { createChain } from './chain.ts';
import type { SealingBox } from './heads.ts';
import { createMerging, type Happened } from './merging.ts';

interface RecorderParts {
  readonly store: Store;
  readonly clock: Clock;
  readonly box: () => SealingBox | Promise<SealingBox>;
  readonly retentionDays: number;
  /** Told once when records can't be written, and of records that are lost for good. */
  readonly onFault: (error: unknown) => void;
}

export interface RecorderState {
  readonly waiting: number;
  readonly written: number;
  /** Events that found the queue full; told of in a record as soon as one can be written. */
  readonly dropped: number;
}

interface Recorder {
  /** Never waits, never throws. */
  hear(event: SecurityEvent): void;
  state(): RecorderState;
  /** Writes from now on what was heard and what will be; the answer ends it, after a last attempt. */
  start(): () => Promise<void>;
}

const gatherMs = 250;
const batch = 100;
const mergeCheckMs = 1_000;
const restMs = { first: 250, most: 5_000 };
const lastAttemptMs = 2_000;
/** Events that wait for a store that is away. */
const mostWaiting = 20_000;

export const createRecorder = (parts: RecorderParts): Recorder => {
  const { clock, onFault } = parts;
  const waiting: Happened[] = [];
  let chain = createChain(parts);
  let started = false;
  let writing: Promise<void> | undefined;
  let timer: NodeJS.Timeout | undefined;
  let written = 0;
  let dropped = 0;
  /** Dropped since a record last told of it. */
  let untold = 0;
  let failing = false;
  const stopping = new AbortController();

  const dropNote = (): Happened => ({
    at: clock.now(),
    event: { type: 'audit.dropped', outcome: 'failed', reason: 'queue_full', details: { count: untold } },
  });

  const writeBatch = async (): Promise<void> => {
    const told = untold;
    const some = waiting.slice(0, batch);
    await chain.append(told > 0 ? [...some, dropNote()] : some);
    waiting.splice(0, some.length);
    untold -= told;
    written += some.length;
  };

  const writeAll = async (): Promise<void> => {
    for (let rest = restMs.first; waiting.length > 0 || untold > 0; ) {
      try {
        await writeBatch();
        failing = false;
        rest = restMs.first;
        await turn();
      } catch (error) {
        // Somebody else wrote where ours goes: what they did stays to be seen, we go on in a chain of our own.
        if (error instanceof Conflict) chain = createChain(parts);
        if (!failing || error instanceof Conflict) onFault(error);
        failing = true;
        if (stopping.signal.aborted) return;
        await sleep(rest, undefined, { signal: stopping.signal, ref: false }).catch(() => {});
        rest = Math.min(rest * 2, restMs.most);
      }
    }
  };

  const write = (): void => {
    timer = undefined;
    writing ??= writeAll().finally(() => {
      writing = undefined;
      if (waiting.length > 0 && !stopping.signal.aborted) wakeLater();
    });
  };

  const wakeLater = (): void => {
    if (!started || timer || writing) return;
    timer = setTimeout(write, gatherMs);
    timer.unref();
  };

  const queue = (happened: Happened): void => {
    if (waiting.length >= mostWaiting) {
      const lost = happened.merged?.count ?? 1;
      dropped += lost;
      untold += lost;
      return;
    }
    waiting.push(happened);
    wakeLater();
  };
  const merging = createMerging(clock, queue);

  return {
    hear: merging.hear,
    state: () => ({ waiting: waiting.length, written, dropped }),
    start() {
      started = true;
      if (waiting.length > 0) wakeLater();
      const closing = setInterval(merging.closeEnded, mergeCheckMs).unref();
      return async () => {
        clearInterval(closing);
        merging.closeAll();
        clearTimeout(timer);
        stopping.abort();
        await writing;
        await Promise.race([writeAll(), sleep(lastAttemptMs, undefined, { ref: false })]);
        started = false;
        const lost = waiting.length + untold;
        if (lost > 0) onFault(new Error(`${lost} audit records could not be written before the end`));
      };
    },
  };
};
