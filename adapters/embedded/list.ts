import type { DatabaseSync, SQLInputValue } from 'node:sqlite';
import type { Listed, ListOptions, Page } from '#src/store/port.ts';
import { readCursor, writeCursor } from './cursor.ts';
import { type ContentRow, contentColumns, query, toDocument, toKey } from './rows.ts';

type Row = readonly [...ContentRow, at: number, family: string, kind: string, id: string];

const maxTime = 8.64e15;

/** A blob sorts after every text, so this value comes after every key. */
const afterAll = new Uint8Array();

const statement = (beyond: '<' | '>', bound: '<=' | '>=', order: 'ASC' | 'DESC'): string =>
  `SELECT ${contentColumns}, p.at, p.family, p.kind, p.id
   FROM places p CROSS JOIN documents d USING (family, kind, id)
   WHERE p.list = ? AND p.owner = ? AND (p.at, p.family, p.kind, p.id) ${beyond} (?, ?, ?, ?) AND p.at ${bound} ?
     AND (d.expires_at IS NULL OR d.expires_at > ?)
   ORDER BY p.at ${order}, p.family ${order}, p.kind ${order}, p.id ${order} LIMIT ?`;

export const createList = (db: DatabaseSync) => {
  const ascending = query<Row>(db, statement('>', '<=', 'ASC'));
  const descending = query<Row>(db, statement('<', '>=', 'DESC'));
  return (index: string, of: string, options: ListOptions, now: number): Page => {
    const { limit, order = 'ascending', from = -maxTime, to = maxTime } = options;
    const start: readonly SQLInputValue[] =
      options.cursor !== undefined
        ? readCursor(options.cursor, ['number', 'string', 'string', 'string'])
        : order === 'ascending'
          ? [from, '', '', '']
          : [to, afterAll, afterAll, afterAll];
    const rows =
      order === 'ascending'
        ? ascending.all(index, of, ...start, to, now, limit + 1)
        : descending.all(index, of, ...start, from, now, limit + 1);
    const items = rows.slice(0, limit).map(
      (row): Listed => ({
        key: toKey(row[7], row[8], row[9]),
        at: row[6],
        document: toDocument(row),
      }),
    );
    const last = items.at(-1);
    if (rows.length <= limit || !last) return { items };
    return { items, next: writeCursor([last.at, last.key.family, last.key.kind, last.key.id]) };
  };
};
