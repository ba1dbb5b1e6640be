import t from 'tap';
import { openRedis } from '#adapters/redis/index.ts';
import type { Store } from '#src/store/port.ts';
import { sharedStoreContract, storeContract } from '../contract/store.ts';
import { ensureRedis, freshPrefix } from '../support/redis.ts';

const clock = { now: () => Date.now() };
const { url, close } = await ensureRedis();
t.teardown(close);

const open = (prefix = freshPrefix()): Promise<Store> => openRedis({ url, clock, prefix });

await t.test('one server keeps the contract of the store', async (t) => storeContract(t, () => open()));

await t.test('two processes on one server keep the contract of sharing', async (t) =>
  sharedStoreContract(t, async () => {
    const prefix = freshPrefix();
    return [await open(prefix), await open(prefix)];
  }),
);
