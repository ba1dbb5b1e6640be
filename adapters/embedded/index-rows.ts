import type { DatabaseSync } from 'node:sqlite';
import type { Key } from '#src/store/port.ts';
import { parseIndexEntries } from './rows.ts';

export interface IndexRows {
  add(key: Key, places: string | null): void;
  remove(key: Key, places: string | null): void;
}

/** Keeps the `places` table in step with the column of the same name. */
export const createIndexRows = (db: DatabaseSync): IndexRows => {
  const insert = db.prepare('INSERT OR IGNORE INTO places VALUES (?, ?, ?, ?, ?, ?)');
  const removeRow = db.prepare(
    'DELETE FROM places WHERE list = ? AND owner = ? AND at = ? AND family = ? AND kind = ? AND id = ?',
  );
  return {
    add({ family, kind, id }, places) {
      for (const [list, owner, at] of parseIndexEntries(places))
        insert.run(list, owner, at, family, kind, id);
    },
    remove({ family, kind, id }, places) {
      for (const [list, owner, at] of parseIndexEntries(places))
        removeRow.run(list, owner, at, family, kind, id);
    },
  };
};
