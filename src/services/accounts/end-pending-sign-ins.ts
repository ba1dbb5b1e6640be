import type { Clock } from '../../store/port.ts';
import type { ConfiguredAccounts } from './configured.ts';
import type { Accounts } from './contract.ts';
import type { AccountStore } from './store.ts';

interface Dependencies {
  readonly stored: AccountStore;
  readonly configured: ConfiguredAccounts;
  readonly clock: Clock;
  readonly invalidate: (id: string) => Promise<void>;
}

export const createEndPendingSignIns =
  ({ stored, configured, clock, invalidate }: Dependencies): Accounts['endPendingSignIns'] =>
  async (id) => {
    if (configured.byId.has(id)) return;
    await stored.change(id, (record) => ({ ...record, pendingSignInsEndedAt: clock.now() }));
    await invalidate(id);
  };
