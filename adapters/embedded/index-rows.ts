import type { DatabaseSync } from 'node:sqlite';
import type { Key } from '#src/store/port.ts';
import { parseIndexEntries } from './rows.ts';

export interface IndexRows {
  add(key: Key, entries: string | null): void;
  remove(key: Key, entries: string | null): void;
}

/** Keeps the table `places` (the index entries) equal to the column of the same name in `documents`. */
export const createIndexRows = (db: DatabaseSync): IndexRows => {
  const insert = db.prepare('INSERT OR IGNORE INTO places VALUES (?, ?, ?, ?, ?, ?)');
  const removeRow = db.prepare(
    'DELETE FROM places WHERE list = ? AND owner = ? AND at = ? AND family = ? AND kind = ? AND id = ?',
  );
  return {
    add({ family, kind, id }, entries) {
      for (const [list, owner, at] of parseIndexEntries(entries))
        insert.run(list, owner, at, family, kind, id);
    },
    remove({ family, kind, id }, entries) {
      for (const [list, owner, at] of parseIndexEntries(entries))
        removeRow.run(list, owner, at, family, kind, id);
    },
  };
};
