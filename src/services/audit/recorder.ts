import { setImmediate as nextTurn, setTimeout as sleep } from 'node:timers/promises';
import type { SecurityEvent } from '../../events.ts';
import { Conflict } from '../../store/errors.ts';
import type { Clock, Store } from '../../store/port.ts';
import type { SecretCipher } from '../keys/index.ts';
import { createChain } from './chain.ts';
import { createRecordMaker } from './make-records.ts';
import type { SpaceLeft, TimedEvent } from './merge-events.ts';

interface Dependencies {
  readonly store: Store;
  readonly clock: Clock;
  readonly cipher: () => SecretCipher | Promise<SecretCipher>;
  readonly retentionDays: number;
  readonly spaceLeft: () => SpaceLeft;
  /** Called once when records can't be written, and again when some are lost for good. */
  readonly onError: (error: unknown) => void;
}

export interface RecorderState {
  readonly waiting: number;
  readonly written: number;
  /** How many events found the queue full. The next record that can be written reports it. */
  readonly dropped: number;
}

interface Recorder {
  /** Never waits, never throws. */
  record(event: SecurityEvent): void;
  state(): RecorderState;
  /** Starts to write queued events. The result stops it, after a last attempt. */
  start(): () => Promise<void>;
}

const writeDelayMs = 250;
const maxBatch = 100;
const mergeCheckMs = 1_000;
const retryDelayMs = { first: 250, longest: 5_000 };
const lastAttemptMs = 2_000;
/** How many records may wait while the store is unavailable. */
const maxWaiting = 20_000;
/** A flood of events is merged whenever so many have arrived. */
const maxArrived = 1_000;

export const createRecorder = (dependencies: Dependencies): Recorder => {
  const { clock, onError, spaceLeft } = dependencies;
  /** Events of the last quarter of a second. Whether they are merged is decided later, to delay no request. */
  const arrived: TimedEvent[] = [];
  const waiting: TimedEvent[] = [];
  let chain = createChain(dependencies);
  let started = false;
  let writing: Promise<void> | undefined;
  let timer: NodeJS.Timeout | undefined;
  let written = 0;
  let dropped = 0;
  /** Events dropped since the last record that reported it. */
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
    for (let delay = retryDelayMs.first; waiting.length > 0 || unreported > 0; ) {
      try {
        await writeBatch();
        failing = false;
        delay = retryDelayMs.first;
        await nextTurn();
      } catch (error) {
        // Another writer used our place in the chain. Its record stays as evidence, and we continue in a new chain.
        if (error instanceof Conflict) chain = createChain(dependencies);
        if (!failing || error instanceof Conflict) onError(error);
        failing = true;
        if (stopping.signal.aborted) return;
        await sleep(delay, undefined, { signal: stopping.signal, ref: false }).catch(() => {});
        delay = Math.min(delay * 2, retryDelayMs.longest);
      }
    }
  };

  const enqueue = (record: TimedEvent): void => {
    if (waiting.length < maxWaiting) {
      waiting.push(record);
      return;
    }
    const lost = record.merged?.count ?? 1;
    dropped += lost;
    unreported += lost;
  };
  const records = createRecordMaker({ write: enqueue, spaceLeft });
  let closing: NodeJS.Timeout | undefined;

  const stopClosing = (): void => {
    clearInterval(closing);
    closing = undefined;
  };

  const makeRecords = (): void => {
    for (const one of arrived.splice(0)) records.record(one);
    closeGroupsLater();
  };

  /** The timer runs only while a group is open. */
  const closeGroupsLater = (): void => {
    if (!started || closing || !records.hasOpenGroups()) return;
    closing = setInterval(() => {
      makeRecords();
      records.closeEnded(clock.now());
      scheduleWrite();
      if (!records.hasOpenGroups()) stopClosing();
    }, mergeCheckMs);
    closing.unref();
  };

  const write = (): void => {
    timer = undefined;
    makeRecords();
    writing ??= writeAll().finally(() => {
      writing = undefined;
      if (!stopping.signal.aborted) scheduleWrite();
    });
  };

  const scheduleWrite = (): void => {
    if (!started || timer || writing || arrived.length + waiting.length === 0) return;
    timer = setTimeout(write, writeDelayMs);
    timer.unref();
  };

  return {
    record(event) {
      arrived.push({ at: clock.now(), event });
      if (arrived.length >= maxArrived) makeRecords();
      scheduleWrite();
    },
    state() {
      makeRecords();
      return { waiting: waiting.length, written, dropped };
    },
    start() {
      started = true;
      makeRecords();
      scheduleWrite();
      return async () => {
        makeRecords();
        stopClosing();
        records.closeAll(clock.now());
        clearTimeout(timer);
        stopping.abort();
        await writing;
        await Promise.race([writeAll(), sleep(lastAttemptMs, undefined, { ref: false })]);
        started = false;
        const lost = waiting.length + unreported;
        if (lost > 0)
          onError(new Error(`${lost} audit records could not be written before the server stopped`));
      };
    },
  };
};
