import type { AuditRecord } from './record.ts';

const columns = [
  'time',
  'type',
  'outcome',
  'reason',
  'client',
  'account',
  'address',
  'correlation',
  'count',
  'first',
  'last',
  'details',
  'chain',
  'seq',
  'hash',
] as const;

/** Spreadsheets run such a cell as a formula, and the names of clients come from outside. */
const formula = /^[\s]*[=+\-@\t\r]/;

/** RFC 4180; every cell is quoted. */
const cell = (value: unknown): string => {
  const text = value === undefined ? '' : typeof value === 'object' ? JSON.stringify(value) : String(value);
  const safe = formula.test(text) ? `'${text}` : text;
  return `"${safe.replaceAll('"', '""')}"`;
};

const iso = (at: number): string => new Date(at).toISOString();

const line = (cells: readonly unknown[]): string => `${cells.map(cell).join(',')}\r\n`;

export const csvHead = line(columns);

export const csvLine = (record: AuditRecord): string => {
  const { at, merged } = record;
  const row: Readonly<Record<string, unknown>> = {
    ...record,
    time: iso(at),
    count: merged?.count ?? 1,
    ...(merged && { first: iso(merged.first), last: iso(merged.last) }),
  };
  return line(columns.map((name) => row[name]));
};
