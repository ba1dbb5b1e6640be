import { type Command, InvalidArgumentError } from 'commander';
import type { AuditQuery } from '#src/services/audit/index.ts';
import { systemClock } from '#src/store/clock.ts';

const units: Readonly<Record<string, number>> = { m: 60_000, h: 3_600_000, d: 86_400_000 };

/** Parses an RFC 3339 time, a day, or a duration before now. */
const parseTime = (text: string): number => {
  const [, count, unit = ''] = /^(\d{1,6})([mhd])$/.exec(text) ?? [];
  if (count !== undefined) return systemClock.now() - Number(count) * (units[unit] ?? 0);
  const time = /^\d{4}-\d{2}-\d{2}/.test(text) ? Date.parse(text) : Number.NaN;
  if (!Number.isNaN(time)) return time;
  throw new InvalidArgumentError(
    'Expected a time as 2027-01-31, 2027-01-31T12:00:00Z, 30m, 24h or 7d (ago).',
  );
};

const parseOutcome = (text: string): string => {
  if (['ok', 'refused', 'failed'].includes(text)) return text;
  throw new InvalidArgumentError('Expected ok, refused or failed.');
};

/** Adds the filters of `list` and `export`. */
export const addQueryOptions = (command: Command): Command =>
  command
    .option('--from <time>', 'not before: 2027-01-31, 2027-01-31T12:00:00Z, or so long ago: 24h', parseTime)
    .option('--to <time>', 'not after', parseTime)
    .option('--client <id>', 'of this client')
    .option('--account <name>', 'of this account: user name, address, sub or id:<sub>')
    .option('--type <type>', 'of this type or below it: token.refused, token')
    .option('--outcome <outcome>', 'ok, refused or failed', parseOutcome)
    .option('--correlation <id>', 'of this request');

export type QueryFlags = AuditQuery;
