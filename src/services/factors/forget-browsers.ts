import { Conflict } from '../../store/errors.ts';
import type { Clock, Store } from '../../store/port.ts';
import { factorsKey } from '../accounts/index.ts';
import { readFactors, writeFactors } from './record.ts';

interface Dependencies {
  readonly store: Store;
  readonly clock: Clock;
}

/** From now on, every browser of the account is asked for the second factor again. */
export const createForgetBrowsers =
  ({ store, clock }: Dependencies) =>
  async (account: string): Promise<void> => {
    for (;;) {
      const [document] = await store.read([factorsKey(account)]);
      if (!document) return;
      try {
        const factors = { ...readFactors(document), forgottenAt: clock.now() };
        return await store.commit([writeFactors(account, document, factors)]);
      } catch (error) {
        if (!(error instanceof Conflict)) throw error;
      }
    }
  };
