import type { Test } from 'tap';
import { waitFor } from '../../support/wait-for.ts';
import { type Open, openForTest } from './support.ts';

export const counters = async (t: Test, open: Open): Promise<void> => {
  await t.test('an increment adds one to each counter and returns the new values', async (t) => {
    const store = await openForTest(t, open);
    t.same(await store.increment([], 60_000), []);
    t.same(await store.increment(['address 127.0.0.1', 'client {a}:b'], 60_000), [1, 1]);
    t.same(await store.increment(['client {a}:b', 'third'], 60_000), [2, 1]);
    t.same(await store.increment(['third', 'third'], 60_000), [2, 3]);
    const values = await Promise.all(Array.from({ length: 50 }, () => store.increment(['busy'], 60_000)));
    t.same(
      values.flat().sort((a, b) => a - b),
      Array.from({ length: 50 }, (_, i) => i + 1),
    );
  });

  await t.test(
    'a counter ends its window after its start, however often it is incremented meanwhile',
    async (t) => {
      const store = await openForTest(t, open);
      t.same(await store.increment(['window'], 150), [1]);
      await waitFor('it to start again', async () => (await store.increment(['window'], 150))[0] === 1);
    },
  );
};
