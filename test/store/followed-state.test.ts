import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import t from 'tap';
import { openStore } from '#adapters/index.ts';
import { followState } from '#src/store/followed-state.ts';
import type { Key, Store } from '#src/store/port.ts';
import { ensureRedis, freshPrefix } from '../support/redis.ts';
import { longTimeouts, waitFor } from '../support/wait-for.ts';

const key: Key = { kind: 'note', family: 'n', id: '1' };
const pollMs = 10;

const bodyIn = async (store: Store): Promise<string | undefined> => (await store.read([key]))[0]?.body;

const follow = async (store: Store) => {
  let seen: string | undefined;
  let reads = 0;
  const end = await followState({
    store,
    topic: 'notes',
    pollMs,
    load: async () => {
      reads += 1;
      seen = await bodyIn(store);
    },
  }).follow();
  return { end, seen: () => seen, reads: () => reads };
};

t.test(
  'SQLite is read again after a commit only, also of another process whose message was lost',
  async (t) => {
    const url = `sqlite:${join(t.testdir(), 'store.db')}`;
    const [store, other] = [
      await openStore(url, { clock: Date, ...longTimeouts }),
      await openStore(url, { clock: Date, ...longTimeouts }),
    ];
    const followed = await follow(store);
    t.teardown(async () => {
      await followed.end();
      await Promise.all([store.close(), other.close()]);
    });
    t.equal(followed.reads(), 1);
    await sleep(20 * pollMs);
    t.equal(followed.reads(), 1, 'nothing was committed, so nothing was read');

    await other.commit([{ op: 'insert', key, body: 'first' }]);
    await waitFor('the commit of another process', () => followed.seen() === 'first');
    await store.commit([{ op: 'replace', key, expected: 'first', body: 'second' }]);
    await waitFor('a commit of the own process', () => followed.seen() === 'second');
    const { reads } = followed;
    const before = reads();
    await other.publish('notes', 'changed');
    await waitFor('a message', () => reads() > before);
  },
);

t.test('Redis is read again each time', async (t) => {
  const redis = await ensureRedis();
  const store = await openStore(redis.url, { clock: Date, prefix: freshPrefix(), ...longTimeouts });
  const followed = await follow(store);
  t.teardown(async () => {
    await followed.end();
    await store.close();
    await redis.close();
  });
  await waitFor('three readings', () => followed.reads() >= 3);
});
