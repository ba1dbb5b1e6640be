import type { DatabaseSync } from 'node:sqlite';
import type { Document, Key } from '#src/store/port.ts';
import { type ContentRow, contentColumns, isLive, type Query, query, toDocument } from './rows.ts';

type Numbered = readonly [...ContentRow, n: number];

const select = (n: number): string =>
  `SELECT ${contentColumns}, ${n} FROM documents d WHERE d.family = ? AND d.kind = ? AND d.id = ?`;

const batchSize = 16;

/** One statement reads up to 16 documents, because running a statement costs more than finding a row. */
export const createRead = (db: DatabaseSync) => {
  const statements: Query<Numbered>[] = [];
  const statementFor = (count: number): Query<Numbered> => {
    statements[count] ??= query(db, Array.from({ length: count }, (_, n) => select(n)).join(' UNION ALL '));
    return statements[count];
  };
  return (keys: readonly Key[], now: number): (Document | undefined)[] => {
    const found: (Document | undefined)[] = new Array(keys.length).fill(undefined);
    for (let start = 0; start < keys.length; start += batchSize) {
      const count = Math.min(batchSize, keys.length - start);
      const values: string[] = [];
      for (let i = start; i < start + count; i++) {
        const key = keys[i];
        if (key) values.push(key.family, key.kind, key.id);
      }
      for (const row of statementFor(count).all(...values))
        if (isLive(row, now)) found[start + row[6]] = toDocument(row);
    }
    return found;
  };
};
