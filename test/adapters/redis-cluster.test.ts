import { setTimeout as sleep } from 'node:timers/promises';
import t from 'tap';
import { openRedis } from '#adapters/redis/index.ts';
import { Conflict, StoreUnavailable } from '#src/store/errors.ts';
import type { Key, Store } from '#src/store/port.ts';
import { sharedStoreContract, storeContract } from '../contract/store.ts';
import { measure } from '../support/measure.ts';
import { freshPrefix } from '../support/redis.ts';
import { startCluster } from '../support/redis-cluster.ts';
import { redisCommand } from '../support/redis-server.ts';
import { rejectionOf } from '../support/rejection-of.ts';
import { longTimeouts, waitFor } from '../support/wait-for.ts';

const clock = { now: () => Date.now() };
const cluster = await startCluster();
t.teardown(() => cluster.close());

const open = (prefix = freshPrefix(), times = {}): Promise<Store> =>
  openRedis({ url: cluster.url, clock, prefix, ...times });

await t.test('a cluster of six nodes fulfils the store contract', async (t) =>
  storeContract(t, () => open(freshPrefix(), longTimeouts)),
);

await t.test('two processes on one cluster fulfil the contract for shared data', async (t) =>
  sharedStoreContract(t, async () => {
    const prefix = freshPrefix();
    return [await open(prefix, longTimeouts), await open(prefix, longTimeouts)];
  }),
);

/**
 * Consumes codes of one family until it is stopped. Each code has one winner, and none is refused without a winner. A replica that
 * takes over may lack its primary's last writes (`mayLose`): such a code is absent, never consumed.
 */
const load = (store: Store, family: string, mayLose = false) => {
  let running = true;
  const counts = { used: 0, unavailable: 0 };
  const wrong: string[] = [];
  const work = (async () => {
    for (let i = 0; running; i++) {
      const code: Key = { kind: 'code', family, id: `${i}` };
      const made = await rejectionOf(store.commit([{ op: 'put', key: code, body: 'c' }]));
      if (made !== undefined) {
        if (!(made instanceof StoreUnavailable)) wrong.push(`put ${i}: ${made}`);
        counts.unavailable++;
        continue;
      }
      const uses = await Promise.all(
        [0, 1].map((n) =>
          rejectionOf(
            store.commit([
              { op: 'consume', key: code, at: n },
              { op: 'insert', key: { ...code, kind: 'token', id: `${i}.${n}` }, body: 't' },
            ]),
          ),
        ),
      );
      const won = uses.filter((fault) => fault === undefined).length;
      const lost = (fault: unknown): boolean =>
        mayLose && fault instanceof Conflict && fault.reason === 'absent';
      const unknown = uses.filter((fault) => fault instanceof StoreUnavailable || lost(fault)).length;
      if (
        won > 1 ||
        (won === 0 && unknown === 0) ||
        uses.some((f) => f !== undefined && !(f instanceof Conflict || f instanceof StoreUnavailable))
      )
        wrong.push(`code ${i}: ${uses}`);
      if (won === 1) counts.used++;
      counts.unavailable += unknown;
    }
  })();
  const stop = async (): Promise<void> => {
    running = false;
    await work;
  };
  return { counts, wrong, stop };
};

await t.test('a slot that moves under load loses no code and accepts none twice', async (t) => {
  const prefix = freshPrefix();
  const store = await open(prefix);
  t.teardown(() => store.close());
  const family = 'moving';
  const slot = await cluster.slotOf(`${prefix}:{${family}}`);
  const kept = Array.from({ length: 40 }, (_, i): Key => ({ kind: 'kept', family, id: `${i}` }));
  await store.commit(kept.map((key) => ({ op: 'put', key, body: key.id })));
  const using = load(store, family);
  await sleep(100);
  const owner = await cluster.ownerOf(slot);
  const masters = await Promise.all([0, 8_000, 16_000].map(cluster.ownerOf));
  const target = masters.find((node) => node !== owner);
  if (!target) throw new Error('another primary');
  let late = 0;
  await cluster.moveSlot(slot, target, async () => {
    const { ms } = await measure(() => Promise.all([rejectionOf(store.read(kept)), sleep(250)]));
    late = ms;
  });
  t.ok(late < 2_500, `a read across a half-moved slot ends in time: ${Math.round(late)} ms`);
  const before = using.counts.used;
  await waitFor('codes to be used where the slot is now', () => using.counts.used > before + 20);
  await using.stop();
  t.same(using.wrong, []);
  t.same(
    (await store.read(kept)).map((document) => document?.body),
    kept.map(({ id }) => id),
  );
});

await t.test('stale entries are removed, however many of other lists were seen before', async (t) => {
  const prefix = freshPrefix();
  const store = await open(prefix, longTimeouts);
  t.teardown(() => store.close());
  /** Adds entries whose documents are gone. */
  const addStale = async (list: string, count: number): Promise<() => Promise<number>> => {
    const name = `${prefix}:x:{tokens|${list}}`;
    const owner = await cluster.ownerOf(await cluster.slotOf(name));
    const entries = Array.from({ length: count }, (_, n) => [`${n}`, `{${list}-${n}}token:`]).flat();
    await redisCommand(owner.port, 'zadd', name, ...entries);
    return async () => Number(await redisCommand(owner.port, 'zcard', name));
  };
  await addStale('many', 10_000);
  const left = await addStale('few', 3);
  const see = (list: string) => store.list('tokens', list, { limit: 10 });
  t.same((await see('many')).items, []);
  t.same((await see('few')).items, []);
  t.equal(await left(), 3, 'a document may follow its entry for ten seconds');
  await waitFor('the entries to be removed', async () => {
    await sleep(1_000);
    await see('few');
    return (await left()) === 0;
  });
});

await t.test('a primary that dies is replaced, and its families are served again', async (t) => {
  const prefix = freshPrefix();
  const store = await open(prefix);
  t.teardown(() => store.close());
  const family = 'failing';
  const slot = await cluster.slotOf(`${prefix}:{${family}}`);
  const owner = await cluster.ownerOf(slot);
  const key: Key = { kind: 'code', family, id: 'kept' };
  await store.commit([{ op: 'put', key, body: 'a' }]);
  await waitFor(
    'a replica that has it',
    async () => Number(await redisCommand(owner.port, 'wait', '1', '500')) === 1,
  );
  t.same(
    (await store.inspect()).filter(({ fatal }) => fatal),
    [],
  );
  const using = load(store, family, true);
  const heard: (string | undefined)[] = [];
  store.subscribe('topic', (message) => heard.push(message));
  await owner.kill();
  const ping = await rejectionOf(store.ping());
  t.ok(ping === undefined || ping instanceof StoreUnavailable);
  await waitFor('a new primary', async () => (await cluster.ownerOf(slot)) !== owner);
  const before = using.counts.used;
  await waitFor('codes to be used again', () => using.counts.used > before + 20);
  await using.stop();
  t.same(using.wrong, []);
  t.equal((await store.read([key]))[0]?.body, 'a');
  await waitFor('a message', async () => {
    await store.publish('topic', 'm').catch(() => {});
    return heard.includes('m');
  });
  await waitFor('a ping', async () => (await rejectionOf(store.ping())) === undefined);
});
