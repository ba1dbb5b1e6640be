import type { Clock, Store } from '../../store/port.ts';
import { assertConditions } from './change.ts';
import type { ConfiguredAccounts } from './configured.ts';
import type { Accounts } from './contract.ts';
import type { AccountStore } from './store.ts';

interface Dependencies {
  readonly store: Pick<Store, 'commit'>;
  readonly stored: AccountStore;
  readonly configured: ConfiguredAccounts;
  readonly clock: Clock;
  readonly invalidate: (id: string) => Promise<void>;
}

export const createEndPendingSignIns =
  ({ store, stored, configured, clock, invalidate }: Dependencies): Accounts['endPendingSignIns'] =>
  async (id, { also = [], check } = {}) => {
    if (configured.byId.has(id)) {
      if (also.length > 0) await store.commit(also);
      return;
    }
    await stored.change(
      id,
      (record) => {
        assertConditions(record, { check });
        return { ...record, pendingSignInsEndedAt: clock.now() };
      },
      async () => also,
    );
    await invalidate(id);
  };
