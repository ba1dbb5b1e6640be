import t, { type Test } from 'tap';
import { openRedis } from '#adapters/redis/index.ts';
import type { IndexEntry, Key, Store, Write } from '#src/store/port.ts';
import { type HeldCommit, holdBetweenTrips } from '../support/held-commit.ts';
import { freshPrefix } from '../support/redis.ts';
import { startCluster } from '../support/redis-cluster.ts';
import { redisCommand } from '../support/redis-server.ts';
import { longTimeouts } from '../support/wait-for.ts';

const clock = { now: () => Date.now() };
const cluster = await startCluster();
t.teardown(() => cluster.close());

const inMinutes = (minutes: number): number => Date.now() + minutes * 60_000;

/** Each commit that loses in this file consumes it last, and comes too late. */
const link: Key = { kind: 'link', family: 'link', id: '' };
const consumeLink: Write = { op: 'consume', key: link, at: 1 };

interface Stage {
  readonly store: Store;
  /** The documents, and how long Redis keeps them. */
  stateOf(keys: readonly Key[]): Promise<readonly unknown[]>;
  listed(index: string, of: string): Promise<readonly (readonly [id: string, at: number])[]>;
  found(index: string, prefix: string): Promise<readonly string[]>;
  /** Starts a commit in another process, and holds it when everything but the consumption of the link is written. */
  begin(writes: readonly Write[]): Promise<HeldCommit>;
  /** Begins a commit, makes the commit `meanwhile`, which consumes the link, and lets the first one lose. */
  lose(writes: readonly Write[], meanwhile?: readonly Write[]): Promise<void>;
}

const stage = async (t: Test, before: readonly Write[]): Promise<Stage> => {
  const prefix = freshPrefix();
  const store = await openRedis({ url: cluster.url, clock, prefix, ...longTimeouts });
  t.teardown(() => store.close());
  await store.commit([{ op: 'put', key: link, body: 'link' }, ...before]);

  const ttlOf = async ({ kind, family, id }: Key): Promise<string> => {
    const name = `${prefix}:{${family}}${kind}:${id}`;
    const owner = await cluster.ownerOf(await cluster.slotOf(name));
    const ms = Number(await redisCommand(owner.port, 'pttl', name));
    return ms > 0 ? `about ${Math.round(ms / 60_000)} minutes` : `${ms}`;
  };

  const begin: Stage['begin'] = (writes) => {
    // The conditions are checked, then everything else is written, inserts last.
    const trips = writes.some(({ op }) => op === 'insert') ? 3 : 2;
    return holdBetweenTrips({ url: cluster.url, prefix, writes: [...writes, consumeLink], trips });
  };

  return {
    store,
    begin,
    async stateOf(keys) {
      const documents = await store.read(keys);
      return Promise.all(keys.map(async (key, i) => ({ ...documents[i], ttl: await ttlOf(key) })));
    },
    listed: async (index, of) =>
      (await store.list(index, of, { limit: 10 })).items.map(({ key, at }) => [key.id, at] as const),
    found: async (index, text) =>
      (await store.find(index, text, { limit: 10 })).items.map(({ key }) => key.id),
    async lose(writes, meanwhile = []) {
      const commit = await begin(writes);
      await store.commit([...meanwhile, consumeLink]);
      t.equal(await commit.release(), 'consumed', 'the commit lost');
    },
  };
};

const key = (family: string): Key => ({ kind: 'account', family, id: family });
const member = (of: string, at = 1): IndexEntry => ({ index: 'members', of, at });
const text = (of: string): IndexEntry => ({ index: 'search', of, at: 0, byText: true });

const loseAndCompare = async (
  t: Test,
  before: readonly Write[],
  writes: readonly Write[],
  keys: readonly Key[],
): Promise<void> => {
  const { stateOf, lose } = await stage(t, before);
  const former = await stateOf(keys);
  await lose(writes);
  t.same(await stateOf(keys), former, 'the documents are what they were');
};

await t.test('a replaced document is put back with its index entries, fields and lifetime', async (t) => {
  const ada = key('ada');
  const { stateOf, listed, found, lose } = await stage(t, [
    {
      op: 'put',
      key: ada,
      body: '{"group":"former"}',
      fields: { kept: '1', changed: 'former' },
      expiresAt: inMinutes(10),
      index: [member('former'), member('both'), text('ada')],
    },
  ]);
  const former = await stateOf([ada]);
  await lose([
    {
      op: 'replace',
      key: ada,
      expected: '{"group":"former"}',
      body: '{"group":"next"}',
      fields: { changed: 'next', added: '1' },
      expiresAt: inMinutes(60),
      index: [member('next'), member('both', 2), text('byron')],
    },
  ]);
  t.same(await stateOf([ada]), former);
  t.same(await listed('members', 'former'), [['ada', 1]], 'a member of its former group');
  t.same(await listed('members', 'both'), [['ada', 1]], 'listed at its former time');
  t.same(await listed('members', 'next'), []);
  t.same(await found('search', 'ada'), ['ada']);
  t.same(await found('search', 'byron'), []);
});

await t.test('a lifetime that was given to a document, or taken from it, is put back', async (t) => {
  const [kept, ending] = [key('kept'), key('ending')];
  await loseAndCompare(
    t,
    [
      { op: 'put', key: kept, body: 'kept' },
      { op: 'put', key: ending, body: 'ending', expiresAt: inMinutes(10) },
    ],
    [
      { op: 'replace', key: kept, expected: 'kept', body: 'next', expiresAt: inMinutes(60) },
      { op: 'put', key: ending, body: 'next' },
    ],
    [kept, ending],
  );
});

await t.test('a merge is put back: body, fields, lifetime and index entries', async (t) => {
  const ada = key('ada');
  const { stateOf, listed, lose } = await stage(t, [
    { op: 'put', key: ada, body: 'a', fields: { a: '1', b: '2', c: '3' }, index: [member('former')] },
  ]);
  const former = await stateOf([ada]);
  await lose([
    {
      op: 'merge',
      key: ada,
      body: 'next',
      fields: { a: null, b: 'next', d: '4' },
      expiresAt: inMinutes(60),
      index: [member('next')],
      ifAbsent: 'skip',
    },
  ]);
  t.same(await stateOf([ada]), former);
  t.same(await listed('members', 'former'), [['ada', 1]]);
  t.same(await listed('members', 'next'), []);
});

await t.test('a document that was put over a used one, or removed, is put back as used', async (t) => {
  const [over, removed] = [key('over'), key('removed')];
  const content = { body: 'a', fields: { a: '1' }, expiresAt: inMinutes(10), index: [member('former')] };
  const { store, stateOf, listed, lose } = await stage(t, [
    { op: 'put', key: over, ...content },
    { op: 'put', key: removed, ...content },
  ]);
  await store.commit([
    { op: 'consume', key: over, at: 5 },
    { op: 'consume', key: removed, at: 5 },
  ]);
  const former = await stateOf([over, removed]);
  await lose([
    { op: 'put', key: over, body: 'next' },
    { op: 'remove', key: removed },
  ]);
  t.same(await stateOf([over, removed]), former);
  t.same(
    (await store.read([over, removed])).map((document) => document?.consumption?.at),
    [5, 5],
    'used once',
  );
  t.same(await listed('members', 'former'), [
    ['over', 1],
    ['removed', 1],
  ]);
});

await t.test('documents that were not there before are gone', async (t) => {
  const [put, inserted, absent] = [key('put'), key('inserted'), key('absent')];
  const { stateOf, listed, lose } = await stage(t, []);
  const former = await stateOf([put, inserted, absent]);
  await lose([
    { op: 'put', key: put, body: 'a', index: [member('next')] },
    { op: 'insert', key: inserted, body: 'a', index: [member('next')], expiresAt: inMinutes(10) },
    { op: 'merge', key: absent, body: 'a', ifAbsent: 'skip' },
  ]);
  t.same(await stateOf([put, inserted, absent]), former);
  t.same(await listed('members', 'next'), []);
});

await t.test('what another process has written since then stays', async (t) => {
  const [ada, built] = [key('ada'), key('built')];
  const { store, lose, listed } = await stage(t, [
    { op: 'put', key: ada, body: 'a', fields: { a: '1' }, index: [member('former')] },
    { op: 'put', key: built, body: 'a', fields: { a: '1' }, index: [member('former')] },
  ]);
  await lose(
    [
      { op: 'replace', key: ada, expected: 'a', body: 'b', fields: { a: '2' }, index: [member('next')] },
      { op: 'replace', key: built, expected: 'a', body: 'b', fields: { a: '2' }, index: [member('next')] },
    ],
    [
      { op: 'merge', key: ada, fields: { other: '1' }, ifAbsent: 'refuse' },
      { op: 'replace', key: built, expected: 'b', body: 'c' },
    ],
  );
  const [one, two] = await store.read([ada, built]);
  t.same([one?.body, one?.fields], ['a', { a: '1', other: '1' }], 'a field that the other one set');
  t.same([two?.body, two?.fields], ['c', { a: '1' }], 'a body that the other one set');
  t.same(await listed('members', 'former'), [['ada', 1]]);
  t.same(await listed('members', 'next'), [['built', 1]], 'index entries belong to the body');
});

await t.test('a document that was changed twice in one commit is put back', async (t) => {
  const ada = key('ada');
  await loseAndCompare(
    t,
    [{ op: 'put', key: ada, body: 'a', fields: { a: '1' } }],
    [
      { op: 'replace', key: ada, expected: 'a', body: 'b', fields: { a: '2' } },
      { op: 'merge', key: ada, fields: { a: '3', b: '1' }, ifAbsent: 'skip' },
      { op: 'remove', key: ada },
    ],
    [ada],
  );
});

await t.test('a commit whose process dies before the last part can be made again', async (t) => {
  const ada = key('ada');
  const { store, begin, listed } = await stage(t, [
    { op: 'put', key: ada, body: 'a', fields: { a: '1' }, index: [member('former')] },
  ]);
  const change = (expected: string): readonly Write[] => [
    { op: 'replace', key: ada, expected, body: 'b', fields: { a: '2' }, index: [member('next')] },
    { op: 'insert', key: key('name'), body: 'ada' },
  ];
  const commit = await begin(change('a'));
  await commit.kill();
  const [account, name, unused] = await store.read([ada, key('name'), link]);
  t.equal(unused?.consumption, undefined, 'nothing is used up');
  t.ok(account && name, 'what came before is written');
  await store.commit([...change(account?.body ?? '').slice(0, 1), consumeLink]);
  t.same(await listed('members', 'next'), [['ada', 1]]);
});

await t.test('what the winner of the race has written as well stays', async (t) => {
  const [consent, removed, put] = [key('consent'), key('removed'), key('put')];
  const both: readonly Write[] = [
    { op: 'merge', key: consent, fields: { openid: '1', email: null }, ifAbsent: 'skip' },
    { op: 'remove', key: removed },
    { op: 'put', key: put, body: 'b' },
  ];
  const { store, lose } = await stage(t, [
    { op: 'put', key: consent, body: 'c', fields: { email: '1' } },
    { op: 'put', key: removed, body: 'a' },
    { op: 'put', key: put, body: 'a', fields: { a: '1' } },
  ]);
  await lose(both, both);
  t.same(
    (await store.read([consent, removed, put])).map(
      (document) => document && [document.body, document.fields],
    ),
    [['c', { openid: '1' }], undefined, ['b', {}]],
  );
});

await t.test('of two commits that build on each other and both lose, nothing stays', async (t) => {
  const [ada, removed] = [key('ada'), key('removed')];
  for (const order of ['first', 'second']) {
    const { store, stateOf, listed, begin } = await stage(t, [
      { op: 'put', key: ada, body: 'a', fields: { a: '1' }, index: [member('former'), member('both')] },
      { op: 'put', key: removed, body: 'a', fields: { a: '1' } },
    ]);
    const former = await stateOf([ada, removed]);
    const commits = [
      await begin([
        {
          op: 'replace',
          key: ada,
          expected: 'a',
          body: 'b',
          fields: { a: '2', b: '1' },
          index: [member('next'), member('both', 2)],
        },
        { op: 'merge', key: removed, body: 'b', fields: { a: '2' }, ifAbsent: 'skip' },
      ]),
      await begin([
        {
          op: 'replace',
          key: ada,
          expected: 'b',
          body: 'c',
          fields: { a: '2', b: '2' },
          index: [member('third'), member('both', 3)],
        },
        { op: 'remove', key: removed },
      ]),
    ];
    await store.commit([consumeLink]);
    if (order === 'second') commits.reverse();
    for (const commit of commits) t.equal(await commit.release(), 'consumed');
    t.same(await stateOf([ada, removed]), former, `the ${order} commit was undone first`);
    t.same(await listed('members', 'former'), [['ada', 1]]);
    t.same(await listed('members', 'both'), [['ada', 1]]);
    t.same([...(await listed('members', 'next')), ...(await listed('members', 'third'))], []);
  }
});

await t.test('a condition of another process on what a commit wrote does not keep it', async (t) => {
  const ada = key('ada');
  const { store, stateOf, lose, listed } = await stage(t, [
    { op: 'put', key: ada, body: 'a', index: [member('former')] },
  ]);
  const former = await stateOf([ada]);
  await lose(
    [{ op: 'replace', key: ada, expected: 'a', body: 'b', index: [member('next')] }],
    [{ op: 'replace', key: ada, expected: 'b', body: 'b' }],
  );
  t.same(await stateOf([ada]), former);
  t.same(await listed('members', 'former'), [['ada', 1]]);
  await store.commit([{ op: 'replace', key: ada, expected: 'a', body: 'c' }]);
});
