import { Conflict } from '../../store/errors.ts';
import type { Clock, Store } from '../../store/port.ts';
import { type Accounts, factorsKey } from '../accounts/index.ts';
import { passkeysKey } from '../passkeys/index.ts';
import { readFactors, writeFactors } from './record.ts';

interface Dependencies {
  readonly store: Store;
  readonly clock: Clock;
  readonly accounts: Pick<Accounts, 'find'>;
}

/** From now on, every browser of the account is asked for the second factor again, which may be a passkey alone. */
export const createForgetBrowsers =
  ({ store, clock, accounts }: Dependencies) =>
  async (account: string): Promise<void> => {
    for (;;) {
      const [document, passkeys] = await store.read([factorsKey(account), passkeysKey(account)]);
      if (!document && !(passkeys && (await accounts.find(account)))) return;
      try {
        const factors = { ...readFactors(document), forgottenAt: clock.now() };
        return await store.commit([writeFactors(account, document, factors)]);
      } catch (error) {
        if (!(error instanceof Conflict)) throw error;
      }
    }
  };
