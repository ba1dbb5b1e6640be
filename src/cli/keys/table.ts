import type { KeyInfo } from '#src/services/keys/index.ts';
import { table } from '../table.ts';

const time = (stamp: number | undefined): string | undefined =>
  stamp === undefined ? undefined : new Date(stamp).toISOString().replace(/\.\d+/, '');

/** A key for `--json`, with times in RFC 3339. */
export const keyData = ({ created, active_at, retire_at, remove_at, ...key }: KeyInfo) => ({
  ...key,
  created: time(created),
  active_at: time(active_at),
  retire_at: time(retire_at),
  remove_at: time(remove_at),
});

const rowOf = (key: KeyInfo): readonly string[] => [
  key.alg ?? key.use,
  key.stage,
  time(key.active_at) ?? '',
  time(key.retire_at) ?? '-',
  time(key.remove_at) ?? '-',
  key.held === 'remote' ? `${key.kid} (remote)` : key.kid,
];

const heading = ['KEY OF', 'STAGE', 'SIGNS FROM', 'UNTIL', 'GONE AT', 'KID'];

export const keyTable = (keys: readonly KeyInfo[]): string => {
  if (keys.length === 0) return 'There are no keys yet: the first start of the server makes them.';
  return table(heading, keys.map(rowOf));
};
