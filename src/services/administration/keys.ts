import type { Clock } from '../../store/port.ts';
import type { KeyInfo, Keys, Rotatable } from '../keys/index.ts';
import { type Administrator, requirePermission, requireRecentSignIn } from './administrator.ts';
import type { RecordChange } from './change-record.ts';

export interface KeyAdministration {
  rotate(
    by: Administrator,
    series: Rotatable | undefined,
    options: { readonly now: boolean },
  ): Promise<readonly KeyInfo[]>;
  remove(by: Administrator, kid: string): Promise<void>;
}

interface Dependencies {
  readonly keys: Pick<Keys, 'rotate' | 'prune'>;
  readonly clock: Clock;
  readonly recordChange: RecordChange;
}

export const createKeyAdministration = ({ keys, clock, recordChange }: Dependencies): KeyAdministration => {
  const requireRight = (by: Administrator): void => {
    requirePermission(by, 'keys');
    requireRecentSignIn(by, clock);
  };
  return {
    async rotate(by, series, { now }) {
      requireRight(by);
      const added = await keys.rotate(series, { now });
      const kids = added.map(({ kid }) => kid).join(' ');
      recordChange(by, { operation: 'key.rotate', details: { series: series ?? 'all', at_once: now, kids } });
      return added;
    },
    async remove(by, kid) {
      requireRight(by);
      await keys.prune(kid);
      recordChange(by, { operation: 'key.remove', details: { kid } });
    },
  };
};
