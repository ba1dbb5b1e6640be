import type { Clock } from '../../store/port.ts';
import { assertConditions } from './change.ts';
import type { Accounts } from './contract.ts';
import { voidFormerAddresses } from './former-address.ts';
import type { AccountRecord } from './record.ts';
import { changeRequired } from './requirements.ts';
import type { AccountStore } from './store.ts';

interface Dependencies {
  readonly stored: AccountStore;
  readonly clock: Clock;
  readonly invalidate: (id: string) => Promise<void>;
}

export const createChangeFactors =
  ({ stored, clock, invalidate }: Dependencies): Accounts['changeFactors'] =>
  async (id, { writes, add, remove, endsPendingSignIns, voidsFormerAddresses, check }) => {
    const withFactors = (record: AccountRecord): AccountRecord => {
      assertConditions(record, { check });
      const { factors: former = [], factorAddedAt: before } = record;
      const factors = [...new Set([...former, ...(add ? [add] : [])])].filter((kind) => kind !== remove);
      const isFirst = former.length === 0 && factors.length > 0;
      const factorAddedAt = isFirst ? clock.now() : before;
      return {
        ...(voidsFormerAddresses ? voidFormerAddresses(record, clock.now()) : record),
        factors,
        ...(factorAddedAt !== undefined && { factorAddedAt }),
        ...(endsPendingSignIns && { pendingSignInsEndedAt: clock.now() }),
        ...(add && { required: changeRequired(record, { remove: ['factor'] }) }),
      };
    };
    await stored.change(id, withFactors, async () => writes);
    await invalidate(id);
  };
