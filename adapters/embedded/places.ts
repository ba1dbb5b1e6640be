import type { DatabaseSync } from 'node:sqlite';
import type { Key } from '#src/store/port.ts';
import { readPlaces } from './rows.ts';

export interface PlaceRows {
  add(key: Key, places: string | null): void;
  take(key: Key, places: string | null): void;
}

/** Keeps the `places` table in step with the column of the same name. */
export const createPlaceRows = (db: DatabaseSync): PlaceRows => {
  const insert = db.prepare('INSERT OR IGNORE INTO places VALUES (?, ?, ?, ?, ?, ?)');
  const remove = db.prepare(
    'DELETE FROM places WHERE list = ? AND owner = ? AND at = ? AND family = ? AND kind = ? AND id = ?',
  );
  return {
    add({ family, kind, id }, places) {
      for (const [list, owner, at] of readPlaces(places)) insert.run(list, owner, at, family, kind, id);
    },
    take({ family, kind, id }, places) {
      for (const [list, owner, at] of readPlaces(places)) remove.run(list, owner, at, family, kind, id);
    },
  };
};
