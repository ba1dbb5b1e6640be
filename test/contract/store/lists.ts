import type { Test } from 'tap';
import { InvalidCursor } from '#src/store/errors.ts';
import type { Write } from '#src/store/port.ts';
import { key, listAll, type Open, openForTest } from './support.ts';

const filed = (id: string, at: number, of = 'anna'): Write => ({
  op: 'put',
  key: key(`f${id}`, id),
  body: `body ${id}`,
  index: [{ index: 'by-account', of, at }],
});

export const lists = async (t: Test, open: Open): Promise<void> => {
  await t.test('a list is ordered by time, in both directions, within inclusive bounds', async (t) => {
    const store = await openForTest(t, open);
    await store.commit([
      filed('c', 30),
      filed('a', 10),
      filed('d', 40),
      filed('b', 20),
      filed('z', 20, 'ben'),
    ]);
    const all = async (options: object): Promise<string[]> =>
      listAll(store, 'by-account', 'anna', { limit: 10, ...options });
    t.same(await all({}), ['a', 'b', 'c', 'd']);
    t.same(await all({ order: 'ascending', from: 20, to: 30 }), ['b', 'c']);
    t.same(await all({ order: 'descending' }), ['d', 'c', 'b', 'a']);
    t.same(await all({ order: 'descending', from: 20, to: 30 }), ['c', 'b']);
    t.same(await all({ from: 21, to: 29 }), []);
    t.same(await all({ to: 10 }), ['a']);
    t.same(await all({ from: 40 }), ['d']);
    t.same(await listAll(store, 'by-account', 'nobody', { limit: 10 }), []);
    t.same(await listAll(store, 'other', 'anna', { limit: 10 }), []);
  });

  await t.test('a listed entry has its key, its time and the whole document', async (t) => {
    const store = await openForTest(t, open);
    const at = key('fam', 'one');
    const index = [{ index: 'i', of: 'o', at: 1_790_000_000_123 }];
    const expiresAt = Date.now() + 60_000;
    await store.commit([
      { op: 'put', key: at, body: 'a', fields: { p: '1' }, expiresAt, index },
      { op: 'consume', key: at, at: 5 },
    ]);
    const { items, next } = await store.list('i', 'o', { limit: 5 });
    t.equal(next, undefined);
    t.equal(items.length, 1);
    t.same({ ...items[0]?.key }, { ...at });
    t.equal(items[0]?.at, 1_790_000_000_123);
    t.equal(items[0]?.document.body, 'a');
    t.same({ ...items[0]?.document.fields }, { p: '1' });
    t.equal(items[0]?.document.consumption?.at, 5);
    t.equal(items[0]?.document.expiresAt, expiresAt);
  });

  await t.test(
    'pages follow each other without gaps or duplicates, also across ties and removals',
    async (t) => {
      const store = await openForTest(t, open);
      const ids = Array.from({ length: 11 }, (_, i) => String.fromCharCode(97 + i));
      await store.commit(ids.map((id, i) => filed(id, i < 3 ? i : 5)));
      const first = await store.list('by-account', 'anna', { limit: 4 });
      t.equal(first.items.length, 4, 'a page is full while there is more');
      for (const order of ['ascending', 'descending'] as const)
        for (const limit of [1, 3, 4, 11, 12]) {
          const listed = await listAll(store, 'by-account', 'anna', { limit, order });
          t.same([...listed].sort(), ids, `${order} by ${limit}`);
        }
      const last = first.items.at(-1);
      if (!last || first.next === undefined) throw new Error('a full page with more to come');
      await store.commit([{ op: 'remove', key: last.key }]);
      const seen = first.items.map((item) => item.key.id);
      let cursor: string | undefined = first.next;
      while (cursor !== undefined) {
        const page = await store.list('by-account', 'anna', { limit: 4, cursor });
        seen.push(...page.items.map((item) => item.key.id));
        cursor = page.next;
      }
      t.same(seen.sort(), ids, 'a cursor is valid when its document was removed');
      for (const forged of ['', 'x', 'not a cursor', '9', ' ', '[]', 'WyJ4Il0']) {
        await t.rejects(store.list('by-account', 'anna', { limit: 4, cursor: forged }), InvalidCursor);
      }
    },
  );

  await t.test('an entry whose document is gone is never listed', async (t) => {
    const store = await openForTest(t, open);
    await store.commit([filed('a', 1), filed('b', 2), filed('c', 3)]);
    await store.commit([{ op: 'remove', key: key('fb', 'b') }]);
    t.same(await listAll(store, 'by-account', 'anna', { limit: 10 }), ['a', 'c']);
    await store.commit([{ op: 'put', key: key('fb', 'b'), body: 'again, not filed' }]);
    t.same(await listAll(store, 'by-account', 'anna', { limit: 10 }), ['a', 'c']);
  });

  await t.test('no live entry is missed among many with missing documents', async (t) => {
    const store = await openForTest(t, open);
    const ids = Array.from({ length: 300 }, (_, i) => `${i}`);
    const live = ids.filter((_, i) => i % 5 === 0);
    const gone = ids.filter((_, i) => i % 5 !== 0);
    for (const [limit, order] of [
      [7, 'ascending'],
      [40, 'descending'],
      [300, 'ascending'],
    ] as const) {
      await store.commit(ids.map((id, i) => filed(id, i)));
      await store.commit(gone.map((id): Write => ({ op: 'remove', key: key(`f${id}`, id) })));
      const expected = order === 'ascending' ? live : live.toReversed();
      for (const time of ['first', 'second'])
        t.same(
          await listAll(store, 'by-account', 'anna', { limit, order }),
          expected,
          `${order} by ${limit}, the ${time} time`,
        );
    }
  });

  await t.test(
    'a write with index entries replaces those of the document; a change without any keeps them',
    async (t) => {
      const store = await openForTest(t, open);
      const at = key('fam', 'one');
      const places = async (): Promise<string[]> => {
        const found: string[] = [];
        for (const owner of ['anna', 'ben', 'cleo', 'dora', 'ed'])
          for (const item of (await store.list('i', owner, { limit: 5 })).items)
            found.push(`${owner} ${item.at}`);
        return found;
      };
      const in_ = (of: string, place: number) => ({ index: 'i', of, at: place });
      await store.commit([{ op: 'put', key: at, body: 'a', index: [in_('anna', 1), in_('ben', 2)] }]);
      t.same(await places(), ['anna 1', 'ben 2']);
      await store.commit([{ op: 'put', key: at, body: 'b', index: [in_('ben', 3), in_('cleo', 4)] }]);
      t.same(await places(), ['ben 3', 'cleo 4'], 'put');
      await store.commit([{ op: 'merge', key: at, fields: { p: '1' }, ifAbsent: 'refuse' }]);
      await store.commit([{ op: 'consume', key: at, at: 1 }]);
      t.same(await places(), ['ben 3', 'cleo 4'], 'a merge without entries and a consume');
      await store.commit([{ op: 'merge', key: at, index: [in_('dora', 5)], ifAbsent: 'refuse' }]);
      t.same(await places(), ['dora 5'], 'merge with entries');
      await store.commit([{ op: 'replace', key: at, expected: 'b', body: 'c', index: [in_('ed', 6)] }]);
      t.same(await places(), ['ed 6'], 'replace');
      await store.commit([{ op: 'replace', key: at, expected: 'c', body: 'd' }]);
      await store.commit([{ op: 'merge', key: at, index: [], ifAbsent: 'refuse' }]);
      t.same(await places(), ['ed 6'], 'replace without entries');
      await store.commit([{ op: 'put', key: at, body: 'd' }]);
      t.same(await places(), [], 'put without entries');
    },
  );
};
