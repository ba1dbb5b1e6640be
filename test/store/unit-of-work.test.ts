import { once } from 'node:events';
import t from 'tap';
import { openStore } from '#adapters/index.ts';
import { Conflict, StoreUnavailable } from '#src/store/errors.ts';
import type { Key } from '#src/store/port.ts';
import { UnitOfWork } from '#src/store/unit-of-work.ts';
import { assertEach } from '../support/assert-each.ts';

const roundTrips: string[] = [];
const store = await openStore('memory:', {
  clock: { now: () => Date.now() },
  observe: (operation) => roundTrips.push(operation),
});
t.teardown(() => store.close());

let made = 0;
const newKey = (): Key => ({ kind: 'thing', family: `family-${made++}`, id: 'a' });
const exists = async (key: Key): Promise<boolean> => (await store.read([key]))[0] !== undefined;
const lost = new Error('the race was lost');

t.test('reads of one turn share a round trip, and prefetched documents are known', async (t) => {
  const keys = [newKey(), newKey(), newKey()] as const;
  await store.commit(keys.map((key) => ({ op: 'put', key, body: key.family })));
  roundTrips.length = 0;
  const work = new UnitOfWork(store);
  const found = await Promise.all([work.read(keys[0], [keys[1]]), work.read(keys[2])]);
  t.match(found, [{ body: keys[0].family }, { body: keys[2].family }]);
  t.match(await work.read(keys[1]), { body: keys[1].family });
  t.strictSame(roundTrips, ['read']);
});

t.test('staged writes are visible to later reads, also of documents not read before', async (t) => {
  for (const moment of ['before', 'during'] as const) {
    const key = newKey();
    await store.commit([{ op: 'put', key, body: 'old', fields: { kept: '1', gone: '1' } }]);
    const work = new UnitOfWork(store);
    const reading = moment === 'during' ? work.read(key) : undefined;
    work.stage({ op: 'merge', key, fields: { gone: null, more: '1' }, ifAbsent: 'skip' });
    work.stage({ op: 'consume', key, at: 7 });
    const seen = (await reading) ?? (await work.read(key));
    t.match(seen, { body: 'old', consumption: { at: 7 } }, moment);
    t.strictSame(seen?.fields, { kept: '1', more: '1' });
    await work.commit();
    t.match((await store.read([key]))[0], {
      body: 'old',
      fields: seen?.fields ?? {},
      consumption: { at: 7 },
    });
  }
  const key = newKey();
  const work = new UnitOfWork(store);
  work.stage({ op: 'put', key, body: 'first' });
  work.stage({ op: 'replace', key, body: 'second', expected: 'first' });
  t.match(await work.read(key), { body: 'second' });
  work.stage({ op: 'remove', key });
  t.equal(await work.read(key), undefined);
});

t.test('a refused request commits only writes marked commitOnRefusal', async (t) => {
  const [code, mark] = [newKey(), newKey()];
  const work = new UnitOfWork(store);
  work.stage({ op: 'put', key: code, body: '' });
  work.stage({ op: 'put', key: mark, body: '' }, { commitOnRefusal: true });
  await work.commit({ refused: true });
  t.strictSame([await exists(code), await exists(mark)], [false, true]);
});

t.test('a lost race is reported by onConflict, and commits what survives a refusal', async (t) => {
  const [spent, staged, mark, consequence] = [newKey(), newKey(), newKey(), newKey()];
  await store.commit([
    { op: 'put', key: spent, body: '' },
    { op: 'consume', key: spent, at: 1 },
  ]);
  const work = new UnitOfWork(store);
  const recorded: string[] = [];
  work.afterCommit(() => recorded.push('success'));
  work.afterCommit(() => recorded.push('revocation'), { onRefusal: true });
  work.stage({ op: 'put', key: staged, body: '' });
  work.stage({ op: 'insert', key: mark, body: '' }, { commitOnRefusal: true });
  work.stage(
    { op: 'consume', key: spent, at: 2 },
    {
      onConflict: ({ reason, consumption }) => {
        t.equal(reason, 'consumed');
        t.equal(consumption?.at, 1);
        return { error: lost, writes: [{ op: 'put', key: consequence, body: '' }] };
      },
    },
  );
  roundTrips.length = 0;
  await t.rejects(work.commit(), lost);
  t.strictSame(roundTrips, ['commit', 'commit']);
  t.strictSame([await exists(staged), await exists(mark), await exists(consequence)], [false, true, true]);
  t.strictSame(recorded, ['revocation']);
  await work.commit();
  t.equal(await exists(staged), false, 'and nothing is left to commit');
});

t.test('of several lost races the first one is reported, and what else survives is committed', async (t) => {
  for (const refused of [false, true]) {
    const [usedProof, usedMark, freshMark, consequence] = [newKey(), newKey(), newKey(), newKey()];
    await store.commit([usedProof, usedMark].map((key) => ({ op: 'put', key, body: '' })));
    const work = new UnitOfWork(store);
    const survives = { commitOnRefusal: true };
    work.stage(
      { op: 'insert', key: usedProof, body: '' },
      { ...survives, onConflict: () => ({ error: lost }) },
    );
    work.stage(
      { op: 'insert', key: usedMark, body: '' },
      {
        ...survives,
        onConflict: () => ({
          error: new Error('another race'),
          writes: [{ op: 'put', key: consequence, body: '' }],
        }),
      },
    );
    work.stage({ op: 'insert', key: freshMark, body: '' }, survives);
    await t.rejects(work.commit({ refused }), lost);
    t.strictSame([await exists(freshMark), await exists(consequence)], [true, true]);
  }
});

t.test('the batch of a write that loses its race does not survive it', async (t) => {
  const [mark, decision, other] = [newKey(), newKey(), newKey()];
  await store.commit([{ op: 'put', key: mark, body: '' }]);
  const work = new UnitOfWork(store);
  const decided = { batch: 'decision', commitOnRefusal: true };
  work.stage({ op: 'insert', key: mark, body: '' }, { ...decided, onConflict: () => ({ error: lost }) });
  work.stage({ op: 'put', key: decision, body: '' }, decided);
  work.stage({ op: 'put', key: other, body: '' }, { commitOnRefusal: true });
  await t.rejects(work.commit(), lost);
  t.strictSame([await exists(decision), await exists(other)], [false, true]);
});

t.test('a write that lost its race may be replaced by one that takes in what the other did', async (t) => {
  const [key, other] = [newKey(), newKey()];
  await store.commit([{ op: 'put', key, body: 'changed' }]);
  const work = new UnitOfWork(store);
  work.stage(
    { op: 'replace', key, body: 'mine', expected: 'former' },
    { onConflict: () => ({ retry: { op: 'replace', key, body: 'changed and mine', expected: 'changed' } }) },
  );
  work.stage({ op: 'put', key: other, body: '' });
  await work.commit();
  t.match((await store.read([key]))[0], { body: 'changed and mine' });
  t.ok(await exists(other));

  const endless = new UnitOfWork(store);
  const retry = { op: 'replace', key, body: 'mine', expected: 'never' } as const;
  endless.stage(retry, { onConflict: () => ({ retry }) });
  await t.rejects(endless.commit(), StoreUnavailable, 'but not forever');
});

t.test('a request that may be repeated commits nothing', async (t) => {
  const [spent, mark] = [newKey(), newKey()];
  await store.commit([{ op: 'put', key: spent, body: '' }]);
  const work = new UnitOfWork(store);
  work.stage({ op: 'insert', key: mark, body: '' }, { commitOnRefusal: true });
  const away = new StoreUnavailable('the secret changed');
  work.stage({ op: 'insert', key: spent, body: '' }, { onConflict: () => ({ error: away }) });
  await t.rejects(work.commit(), away);
  t.equal(await exists(mark), false);
});

t.test('a conflict without onConflict is thrown unchanged', async (t) => {
  const key = newKey();
  await store.commit([{ op: 'put', key, body: '' }]);
  const work = new UnitOfWork(store);
  work.stage({ op: 'insert', key, body: '' });
  await t.rejects(work.commit(), Conflict);
});

t.test(
  'a batch that another request has already committed is omitted, and the rest is committed',
  async (t) => {
    const [spent, successor, other, replayed] = [newKey(), newKey(), newKey(), newKey()];
    const begin = async () => {
      await store.commit([
        { op: 'put', key: spent, body: '' },
        { op: 'consume', key: spent, at: 1 },
        { op: 'put', key: replayed, body: '' },
      ]);
      const work = new UnitOfWork(store);
      work.stage(
        { op: 'consume', key: spent, at: 2 },
        { batch: 'rotation', onConflict: () => 'already done' },
      );
      work.stage({ op: 'put', key: successor, body: '' }, { batch: 'rotation' });
      work.stage({ op: 'put', key: other, body: '' });
      return work;
    };
    const unlucky = await begin();
    unlucky.stage({ op: 'insert', key: replayed, body: '' }, { onConflict: () => ({ error: lost }) });
    await t.rejects(unlucky.commit(), lost, 'another race of the same commit may still be lost');
    t.strictSame([await exists(successor), await exists(other)], [false, false]);

    const work = await begin();
    await work.commit();
    t.strictSame([await exists(successor), await exists(other)], [false, true]);
  },
);

t.test("a failure after the commit doesn't change the response", async (t) => {
  const key = newKey();
  const work = new UnitOfWork(store);
  const done: string[] = [];
  work.stage({ op: 'put', key, body: '' });
  work.afterCommit(() => {
    throw new Error('a listener broke');
  });
  work.afterCommit(() => done.push('the next one'));
  const warned = once(process, 'warning');
  await work.commit();
  t.match(await warned, [{ message: /a listener broke/ }]);
  t.strictSame(done, ['the next one']);
  t.ok(await exists(key));
});

t.test('a failed read fails for all callers that share it, and the next one is a new read', async (t) => {
  const [one, two] = [newKey(), newKey()];
  let away = true;
  const work = new UnitOfWork({
    ...store,
    read: (keys) => (away ? Promise.reject(new StoreUnavailable('away')) : store.read(keys)),
  });
  const outcomes = await Promise.allSettled([work.read(one, [two]), work.read(two)]);
  assertEach(t, outcomes, ({ status }) => status === 'rejected');
  away = false;
  await store.commit([{ op: 'put', key: two, body: 'here' }]);
  t.match(await work.read(two), { body: 'here' }, 'nothing was remembered as absent');
});
