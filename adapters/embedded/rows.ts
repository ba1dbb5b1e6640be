import type { DatabaseSync, SQLInputValue, StatementSync } from 'node:sqlite';
import type { Document, IndexEntry, Key } from '#src/store/port.ts';

/** The columns of `contentColumns`, in order, as the schema declares them. */
export type ContentRow = readonly [
  body: string,
  fields: string | null,
  nonce: string | null,
  consumedAt: number | null,
  expiresAt: number | null,
  entries: string | null,
];

/** A row that begins with the content of a document. */
export type RowWithContent = readonly [...ContentRow, ...unknown[]];

export const contentColumns = 'd.body, d.parts, d.nonce, d.claimed_at, d.expires_at, d.places';

/** A statement that returns rows as tuples, which costs half as much as objects on the hottest path. */
export interface Query<Row> {
  one(...values: SQLInputValue[]): Row | undefined;
  all(...values: SQLInputValue[]): Row[];
}

/** The caller states the type of the rows, and the schema makes it true. */
export const query = <Row extends readonly unknown[]>(db: DatabaseSync, sql: string): Query<Row> => {
  const statement: StatementSync = db.prepare(sql);
  statement.setReturnArrays(true);
  // node:sqlite types rows as records even when it returns arrays.
  return {
    one: (...values) => statement.get(...values) as unknown as Row | undefined,
    all: (...values) => statement.all(...values) as unknown as Row[],
  };
};

const noFields: Readonly<Record<string, string>> = Object.freeze({});

type Fields = Readonly<Record<string, string>>;

const parseFields = (text: string | null): Fields => (text === null ? noFields : JSON.parse(text));

/** Callers choose field names (a client id may be `__proto__`), so the merged object has no prototype. */
export const mergeFields = (
  text: string | null,
  changes: Readonly<Record<string, string | null>>,
): string | null => {
  const merged: Record<string, string> = Object.assign(Object.create(null), parseFields(text));
  for (const [name, value] of Object.entries(changes)) {
    if (value === null) delete merged[name];
    else merged[name] = value;
  }
  return formatFields(merged);
};

export const formatFields = (fields: Fields | undefined): string | null => {
  if (fields === undefined) return null;
  for (const name in fields) if (Object.hasOwn(fields, name)) return JSON.stringify(fields);
  return null;
};

/** An entry `byText` has a 1 at its end. */
type IndexTuples = readonly (readonly [list: string, owner: string, at: number, byText?: 1])[];

export const parseIndexEntries = (text: string | null): IndexTuples =>
  text === null ? [] : JSON.parse(text);

export const formatIndexEntries = (entries: readonly IndexEntry[] | undefined): string | null => {
  if (entries === undefined || entries.length === 0) return null;
  const tuples = new Map(
    entries.map(({ index, of, at, byText }) => [
      JSON.stringify([index, of]),
      byText ? [index, of, at, 1] : [index, of, at],
    ]),
  );
  return JSON.stringify([...tuples.values()]);
};

export const toIndexEntry = ([index, of, at, byText]: IndexTuples[number]): IndexEntry => ({
  index,
  of,
  at,
  ...(byText === 1 && { byText: true }),
});

export const toDocument = (row: RowWithContent): Document => {
  const document: { -readonly [K in keyof Document]: Document[K] } = {
    body: row[0],
    fields: parseFields(row[1]),
  };
  if (row[2] !== null) document.consumption = { nonce: row[2], at: row[3] ?? 0 };
  if (row[4] !== null) document.expiresAt = row[4];
  return document;
};

export const isLive = (row: RowWithContent, now: number): boolean => row[4] === null || row[4] > now;

export const toKey = (family: string, kind: string, id: string): Key => ({ kind, family, id });
