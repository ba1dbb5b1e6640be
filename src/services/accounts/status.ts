import type { Clock } from '../../store/port.ts';
import { type AccountChange, assertConditions } from './change.ts';
import type { ConfiguredAccounts } from './configured.ts';
import type { Accounts } from './contract.ts';
import { type AccountRecord, toAccount } from './record.ts';
import type { AccountStore } from './store.ts';
import type { Superseded } from './superseded.ts';

interface Dependencies {
  readonly stored: AccountStore;
  readonly configured: ConfiguredAccounts;
  readonly clock: Clock;
  readonly accountChange: AccountChange;
  readonly refuseSuperseded: Superseded['refuseSuperseded'];
}

/** Decides whether an account can be used: enables, disables, signs out and removes it. */
export const createAccountStatus = ({
  stored,
  configured,
  clock,
  accountChange: { refuseConfigured, guardOf, change, publishChange },
  refuseSuperseded,
}: Dependencies): Pick<Accounts, 'enable' | 'disable' | 'signOut' | 'remove'> => ({
  enable: (id, options) =>
    change(
      id,
      'account.enabled',
      (former) => {
        refuseSuperseded(former);
        return { ...former, enabled: true };
      },
      options,
    ),
  disable: (id, options) =>
    change(
      id,
      'account.disabled',
      (former) => ({ ...former, enabled: false, signedOutAt: clock.now() }),
      options,
    ),
  async signOut(id) {
    if (configured.byId.has(id)) return;
    await change(id, 'account.signed_out', (former) => ({ ...former, signedOutAt: clock.now() }));
  },
  async remove(id, { also = () => [], ...conditions } = {}) {
    refuseConfigured(id);
    await stored.remove(id, async () => {
      const check = (record: AccountRecord): undefined => {
        assertConditions(record, conditions);
        return undefined;
      };
      const guard = await guardOf(id, check, conditions);
      return (record) => {
        check(record);
        guard(record, undefined);
        return also(toAccount(record));
      };
    });
    await publishChange('account.removed', id);
  },
});
