import type { Document, Key, Write } from '../../store/port.ts';
import { kinds } from '../../store/record-kinds.ts';

export interface Counts {
  readonly ok: number;
  readonly failed: number;
}

export const hourMs = 3_600_000;
/** The overview compares 30 days with the 30 days before. */
const keptMs = 62 * 24 * hourMs;

export const hourOf = (at: number): number => Math.floor(at / hourMs);

export const hourKey = (hour: number): Key => ({ kind: kinds.signInCount, family: String(hour), id: '' });

/** The counts of one process. They are absolute, so a write that is repeated changes nothing. */
const fieldsOf = (process: string, { ok, failed }: Counts): Readonly<Record<string, string>> => ({
  [process]: `${ok} ${failed}`,
});

export const insertHour = (hour: number, process: string, counts: Counts): Write => ({
  op: 'insert',
  key: hourKey(hour),
  body: '{}',
  fields: fieldsOf(process, counts),
  expiresAt: hour * hourMs + keptMs,
});

export const mergeHour = (hour: number, process: string, counts: Counts): Write => ({
  op: 'merge',
  key: hourKey(hour),
  fields: fieldsOf(process, counts),
  ifAbsent: 'refuse',
});

/** The sum over all processes. */
export const sumOf = (document: Document | undefined): Counts => {
  let [ok, failed] = [0, 0];
  for (const field of Object.values(document?.fields ?? {})) {
    const [more = 0, moreFailed = 0] = field.split(' ').map(Number);
    ok += more;
    failed += moreFailed;
  }
  return { ok, failed };
};
