import t from 'tap';
import { openRedis } from '#adapters/redis/index.ts';
import type { Store } from '#src/store/port.ts';
import { sharedStoreContract, storeContract } from '../contract/store.ts';
import { assertEach } from '../support/assert-each.ts';
import { ensureRedis, freshPrefix } from '../support/redis.ts';
import { longTimeouts } from '../support/wait-for.ts';

const clock = { now: () => Date.now() };
const { url, close } = await ensureRedis();
t.teardown(close);

const open = (prefix = freshPrefix()): Promise<Store> => openRedis({ url, clock, prefix, ...longTimeouts });

await t.test('one server fulfils the store contract', async (t) => storeContract(t, () => open()));

await t.test('two processes on one server fulfil the contract for shared data', async (t) =>
  sharedStoreContract(t, async () => {
    const prefix = freshPrefix();
    return [await open(prefix), await open(prefix)];
  }),
);

await t.test(
  'a commit is one round trip however many families it spans, and its outcome is reported',
  async (t) => {
    const roundTrips: string[] = [];
    const store = await openRedis({
      url,
      clock,
      prefix: freshPrefix(),
      observe: (operation, milliseconds, outcome) => {
        if (!(milliseconds >= 0)) t.fail('no time');
        roundTrips.push(`${operation} ${outcome}`);
      },
    });
    t.teardown(() => store.close());
    const [one, two] = [
      { kind: 'code', family: 'a', id: '' },
      { kind: 'code', family: 'b', id: '' },
    ];
    await store.commit([
      { op: 'put', key: one, body: '1', index: [{ index: 'i', of: 'o', at: 1 }] },
      { op: 'insert', key: two, body: '2' },
    ]);
    await store.read([one, two]);
    await store.commit([{ op: 'insert', key: two, body: '3' }]).catch(() => {});
    await store.increment(['x', 'y'], 1_000);
    await store.list('i', 'o', { limit: 5 });
    t.same(roundTrips, ['commit ok', 'read ok', 'commit conflict', 'tally ok', 'list ok', 'list ok']);
    await t.rejects(
      store.commit([{ op: 'put', key: one, body: 'a\nb' }]),
      TypeError,
      'no text can pose as a line',
    );
    await t.rejects(store.commit([{ op: 'put', key: one, body: '', fields: { a: 'b\nc' } }]), TypeError);
    await t.rejects(store.commit([{ op: 'put', key: one, body: '', fields: { 'a b': 'c' } }]), TypeError);
  },
);

await t.test('a body that looks like an encoded line stays a body', async (t) => {
  const store = await open();
  t.teardown(() => store.close());
  const bodies = ['!n 1', '+n', '~n', '@zzzzzzzz', '#p', '=', '==', '! ', '@0'];
  const keys = bodies.map((_, i) => ({ kind: 'odd', family: 'f', id: `${i}` }));
  await store.commit(keys.map((key, i) => ({ op: 'put', key, body: bodies[i] ?? '', fields: { p: '@0' } })));
  for (const [i, key] of keys.entries()) {
    const body = bodies[i] ?? '';
    await store.commit([{ op: 'replace', key, expected: body, body: `${body}x` }]);
    await store.commit([{ op: 'merge', key, body, ifAbsent: 'refuse' }]);
  }
  const read = await store.read(keys);
  t.same(
    read.map((document) => document?.body),
    bodies,
  );
  assertEach(
    t,
    read,
    (document) => document?.fields['p'] === '@0' && !document.consumption && !document.expiresAt,
  );
});
