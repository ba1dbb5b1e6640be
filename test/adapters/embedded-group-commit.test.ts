import t, { type Test } from 'tap';
import { openStore } from '#adapters/index.ts';
import { Conflict } from '#src/store/errors.ts';
import type { Key, Store, Write } from '#src/store/port.ts';

const keyOf = (family: string, id = ''): Key => ({ kind: 'x', family, id });
const put = (key: Key, body = 'here'): Write => ({ op: 'put', key, body });

const open = async (t: Test): Promise<Store> => {
  const store = await openStore('memory:', { clock: Date });
  t.teardown(() => store.close());
  return store;
};

const settle = (store: Store, commits: readonly (readonly Write[])[]) =>
  Promise.allSettled(commits.map((writes) => store.commit(writes)));

t.test('each of several concurrent commits is all or nothing', async (t) => {
  const store = await open(t);
  await store.commit([put(keyOf('code'))]);
  const consume: Write = { op: 'consume', key: keyOf('code'), at: 1 };
  const commits = Array.from({ length: 30 }, (_, i) =>
    i % 2 === 0
      ? [put(keyOf(`own-${i}`)), consume, put(keyOf(`own-${i}`, 'after'))]
      : [put(keyOf(`own-${i}`)), put(keyOf(`own-${i}`, 'after'))],
  );
  const outcomes = await settle(store, commits);
  const first = outcomes.findIndex(({ status }, i) => i % 2 === 0 && status === 'fulfilled');
  t.equal(first, 0, 'the first consume wins');
  for (const [i, outcome] of outcomes.entries()) {
    const wanted = i % 2 === 1 || i === first;
    const there = await store.read([keyOf(`own-${i}`), keyOf(`own-${i}`, 'after')]);
    if (there.some((document) => (document !== undefined) !== wanted)) t.fail(`half of commit ${i}`);
    if (outcome.status === 'fulfilled') continue;
    if (!(outcome.reason instanceof Conflict) || outcome.reason.reason !== 'consumed') t.fail(`commit ${i}`);
  }
});

t.test('later commits of a group see what earlier ones wrote', async (t) => {
  const store = await open(t);
  const replace = (expected: string, body: string): Write => ({
    op: 'replace',
    key: keyOf('a'),
    expected,
    body,
  });
  const outcomes = await settle(store, [
    [put(keyOf('a'), '1')],
    [replace('1', '2')],
    [replace('1', '3')],
    [replace('2', '4')],
  ]);
  t.same(
    outcomes.map(({ status }) => status),
    ['fulfilled', 'fulfilled', 'rejected', 'fulfilled'],
  );
  const [document] = await store.read([keyOf('a')]);
  t.equal(document?.body, '4');
});

t.test("one caller's mistake is reported to that caller only", async (t) => {
  const store = await open(t);
  const wrong = { op: 'put', key: keyOf('wrong'), body: Symbol('no text') as unknown as string } as const;
  const outcomes = await settle(store, [[put(keyOf('before'))], [wrong], [put(keyOf('after'))]]);
  t.same(
    outcomes.map(({ status }) => status),
    ['fulfilled', 'rejected', 'fulfilled'],
  );
  const there = await store.read([keyOf('before'), keyOf('wrong'), keyOf('after')]);
  t.same(
    there.map((document) => document?.body),
    ['here', undefined, 'here'],
  );
});

t.test('commits that are waiting when the store closes are refused, not silently lost', async (t) => {
  const store = await openStore('memory:', { clock: Date });
  const waiting = settle(store, [[put(keyOf('a'))], [put(keyOf('b'))]]);
  await store.close();
  t.same(
    (await waiting).map(({ status }) => status),
    ['rejected', 'rejected'],
  );
});
