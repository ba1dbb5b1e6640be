import type { DatabaseSync } from 'node:sqlite';
import { query } from './rows.ts';

type Listener = (message: string) => void;

const pollMs = 200;

/** How long a process may sleep and still hear what was said meanwhile. */
export const messageLifetimeMs = 60_000;

/**
 * Listeners of this process are told at once. Other processes look into the table when the file's data version says
 * that somebody else has written; a look costs two microseconds.
 */
export const createMessages = (db: DatabaseSync, origin: string) => {
  const topics = new Map<string, Set<Listener>>();
  const insert = db.prepare('INSERT INTO announcements (origin, topic, message, at) VALUES (?, ?, ?, ?)');
  const version = query<readonly [number]>(db, 'PRAGMA data_version');
  const latest = query<readonly [number]>(db, 'SELECT coalesce(max(seq), 0) FROM announcements');
  const later = query<readonly [seq: number, origin: string, topic: string, message: string]>(
    db,
    'SELECT seq, origin, topic, message FROM announcements WHERE seq > ? ORDER BY seq LIMIT 100',
  );
  let seen = 0;
  let seenVersion = -1;
  let timer: NodeJS.Timeout | undefined;

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
      const rows = later.all(seen);
      if (rows.length < 100) seenVersion = now;
      for (const [seq, from, topic, message] of rows) {
        seen = seq;
        if (from !== origin) notifyListeners(topic, message);
      }
    } catch {
      // The file is locked or gone: the next look may find it, and every other operation tells of it meanwhile.
    }
  };

  return {
    /** Inside a transaction of the caller. */
    write: (topic: string, message: string, now: number): void => {
      insert.run(origin, topic, message, now);
    },
    tell: notifyListeners,
    subscribe(topic: string, listener: Listener): () => void {
      if (timer === undefined) {
        seen = latest.one()?.[0] ?? 0;
        timer = setInterval(poll, pollMs);
        timer.unref();
      }
      const heard: Listener = (message) => listener(message);
      topics.set(topic, (topics.get(topic) ?? new Set()).add(heard));
      return () => topics.get(topic)?.delete(heard);
    },
    stop(): void {
      clearInterval(timer);
      topics.clear();
    },
  };
};
