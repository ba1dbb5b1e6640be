import type { Test } from 'tap';
import type { Store } from '#src/store/port.ts';
import { readsAndCommits } from './store/commits.ts';
import { copies } from './store/copies.ts';
import { expiry } from './store/expiry.ts';
import { lists } from './store/lists.ts';
import { races } from './store/races.ts';
import { sharing } from './store/sharing.ts';
import { tallies } from './store/tallies.ts';
import { texts } from './store/texts.ts';
import { wires } from './store/wires.ts';

/** What every adapter promises, sentence by sentence of the port. Each call of `open` gives an empty store of its own. */
export const storeContract = async (t: Test, open: () => Promise<Store>): Promise<void> => {
  for (const part of [readsAndCommits, expiry, lists, races, tallies, texts, copies, wires])
    await part(t, open);
};

/** What two processes on the same data promise each other. Each call opens a pair over one fresh data set. */
export const sharedStoreContract = async (
  t: Test,
  openPair: () => Promise<readonly [Store, Store]>,
): Promise<void> => {
  await sharing(t, openPair);
};
