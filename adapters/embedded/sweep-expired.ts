import type { DatabaseSync } from 'node:sqlite';
import { createIndexRows } from './index-rows.ts';
import { messageLifetimeMs } from './messages.ts';
import { query, toKey } from './rows.ts';

const [minRows, maxRows] = [20, 1_000];

/**
 * Takes out what has expired, a few rows at a time. A step that took long makes the next one smaller, so that neither
 * the loop nor another process waits for it.
 */
export const createSweep = (db: DatabaseSync, budgetMs = 4) => {
  const places = createIndexRows(db);
  const documents = query<readonly [family: string, kind: string, id: string, places: string | null]>(
    db,
    `DELETE FROM documents WHERE rowid IN (SELECT rowid FROM documents WHERE expires_at <= ? LIMIT ?)
     RETURNING family, kind, id, places`,
  );
  const tallies = db.prepare(
    'DELETE FROM tallies WHERE counter IN (SELECT counter FROM tallies WHERE ends_at <= ? LIMIT ?)',
  );
  const announcements = db.prepare(
    'DELETE FROM announcements WHERE seq IN (SELECT seq FROM announcements WHERE at <= ? LIMIT ?)',
  );
  let size = 100;
  /** One step, inside a transaction of the caller. */
  return (now: number): { removed: number; more: boolean } => {
    const started = performance.now();
    const rows = documents.all(now, size);
    for (const [family, kind, id, filed] of rows) places.remove(toKey(family, kind, id), filed);
    const counters = Number(tallies.run(now, size).changes);
    const said = Number(announcements.run(now - messageLifetimeMs, size).changes);
    const more = rows.length === size || counters === size || said === size;
    const took = performance.now() - started;
    if (took > budgetMs) size = Math.max(minRows, size >> 1);
    else if (more && took < budgetMs / 2) size = Math.min(maxRows, size * 2);
    return { removed: rows.length + counters + said, more };
  };
};
