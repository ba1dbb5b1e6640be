import { join } from 'node:path';
import { openStore } from '#adapters/index.ts';
import { type Accounts, createAccounts } from '#src/services/accounts/index.ts';
import { recordEvents } from './recorded-events.ts';
import { type Owner, testConfig } from './setup/index.ts';

/** The accounts that the commands of a folder have stored, as a server on the same store sees them. */
export const accountsIn = async (owner: Owner, folder: string): Promise<Accounts> => {
  const store = await openStore(`sqlite:${join(folder, 'store.db')}`, { clock: Date });
  const accounts = createAccounts({
    store,
    config: testConfig(),
    clock: Date,
    events: recordEvents().events,
  });
  owner.teardown(async () => {
    accounts.close();
    await store.close();
  });
  return accounts;
};
