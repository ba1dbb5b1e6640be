import type { DatabaseSync } from 'node:sqlite';
import { isDeepStrictEqual } from 'node:util';
import type { Key } from '#src/store/port.ts';
import { createIndexRows } from './index-rows.ts';
import { type ContentRow, contentColumns, query } from './rows.ts';

/** Takes a commit back. It runs in a transaction of its own. */
export type Undo = () => void;

const at = 'family = ? AND kind = ? AND id = ?';

/**
 * Prepares to take back a commit that SQLite has applied and that the disk then fails to keep. Called inside the
 * transaction of the commit, around its writes.
 */
export const createUndo = (db: DatabaseSync) => {
  const indexRows = createIndexRows(db);
  const select = query<ContentRow>(db, `SELECT ${contentColumns} FROM documents d WHERE ${at}`);
  const remove = db.prepare(`DELETE FROM documents WHERE ${at}`);
  const write = db.prepare(
    `INSERT INTO documents (family, kind, id, body, parts, nonce, claimed_at, expires_at, places)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)`,
  );
  const rowsOf = (keys: readonly Key[]) => keys.map(({ family, kind, id }) => select.one(family, kind, id));

  const restore = (key: Key, former: ContentRow | undefined, current: ContentRow | undefined): void => {
    const { family, kind, id } = key;
    indexRows.remove(key, current?.[5] ?? null);
    remove.run(family, kind, id);
    if (!former) return;
    write.run(family, kind, id, ...former);
    indexRows.add(key, former[5]);
  };

  return (keys: readonly Key[], applyWrites: () => void): Undo => {
    const before = rowsOf(keys);
    applyWrites();
    const after = rowsOf(keys);
    return () => {
      // Another commit has built on this one. To take back the rest alone would leave half of it.
      if (!isDeepStrictEqual(rowsOf(keys), after)) return;
      for (const [position, key] of keys.entries()) restore(key, before[position], after[position]);
    };
  };
};
