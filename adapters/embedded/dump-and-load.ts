import type { DatabaseSync } from 'node:sqlite';
import type { Entry } from '#src/store/port.ts';
import { readCursor, writeCursor } from './cursor.ts';
import { createIndexRows } from './index-rows.ts';
import {
  type ContentRow,
  contentColumns,
  formatFields,
  formatIndexEntries,
  parseIndexEntries,
  query,
  toDocument,
  toKey,
} from './rows.ts';

type Row = readonly [...ContentRow, family: string, kind: string, id: string];

const pageSize = 250;

/** Each document goes before its places, so that whoever loads a copy knows what an entry belongs to. */
export const createDump = (db: DatabaseSync) => {
  const page = query<Row>(
    db,
    `SELECT ${contentColumns}, family, kind, id FROM documents d
     WHERE (family, kind, id) > (?, ?, ?) AND (expires_at IS NULL OR expires_at > ?)
     ORDER BY family, kind, id LIMIT ${pageSize}`,
  );
  return (cursor: string | undefined, now: number): { entries: Entry[]; next?: string } => {
    const start = cursor === undefined ? ['', '', ''] : readCursor(cursor, ['string', 'string', 'string']);
    const rows = page.all(...start, now);
    const entries = rows.flatMap((row): Entry[] => {
      const key = toKey(row[6], row[7], row[8]);
      return [
        { type: 'document', key, document: toDocument(row) },
        ...parseIndexEntries(row[5]).map(
          ([index, of, at]): Entry => ({ type: 'index', key, entry: { index, of, at } }),
        ),
      ];
    });
    const last = rows.at(-1);
    if (!last || rows.length < pageSize) return { entries };
    return { entries, next: writeCursor([last[6], last[7], last[8]]) };
  };
};

/** A document takes the place of the one there, entries and all; its entries follow it, in this load or a later one. */
export const createLoad = (db: DatabaseSync) => {
  const placeRows = createIndexRows(db);
  const at = 'family = ? AND kind = ? AND id = ?';
  const places = query<readonly [string | null]>(db, `SELECT places FROM documents WHERE ${at}`);
  const write = db.prepare(
    `INSERT OR REPLACE INTO documents (family, kind, id, body, parts, nonce, claimed_at, expires_at)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?)`,
  );
  const file = db.prepare(`UPDATE documents SET places = ? WHERE ${at}`);
  return (entry: Entry): void => {
    const { family, kind, id } = entry.key;
    const former = places.one(family, kind, id);
    if (entry.type === 'document') {
      const { body, fields, consumption, expiresAt } = entry.document;
      placeRows.remove(entry.key, former?.[0] ?? null);
      const claimed = [consumption?.nonce ?? null, consumption?.at ?? null];
      write.run(family, kind, id, body, formatFields(fields), ...claimed, expiresAt ?? null);
    } else if (former) {
      const kept = parseIndexEntries(former[0]).map(([index, of, at]) => ({ index, of, at }));
      const filed = formatIndexEntries([...kept, entry.entry]);
      placeRows.remove(entry.key, former[0]);
      file.run(filed, family, kind, id);
      placeRows.add(entry.key, filed);
    }
  };
};
