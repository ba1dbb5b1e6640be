import type { Test } from 'tap';
import type { Store } from '#src/store/port.ts';
import { readsAndCommits } from './store/commits.ts';
import { counters } from './store/counters.ts';
import { dumpAndLoad } from './store/dump-and-load.ts';
import { expiry } from './store/expiry.ts';
import { find } from './store/find.ts';
import { lists } from './store/lists.ts';
import { messagesAndLifecycle } from './store/messages.ts';
import { texts } from './store/odd-text.ts';
import { races } from './store/races.ts';
import { twoStoresOnOneDataSet } from './store/two-stores.ts';

/** The contract that every adapter fulfils, sentence by sentence of the port. Each call of `open` returns a new empty store. */
export const storeContract = async (t: Test, open: () => Promise<Store>): Promise<void> => {
  for (const part of [
    readsAndCommits,
    expiry,
    lists,
    find,
    races,
    counters,
    texts,
    dumpAndLoad,
    messagesAndLifecycle,
  ])
    await part(t, open);
};

/** The contract between two processes on the same data. Each call opens two stores over one new data set. */
export const sharedStoreContract = async (
  t: Test,
  openPair: () => Promise<readonly [Store, Store]>,
): Promise<void> => {
  await twoStoresOnOneDataSet(t, openPair);
};
