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
  toIndexEntry,
  toKey,
} from './rows.ts';

type Row = readonly [...ContentRow, family: string, kind: string, id: string];

const pageSize = 250;

/** A document comes before its index entries, so that `load` finds the document of each entry. */
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
          (tuple): Entry => ({ type: 'index', key, entry: toIndexEntry(tuple) }),
        ),
      ];
    });
    const last = rows.at(-1);
    if (!last || rows.length < pageSize) return { entries };
    return { entries, next: writeCursor([last[6], last[7], last[8]]) };
  };
};

/** A loaded document replaces the existing one and its index entries. Its own entries follow, maybe in a later call. */
export const createLoad = (db: DatabaseSync) => {
  const indexRows = createIndexRows(db);
  const at = 'family = ? AND kind = ? AND id = ?';
  const selectEntries = query<readonly [string | null]>(db, `SELECT places FROM documents WHERE ${at}`);
  const write = db.prepare(
    `INSERT OR REPLACE INTO documents (family, kind, id, body, parts, nonce, claimed_at, expires_at)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?)`,
  );
  const updateEntries = db.prepare(`UPDATE documents SET places = ? WHERE ${at}`);
  return (entry: Entry): void => {
    const { family, kind, id } = entry.key;
    const former = selectEntries.one(family, kind, id);
    if (entry.type === 'document') {
      const { body, fields, consumption, expiresAt } = entry.document;
      indexRows.remove(entry.key, former?.[0] ?? null);
      const consumed = [consumption?.nonce ?? null, consumption?.at ?? null];
      write.run(family, kind, id, body, formatFields(fields), ...consumed, expiresAt ?? null);
    } else if (former) {
      const existing = parseIndexEntries(former[0]).map(toIndexEntry);
      const entries = formatIndexEntries([...existing, entry.entry]);
      indexRows.remove(entry.key, former[0]);
      updateEntries.run(entries, family, kind, id);
      indexRows.add(entry.key, entries);
    }
  };
};
