import type { Test } from 'tap';
import { key, type Open, openForTest, readOne, rejectsAsConflict, waitUntilAfter } from './support.ts';

export const expiry = async (t: Test, open: Open): Promise<void> => {
  await t.test('a document past its lifetime is absent for every operation', async (t) => {
    const store = await openForTest(t, open);
    const expiresAt = Date.now() + 50;
    const keys = ['read', 'insert', 'consume', 'merge', 'skip', 'replace'].map((id) => key('short', id));
    await store.commit(
      keys.map((at, i) => ({
        op: 'put',
        key: at,
        body: 'old',
        fields: { p: '1' },
        expiresAt,
        index: [{ index: 'i', of: 'o', at: i }],
      })),
    );
    const kept = key('short', 'kept');
    const renewed = key('short', 'renewed');
    const shortened = key('short', 'shortened');
    const far = Date.now() + 60_000;
    await store.commit([
      { op: 'put', key: kept, body: 'kept', expiresAt: far, index: [{ index: 'i', of: 'o', at: 9 }] },
      { op: 'put', key: renewed, body: 'old', expiresAt },
      { op: 'put', key: renewed, body: 'new' },
      { op: 'put', key: shortened, body: 'long', expiresAt: far },
      { op: 'merge', key: shortened, expiresAt, ifAbsent: 'refuse' },
    ]);
    await waitUntilAfter(expiresAt + 20);
    const [read, insert, consume, merge, skip, replace] = keys;
    if (!read || !insert || !consume || !merge || !skip || !replace) throw new Error('six keys');
    t.same(await store.read([...keys, shortened]), Array(7).fill(undefined));
    t.equal((await readOne(store, renewed))?.body, 'new', 'a put without a lifetime ends the former one');
    t.equal((await readOne(store, kept))?.expiresAt, far);
    const listed = await store.list('i', 'o', { limit: 20 });
    t.same(
      listed.items.map((item) => item.key.id),
      ['kept'],
    );
    await rejectsAsConflict(t, store.commit([{ op: 'consume', key: consume, at: 1 }]), 'absent', consume);
    const refused = store.commit([{ op: 'merge', key: merge, fields: { q: '2' }, ifAbsent: 'refuse' }]);
    await rejectsAsConflict(t, refused, 'absent', merge);
    await store.commit([{ op: 'merge', key: skip, body: 'x', expiresAt: far, ifAbsent: 'skip' }]);
    t.equal(await readOne(store, skip), undefined);
    const changed = store.commit([{ op: 'replace', key: replace, expected: 'old', body: 'x' }]);
    await rejectsAsConflict(t, changed, 'absent', replace);
    await store.commit([{ op: 'insert', key: insert, body: 'again' }]);
    const again = await readOne(store, insert);
    t.equal(again?.body, 'again');
    t.same(Object.keys(again?.fields ?? { none: '' }), [], 'nothing of the former document is left');
    t.equal(again?.expiresAt, undefined);
    t.same((await store.list('i', 'o', { limit: 20 })).items.length, 1);
  });

  await t.test(
    'a document written with a lifetime that is over is absent, and replaces the former one',
    async (t) => {
      const store = await openForTest(t, open);
      const at = key('late');
      await store.commit([{ op: 'put', key: at, body: 'a' }]);
      await store.commit([{ op: 'put', key: at, body: 'b', expiresAt: Date.now() - 1_000 }]);
      t.equal(await readOne(store, at), undefined);
      await store.commit([{ op: 'insert', key: at, body: 'c' }]);
      t.equal((await readOne(store, at))?.body, 'c');
    },
  );

  await t.test('a merge or consume without a lifetime keeps the present one', async (t) => {
    const store = await openForTest(t, open);
    const at = key('short');
    const expiresAt = Date.now() + 1_000;
    await store.commit([
      { op: 'put', key: at, body: 'a', expiresAt },
      { op: 'merge', key: at, fields: { p: '1' }, ifAbsent: 'refuse' },
      { op: 'consume', key: at, at: 1 },
    ]);
    await waitUntilAfter(expiresAt + 20);
    t.equal(await readOne(store, at), undefined);
  });
};
