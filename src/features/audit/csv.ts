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
  'details',
  'chain',
  'seq',
  'hash',
] as const;

/** A spreadsheet takes such a cell for a formula, and names of clients come from outside. */
const formula = /^[\s]*[=+\-@\t\r]/;

/** RFC 4180, each cell in quotes. */
const cell = (value: unknown): string => {
  const text = value === undefined ? '' : typeof value === 'object' ? JSON.stringify(value) : String(value);
  const safe = formula.test(text) ? `'${text}` : text;
  return `"${safe.replaceAll('"', '""')}"`;
};

const line = (cells: readonly unknown[]): string => `${cells.map(cell).join(',')}\r\n`;

export const csvHead = line(columns);

export const csvLine = (record: AuditRecord): string => {
  const row: Readonly<Record<string, unknown>> = { ...record, time: new Date(record.at).toISOString() };
  return line(columns.map((name) => row[name]));
};
