import type { DatabaseSync } from 'node:sqlite';
import { createIndexRows } from './index-rows.ts';
import { messageLifetimeMs } from './messages.ts';
import { query, toKey } from './rows.ts';

const [minRows, maxRows] = [20, 1_000];

/**
 * Removes expired rows, a few at a time. A slow step makes the next one smaller, so that neither the event loop nor
 * another process waits for it.
 */
export const createSweep = (db: DatabaseSync, budgetMs = 4) => {
  const indexRows = createIndexRows(db);
  const documents = query<readonly [family: string, kind: string, id: string, entries: string | null]>(
    db,
    `DELETE FROM documents WHERE rowid IN (SELECT rowid FROM documents WHERE expires_at <= ? LIMIT ?)
     RETURNING family, kind, id, places`,
  );
  const expiredCounters = db.prepare(
    'DELETE FROM tallies WHERE counter IN (SELECT counter FROM tallies WHERE ends_at <= ? LIMIT ?)',
  );
  const messages = db.prepare(
    'DELETE FROM announcements WHERE seq IN (SELECT seq FROM announcements WHERE at <= ? LIMIT ?)',
  );
  let size = 100;
  /** Runs one step inside the caller's transaction. */
  return (now: number): { removed: number; more: boolean } => {
    const started = performance.now();
    const rows = documents.all(now, size);
    for (const [family, kind, id, entries] of rows) indexRows.remove(toKey(family, kind, id), entries);
    const counters = Number(expiredCounters.run(now, size).changes);
    const sent = Number(messages.run(now - messageLifetimeMs, size).changes);
    const more = rows.length === size || counters === size || sent === size;
    const took = performance.now() - started;
    if (took > budgetMs) size = Math.max(minRows, size >> 1);
    else if (more && took < budgetMs / 2) size = Math.min(maxRows, size * 2);
    return { removed: rows.length + counters + sent, more };
  };
};
