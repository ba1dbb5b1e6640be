import type { DatabaseSync } from 'node:sqlite';
import { query } from './rows.ts';
import type { WatchLog } from './watch-log.ts';

type Listener = (message: string) => void;

/**
 * How soon a message of another process is seen: by a process whose store was used since the last poll, by others, and by
 * those that watch the log, where the system misses a write.
 */
const pollMs = { used: 200, idle: 2_000, watched: 20_000 };

interface Dependencies {
  readonly db: DatabaseSync;
  readonly origin: string;
  readonly operations: () => number;
  readonly watchLog: WatchLog;
}

/** How long a process may be suspended and still receive the messages sent meanwhile. */
export const messageLifetimeMs = 60_000;

/**
 * Publish and subscribe between the processes on one file. Subscribers in this process are called at once. Other
 * processes poll: they read the table when SQLite's data version shows a foreign write. A poll takes 2 µs, but it wakes
 * the process, so they poll less often while `operations`, the number of operations so far, stays the same. After a
 * whole such pause they watch the log, until it is written to.
 */
export const createMessages = ({ db, origin, operations, watchLog }: Dependencies) => {
  const topics = new Map<string, Set<Listener>>();
  const insert = db.prepare('INSERT INTO announcements (origin, topic, message, at) VALUES (?, ?, ?, ?)');
  const version = query<readonly [number]>(db, 'PRAGMA data_version');
  const latest = query<readonly [number]>(db, 'SELECT coalesce(max(seq), 0) FROM announcements');
  const newer = query<readonly [seq: number, origin: string, topic: string, message: string]>(
    db,
    'SELECT seq, origin, topic, message FROM announcements WHERE seq > ? ORDER BY seq LIMIT 100',
  );
  let lastSeq = 0;
  let seenVersion = -1;
  let timer: NodeJS.Timeout | undefined;
  let seenOperations = 0;
  let wasIdle = false;
  let unwatch: (() => void) | undefined;

  const notifyListeners = (topic: string, message: string): void => {
    for (const listener of topics.get(topic) ?? []) {
      try {
        listener(message);
      } catch (error) {
        process.emitWarning(`a listener of the store's topic ${topic} failed: ${String(error)}`);
      }
    }
  };

  const poll = (): void => {
    try {
      const now = version.one()?.[0] ?? 0;
      if (now === seenVersion) return;
      const rows = newer.all(lastSeq);
      if (rows.length < 100) seenVersion = now;
      for (const [seq, from, topic, message] of rows) {
        lastSeq = seq;
        if (from !== origin) notifyListeners(topic, message);
      }
    } catch {
      // The file is locked or gone. The next poll tries again, and every other operation reports the error.
    }
  };

  const endPause = (): void => {
    clearTimeout(timer);
    timer = undefined;
    unwatch?.();
    unwatch = undefined;
    wasIdle = false;
  };
  const pollAfter = (ms: number): void => {
    timer = setTimeout(pollAgain, ms);
    timer.unref();
  };
  const onWrite = (): void => {
    // Several writes may have been reported at once.
    if (!unwatch) return;
    endPause();
    // Others see a write only when its transaction has ended.
    pollAfter(pollMs.used);
  };
  const nextPause = (): number => {
    // Operations that only read don't end the watch.
    if (unwatch) return pollMs.watched;
    const isUsed = operations() !== seenOperations;
    seenOperations = operations();
    if (isUsed) {
      wasIdle = false;
      return pollMs.used;
    }
    // A write that began before the watch ends in this pause.
    if (wasIdle) unwatch = watchLog(onWrite);
    wasIdle = true;
    return pollMs.idle;
  };
  function pollAgain(): void {
    poll();
    pollAfter(nextPause());
  }

  return {
    /** Runs inside the caller's transaction. */
    write: (topic: string, message: string, now: number): void => {
      insert.run(origin, topic, message, now);
    },
    notify: notifyListeners,
    subscribe(topic: string, listener: Listener): () => void {
      if (timer === undefined) {
        lastSeq = latest.one()?.[0] ?? 0;
        pollAfter(nextPause());
      }
      const own: Listener = (message) => listener(message);
      topics.set(topic, (topics.get(topic) ?? new Set()).add(own));
      return () => topics.get(topic)?.delete(own);
    },
    stop(): void {
      endPause();
      topics.clear();
    },
  };
};
