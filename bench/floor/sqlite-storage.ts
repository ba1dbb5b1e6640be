import { DatabaseSync } from 'node:sqlite';
import { type FloorStorage, shortLifetime } from './storage.ts';

/** Each request is one transaction, as durable as those of the embedded store are by default. */
export const openSqliteStorage = (path: string): FloorStorage => {
  const db = new DatabaseSync(path);
  db.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL');
  db.exec('CREATE TABLE entries (id TEXT PRIMARY KEY, content TEXT NOT NULL, expires_at INTEGER NOT NULL)');
  const consume = db.prepare('DELETE FROM entries WHERE id = ? AND expires_at > ? RETURNING content');
  const select = db.prepare('SELECT content FROM entries WHERE id = ? AND expires_at > ?');
  const insert = db.prepare('INSERT INTO entries VALUES (?, ?, ?)');

  const contentOf = (row: Readonly<Record<string, unknown>> | undefined): string | undefined =>
    row === undefined ? undefined : String(row['content']);
  const inTransaction = <T>(work: () => T): T => {
    db.exec('BEGIN IMMEDIATE');
    try {
      const result = work();
      db.exec('COMMIT');
      return result;
    } catch (error) {
      db.exec('ROLLBACK');
      throw error;
    }
  };
  const put = (id: string, content: string, seconds: number): void => {
    insert.run(id, content, Date.now() + seconds * 1000);
  };

  return {
    exchange: async (consumed, kept, seconds) =>
      inTransaction(() => {
        const content = contentOf(consume.get(consumed, Date.now()));
        if (content !== undefined) put(kept, content, seconds);
        return content;
      }),
    issue: async (read, kept, content) =>
      inTransaction(() => {
        const found = contentOf(select.get(read, Date.now()));
        if (found !== undefined) put(kept, content, shortLifetime);
        return found;
      }),
    get: async (id) => contentOf(select.get(id, Date.now())),
    putAll: async (ids, content) =>
      inTransaction(() => {
        for (const id of ids) put(id, content, shortLifetime);
      }),
  };
};
