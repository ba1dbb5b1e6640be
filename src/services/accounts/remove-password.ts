import type { Clock } from '../../store/port.ts';
import type { AccountChange } from './change.ts';
import type { Accounts } from './contract.ts';
import { withFormerAddress } from './former-address.ts';

interface Dependencies {
  readonly clock: Clock;
  readonly withEmail: boolean;
  readonly accountChange: AccountChange;
}

export const createRemovePassword = ({
  clock,
  withEmail,
  accountChange: { change },
}: Dependencies): Pick<Accounts, 'removePassword'> => ({
  async removePassword(id, { former, check } = {}) {
    await change(
      id,
      'account.password_removed',
      ({ hash: _, ...record }) =>
        former ? withFormerAddress(record, { former, now: clock.now(), withEmail }) : record,
      { check },
    );
  },
});
