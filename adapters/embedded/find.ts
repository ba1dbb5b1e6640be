import type { DatabaseSync } from 'node:sqlite';
import { InvalidCursor } from '#src/store/errors.ts';
import type { FindOptions, Found, FoundPage } from '#src/store/port.ts';
import { readCursor, writeCursor } from './cursor.ts';
import { type ContentRow, contentColumns, query, toDocument, toKey } from './rows.ts';

type Row = readonly [...ContentRow, text: string, family: string, kind: string, id: string];

/** U+10FFFF is no character (Unicode §23.7), and sorts after every other. */
const lastCharacter = '\u{10FFFF}';

/**
 * Entries `byText` are in the table `places` too, with their text as the owner: its primary key is ordered by list and
 * owner, so a prefix is one range of it.
 */
export const createFind = (db: DatabaseSync) => {
  const statement = query<Row>(
    db,
    `SELECT ${contentColumns}, p.owner, p.family, p.kind, p.id
     FROM places p CROSS JOIN documents d USING (family, kind, id)
     WHERE p.list = ? AND (p.owner, p.at, p.family, p.kind, p.id) > (?, 0, ?, ?, ?) AND p.owner < ?
       AND (d.expires_at IS NULL OR d.expires_at > ?)
     ORDER BY p.owner, p.at, p.family, p.kind, p.id LIMIT ?`,
  );
  return (index: string, prefix: string, { limit, cursor }: FindOptions, now: number): FoundPage => {
    const start =
      cursor === undefined
        ? [prefix, '', '', '']
        : readCursor(cursor, ['string', 'string', 'string', 'string']).map(String);
    const [text = '', ...rest] = start;
    if (!text.startsWith(prefix)) throw new InvalidCursor();
    const rows = statement.all(index, text, ...rest, `${prefix}${lastCharacter}`, now, limit + 1);
    const items = rows
      .slice(0, limit)
      .map((row): Found => ({ key: toKey(row[7], row[8], row[9]), text: row[6], document: toDocument(row) }));
    const last = items.at(-1);
    if (rows.length <= limit || !last) return { items };
    return { items, next: writeCursor([last.text, last.key.family, last.key.kind, last.key.id]) };
  };
};
