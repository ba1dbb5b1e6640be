/**
 * The store in one SQLite file (or in memory), shared by the processes of one machine. This folder owns the file, its
 * schema and the removal of expired documents; it doesn't know what the documents mean.
 */
import { randomBytes } from 'node:crypto';
import { Conflict, StoreUnavailable } from '#src/store/errors.ts';
import type { Clock, Entry, OnStoreOperation, Store, Write } from '#src/store/port.ts';
import { createCheckpoints } from './checkpoints.ts';
import { createDiskHealth } from './disk-health.ts';
import { createDump, createLoad } from './dump-and-load.ts';
import { inMemory, openFile, realFileOf } from './file.ts';
import { createFind } from './find.ts';
import { createGroupCommit } from './group-commit.ts';
import { createIncrement } from './increment.ts';
import { createInspect } from './inspect.ts';
import { createList } from './list.ts';
import { openLogSync } from './log-sync.ts';
import { createMessages } from './messages.ts';
import { createRead } from './read.ts';
import { retryWhileBusy } from './retry-while-busy.ts';
import { query } from './rows.ts';
import { createReadSpace } from './space.ts';
import { toUnavailable } from './sqlite-errors.ts';
import { createSweep } from './sweep-expired.ts';
import { startSweeper } from './sweep-timer.ts';
import { createTransact } from './transaction.ts';
import { createUndo, type Undo } from './undo.ts';
import { createWatchLog } from './watch-log.ts';
import { changesNothing, createWrite } from './write.ts';

export interface EmbeddedOptions {
  /** A file, or `:memory:`. */
  readonly path: string;
  readonly clock: Clock;
  /** `full` commits survive a crash of the machine. The last `normal` commits survive only a crash of the process. */
  readonly synchronous?: 'normal' | 'full';
  /** Kinds whose commits are always `full`. */
  readonly durableKinds?: readonly string[];
  /** Fail with `StoreNotFound` instead of creating a missing file. */
  readonly mustExist?: boolean;
  /** How long an operation waits for a lock of another process before it fails with `StoreUnavailable`. */
  readonly operationTimeoutMs?: number;
  readonly observe?: OnStoreOperation;
}

export const openEmbedded = async (options: EmbeddedOptions): Promise<Store> => {
  const { clock, observe, mustExist, synchronous = 'normal', operationTimeoutMs = 500 } = options;
  const path = realFileOf(options.path);
  const durable = new Set(options.durableKinds);
  const db = await openFile(path, operationTimeoutMs, mustExist);
  let closing: Promise<void> | undefined;
  const origin = randomBytes(9).toString('base64url');
  let commits = 0;
  /** Commits of this process that have ended, well or not. */
  let applied = 0;
  let operations = 0;

  const checkpoints = createCheckpoints(db, path);
  const log = await openLogSync(path);
  const transact = createTransact(db);
  const diskHealth = createDiskHealth({ db, transact, flush: log.flush });
  const inspect = await createInspect(path, options.path, diskHealth);
  const read = createRead(db);
  const write = createWrite(db);
  const list = createList(db);
  const find = createFind(db);
  const undoOf = createUndo(db);
  const increment = createIncrement(db);
  const dump = createDump(db);
  const load = createLoad(db);
  /** Changes with the commits of other connections. */
  const dataVersion = query<readonly [number]>(db, 'PRAGMA data_version');
  const messages = createMessages({
    db,
    origin,
    operations: () => operations,
    watchLog: createWatchLog(path),
  });
  const sweep = createSweep(db);

  const whileOpen = <T>(work: () => T): T | Promise<T> =>
    retryWhileBusy(() => {
      if (closing) throw new StoreUnavailable('the embedded store is closed');
      return work();
    }, operationTimeoutMs);

  const observed = <T>(operation: string, work: () => T | Promise<T>): Promise<T> => {
    operations++;
    const started = observe ? performance.now() : 0;
    const onSuccess = (result: T): T => {
      observe?.(operation, performance.now() - started, 'ok');
      return result;
    };
    const onFailure = (error: unknown): Promise<never> => {
      diskHealth.recordError(error);
      const outcome = error instanceof Conflict ? 'conflict' : 'unavailable';
      observe?.(operation, performance.now() - started, outcome);
      return Promise.reject(toUnavailable(error));
    };
    try {
      const result = work();
      return result instanceof Promise
        ? result.then(onSuccess, onFailure)
        : Promise.resolve(onSuccess(result));
    } catch (error) {
      return onFailure(error);
    }
  };

  const operate = <T>(operation: string, work: () => T): Promise<T> =>
    observed(operation, () => whileOpen(work));
  const commitTogether = createGroupCommit(db, (work) => whileOpen(() => transact(work)));

  const isDurable = (one: Write | Entry): boolean =>
    durable.has(one.key.kind) && !('op' in one && changesNothing(one));

  const mustFlush = (entries: readonly (Write | Entry)[]): boolean =>
    path !== inMemory && (synchronous === 'full' || (durable.size > 0 && entries.some(isDurable)));

  /** SQLite shows a commit to others before the disk has it. When the disk then fails, the commit is taken back. */
  const commitDurably = async (writes: readonly Write[], applyWrites: () => void): Promise<void> => {
    const keys = writes.map(({ key }) => key);
    let undo: Undo = () => {};
    await commitTogether(() => {
      undo = undoOf(keys, applyWrites);
    });
    try {
      await log.flush();
    } catch (error) {
      // The disk may refuse this as well. The caller needs the first error.
      try {
        await whileOpen(() => transact(undo));
      } catch (second) {
        diskHealth.recordError(second);
      }
      throw error;
    }
  };

  const stopSweeper = startSweeper(() => {
    if (checkpoints.busy) return 'more';
    const { removed, more } = transact(() => sweep(clock.now()));
    checkpoints.wrote(removed);
    return more ? 'more' : removed > 0 ? 'all' : 'nothing';
  });

  return {
    read: (keys) => operate('read', () => read(keys, clock.now())),
    commit: (writes) =>
      observed('commit', async () => {
        const now = clock.now();
        const nonce = `${origin}.${(commits++).toString(36)}`;
        const applyWrites = () => {
          for (const one of writes) write(one, now, nonce);
        };
        try {
          await (mustFlush(writes) ? commitDurably(writes, applyWrites) : commitTogether(applyWrites));
        } finally {
          applied++;
        }
        checkpoints.wrote(writes.length);
      }),
    list: (index, of, listOptions) => operate('list', () => list(index, of, listOptions, clock.now())),
    find: (index, prefix, findOptions) =>
      operate('find', () => find(index, prefix, findOptions, clock.now())),
    increment: (counters, windowMs) =>
      operate('tally', () => {
        const counts = transact(() => increment(counters, windowMs, clock.now()));
        checkpoints.wrote(counters.length);
        return counts;
      }),
    async publish(topic, message) {
      await operate('announce', () => transact(() => messages.write(topic, message, clock.now())));
      messages.notify(topic, message);
    },
    subscribe: (topic, listener) => (closing ? () => {} : messages.subscribe(topic, listener)),
    version: () => (closing ? undefined : `${dataVersion.one()?.[0]}.${applied}`),
    ping: () => operate('ping', () => void read([{ kind: '', family: '', id: '' }], 0)),
    inspect,
    space: createReadSpace(path, db),
    dump: (cursor) => operate('dump', () => dump(cursor, clock.now())),
    load: (entries) =>
      observed('load', async () => {
        await commitTogether(() => {
          for (const entry of entries) load(entry);
        });
        applied++;
        checkpoints.wrote(entries.length);
        if (mustFlush(entries)) await log.flush();
      }),
    close() {
      closing ??= (async () => {
        stopSweeper();
        messages.stop();
        await checkpoints.stop();
        await log.close();
        db.close();
      })();
      return closing;
    },
  };
};
