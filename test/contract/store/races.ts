import type { Test } from 'tap';
import { Conflict } from '#src/store/errors.ts';
import { assertEach } from '../../support/assert-each.ts';
import { key, type Open, openForTest, readOne } from './support.ts';

const many = <T>(count: number, work: (i: number) => Promise<T>): Promise<PromiseSettledResult<T>[]> =>
  Promise.allSettled(Array.from({ length: count }, (_, i) => work(i)));

export const races = async (t: Test, open: Open): Promise<void> => {
  await t.test('of a hundred parallel consumes one succeeds, and only its tokens exist', async (t) => {
    const store = await openForTest(t, open);
    const code = key('fam', 'code');
    await store.commit([{ op: 'put', key: code, body: 'c' }]);
    const token = (i: number) => key('fam', `t${i}`, 'access');
    const results = await many(100, (i) =>
      store.commit([
        { op: 'insert', key: token(i), body: `${i}` },
        { op: 'consume', key: code, at: 1_000 + i },
      ]),
    );
    const winners = results.flatMap((result, i) => (result.status === 'fulfilled' ? [i] : []));
    t.equal(winners.length, 1);
    const consumption = (await readOne(store, code))?.consumption;
    t.equal(consumption?.at, 1_000 + (winners[0] ?? Number.NaN));
    const tokens = await store.read(results.map((_, i) => token(i)));
    t.same(
      tokens.flatMap((document, i) => (document ? [i] : [])),
      winners,
    );
    for (const result of results) {
      if (result.status === 'fulfilled') continue;
      const fault: unknown = result.reason;
      if (!(fault instanceof Conflict)) throw fault;
      if (fault.reason !== 'consumed' || fault.consumption?.nonce !== consumption?.nonce)
        t.fail(`a loser got ${fault.reason} of another consumption`);
    }
  });

  await t.test('parallel merges of different fields are all kept', async (t) => {
    const store = await openForTest(t, open);
    const session = key('fam', '', 'session');
    await store.commit([{ op: 'put', key: session, body: 's' }]);
    const results = await many(60, (i) =>
      store.commit([{ op: 'merge', key: session, fields: { [`c${i}`]: `${i}` }, ifAbsent: 'refuse' }]),
    );
    assertEach(t, results, (result) => result.status === 'fulfilled');
    const fields = (await readOne(store, session))?.fields ?? {};
    t.equal(Object.keys(fields).length, 60);
    assertEach(t, Object.entries(fields), ([name, value]) => name === `c${value}`);
  });

  await t.test('parallel inserts and parallel replaces have one winner each', async (t) => {
    const store = await openForTest(t, open);
    const at = key('fam', 'one');
    const inserts = await many(40, (i) => store.commit([{ op: 'insert', key: at, body: `${i}` }]));
    const inserted = inserts.flatMap((result, i) => (result.status === 'fulfilled' ? [`${i}`] : []));
    t.equal(inserted.length, 1);
    const expected = (await readOne(store, at))?.body ?? '';
    t.same([expected], inserted);
    const replaces = await many(40, (i) =>
      store.commit([{ op: 'replace', key: at, expected, body: `after ${i}` }]),
    );
    t.equal(replaces.filter((result) => result.status === 'fulfilled').length, 1);
    for (const result of replaces)
      if (result.status === 'rejected')
        t.equal(result.reason instanceof Conflict && result.reason.reason, 'changed');
  });
};
