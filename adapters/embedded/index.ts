/**
 * The embedded store: one SQLite file (or memory) behind the port, shared by the processes of one machine. It owns the
 * file, its schema and its expiry; it knows nothing of what the documents mean.
 */
import { randomBytes } from 'node:crypto';
import { Conflict, Unavailable } from '#src/store/errors.ts';
import type { Clock, Observe, Store } from '#src/store/port.ts';
import { createAnnouncements } from './announcements.ts';
import { createCheckpoints } from './checkpoints.ts';
import { createCondition } from './condition.ts';
import { createDump, createLoad } from './copying.ts';
import { toUnavailable } from './faults.ts';
import { openFile } from './file.ts';
import { createGrouping } from './grouping.ts';
import { createInspect } from './inspecting.ts';
import { createListing } from './listing.ts';
import { openLogSync } from './log-sync.ts';
import { createReading } from './reading.ts';
import { startSweeper } from './sweeper.ts';
import { createSweep } from './sweeping.ts';
import { createTallying } from './tallying.ts';
import { createTransact } from './transaction.ts';
import { inTurn } from './turn.ts';
import { createWriting } from './writing.ts';

export interface EmbeddedOptions {
  /** A file, or `:memory:`. */
  readonly path: string;
  readonly clock: Clock;
  /** `normal` survives a crash of the process; a crash of the machine may take the last commits. `full` survives both. */
  readonly synchronous?: 'normal' | 'full';
  /** Kinds whose commits are always made as `full` ones are. */
  readonly durableKinds?: readonly string[];
  /** A file that is not there is `Missing`; otherwise it is made. */
  readonly mustExist?: boolean;
  /** How long an operation waits for other processes before it is `Unavailable`. */
  readonly operationTimeoutMs?: number;
  readonly observe?: Observe;
}

export const openEmbedded = async (options: EmbeddedOptions): Promise<Store> => {
  const { path, clock, observe, mustExist, synchronous = 'normal', operationTimeoutMs = 500 } = options;
  const durable = new Set(options.durableKinds);
  const db = await openFile(path, operationTimeoutMs, mustExist);
  let closing: Promise<void> | undefined;
  const origin = randomBytes(9).toString('base64url');
  let commits = 0;

  const checkpoints = createCheckpoints(db, path);
  const log = await openLogSync(path);
  const transact = createTransact(db);
  const condition = createCondition({ db, transact, flush: log.flush });
  const inspect = await createInspect(path, condition);
  const read = createReading(db);
  const write = createWriting(db);
  const list = createListing(db);
  const tally = createTallying(db);
  const dump = createDump(db);
  const load = createLoad(db);
  const announcements = createAnnouncements(db, origin);
  const sweep = createSweep(db);

  const whileOpen = <T>(work: () => T): Promise<T> =>
    inTurn(() => {
      if (closing) throw new Unavailable('the embedded store is closed');
      return work();
    }, operationTimeoutMs);

  const traced = async <T>(operation: string, work: () => Promise<T>): Promise<T> => {
    const started = observe ? performance.now() : 0;
    try {
      const result = await work();
      observe?.(operation, performance.now() - started, 'ok');
      return result;
    } catch (error) {
      condition.note(error);
      const outcome = error instanceof Conflict ? 'conflict' : 'unavailable';
      observe?.(operation, performance.now() - started, outcome);
      throw toUnavailable(error);
    }
  };

  const operate = <T>(operation: string, work: () => T): Promise<T> =>
    traced(operation, () => whileOpen(work));
  const together = createGrouping(db, (work) => whileOpen(() => transact(work)));

  const mustLast = (kinds: readonly { readonly key: { readonly kind: string } }[]): boolean =>
    synchronous === 'full' || (durable.size > 0 && kinds.some(({ key }) => durable.has(key.kind)));

  const stopSweeper = startSweeper(() => {
    if (checkpoints.busy) return true;
    const { removed, more } = transact(() => sweep(clock.now()));
    checkpoints.wrote(removed);
    return more;
  });

  return {
    read: (keys) => operate('read', () => read(keys, clock.now())),
    commit: (writes) =>
      traced('commit', async () => {
        const now = clock.now();
        const nonce = `${origin}.${(commits++).toString(36)}`;
        await together(() => {
          for (const one of writes) write(one, now, nonce);
        });
        checkpoints.wrote(writes.length);
        if (mustLast(writes)) await log.flush();
      }),
    list: (index, of, listOptions) => operate('list', () => list(index, of, listOptions, clock.now())),
    tally: (counters, windowMs) =>
      operate('tally', () => {
        const counts = transact(() => tally(counters, windowMs, clock.now()));
        checkpoints.wrote(counters.length);
        return counts;
      }),
    async announce(topic, message) {
      await operate('announce', () => transact(() => announcements.write(topic, message, clock.now())));
      announcements.tell(topic, message);
    },
    watch: (topic, listener) => (closing ? () => {} : announcements.watch(topic, listener)),
    ping: () => operate('ping', () => void read([{ kind: '', family: '', id: '' }], 0)),
    inspect,
    dump: (cursor) => operate('dump', () => dump(cursor, clock.now())),
    load: (entries) =>
      traced('load', async () => {
        await together(() => {
          for (const entry of entries) load(entry);
        });
        checkpoints.wrote(entries.length);
        if (mustLast(entries)) await log.flush();
      }),
    close() {
      closing ??= (async () => {
        stopSweeper();
        announcements.stop();
        await checkpoints.stop();
        await log.close();
        db.close();
      })();
      return closing;
    },
  };
};
