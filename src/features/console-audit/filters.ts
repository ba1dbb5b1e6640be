import type { AuditQuery } from '../../services/audit/index.ts';
import { type AuditFilters, auditFilterNames } from '../../views/console/operation/audit.ts';
import type { FieldError } from '../../views/fields.ts';

interface ReadFilters {
  /** What was typed, for the form. */
  readonly filters: AuditFilters;
  readonly wanted: AuditQuery;
  readonly errors: readonly FieldError[];
}

const maxLength = 255;

/** `2027-01-31T08:00`, with seconds and a Z if they are known. */
const timePattern = /^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d{1,3})?)?Z?$/;

const timeOf = (text: string): number | undefined => {
  if (!timePattern.test(text)) return undefined;
  const at = Date.parse(text.endsWith('Z') ? text : `${text}Z`);
  return Number.isNaN(at) ? undefined : at;
};

export const readFilters = (
  query: Readonly<Record<string, string | undefined>>,
  { timeWrong }: { readonly timeWrong: string },
): ReadFilters => {
  const filters: AuditFilters = Object.fromEntries(
    auditFilterNames.flatMap((name) => {
      const value = (query[name] ?? '').trim().slice(0, maxLength);
      return value === '' ? [] : [[name, value]];
    }),
  );
  const { from, to, ...texts } = filters;
  const times = { from, to };
  const errors = (['from', 'to'] as const).flatMap((name) => {
    const text = times[name];
    return text !== undefined && timeOf(text) === undefined ? [{ field: name, message: timeWrong }] : [];
  });
  return {
    filters,
    wanted: {
      ...texts,
      ...(from !== undefined && { from: timeOf(from) }),
      ...(to !== undefined && { to: timeOf(to) }),
    },
    errors,
  };
};
