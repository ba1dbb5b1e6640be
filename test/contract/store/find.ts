import type { Test } from 'tap';
import { InvalidCursor } from '#src/store/errors.ts';
import type { Entry, Store, Write } from '#src/store/port.ts';
import { key, type Open, openForTest } from './support.ts';

const named = (id: string, ...texts: readonly string[]): Write => ({
  op: 'put',
  key: key(`f${id}`, id),
  body: `body ${id}`,
  index: [
    { index: 'all', of: 'people', at: 1 },
    ...texts.map((of) => ({ index: 'names', of, at: 0, byText: true }) as const),
  ],
});

const findAll = async (store: Store, prefix: string, limit = 10): Promise<string[]> => {
  const found: string[] = [];
  let cursor: string | undefined;
  do {
    const page = await store.find('names', prefix, { limit, ...(cursor !== undefined && { cursor }) });
    if (page.items.length > limit) throw new Error('a page is longer than its limit');
    found.push(...page.items.map(({ key: { id }, text }) => `${text} ${id}`));
    cursor = page.next;
  } while (cursor !== undefined);
  return found;
};

export const find = async (t: Test, open: Open): Promise<void> => {
  await t.test(
    'a document is found by the beginning of its texts, in the order of their bytes',
    async (t) => {
      const store = await openForTest(t, open);
      await store.commit([
        named('1', 'ada', 'lovelace'),
        named('2', 'ada'),
        named('3', 'adam'),
        named('4', 'Ada'),
        named('5', 'ad'),
        named('6', 'żaba', 'zebra', '😀 smile'),
        named('7', 'a%b', 'a_b', 'a|b', 'a{b}', 'a:b', 'a b'),
      ]);
      t.same(await findAll(store, 'ada'), ['ada 1', 'ada 2', 'adam 3']);
      t.same(await findAll(store, 'ad'), ['ad 5', 'ada 1', 'ada 2', 'adam 3']);
      t.same(await findAll(store, 'love'), ['lovelace 1']);
      t.same(await findAll(store, 'ż'), ['żaba 6']);
      t.same(await findAll(store, '😀'), ['😀 smile 6']);
      t.same(await findAll(store, 'a%'), ['a%b 7']);
      t.same(await findAll(store, 'a_'), ['a_b 7']);
      t.same(await findAll(store, 'a{b}'), ['a{b} 7']);
      t.same(await findAll(store, 'nobody'), []);
      const all = await findAll(store, '', 3);
      t.equal(all.length, 15, 'an empty prefix finds all');
      const bytes = (text: string) => Buffer.from(text.slice(0, -2));
      t.same(
        all,
        all.toSorted((a, b) => Buffer.compare(bytes(a), bytes(b))),
      );
      t.same((await store.find('others', '', { limit: 5 })).items, [], 'in another index');
      t.equal((await store.list('all', 'people', { limit: 10 })).items.length, 7, 'a list has each once');
      const [first] = (await store.find('names', 'lovelace', { limit: 1 })).items;
      t.same({ ...first?.key }, key('f1', '1'));
      t.equal(first?.document.body, 'body 1');
    },
  );

  await t.test(
    'found pages follow each other without gaps or duplicates, also across removals',
    async (t) => {
      const store = await openForTest(t, open);
      const ids = Array.from({ length: 40 }, (_, i) => String(i).padStart(2, '0'));
      await store.commit(ids.map((id) => named(id, `name ${id.slice(0, 1)}`)));
      for (const limit of [1, 7, 39, 40, 41])
        t.same(
          (await findAll(store, 'name', limit)).map((found) => found.slice(-2)).sort(),
          ids,
          `by ${limit}`,
        );
      const first = await store.find('names', 'name', { limit: 4 });
      const last = first.items.at(-1);
      if (!last || first.next === undefined) throw new Error('a full page with more to come');
      await store.commit([{ op: 'remove', key: last.key }]);
      const { items } = await store.find('names', 'name', { limit: 100, cursor: first.next });
      t.equal(items.length, 36, 'a cursor is valid when its document was removed');
      for (const forged of ['', 'x', 'not a cursor', '9', '[]', 'WyJ4Il0'])
        await t.rejects(store.find('names', 'name', { limit: 4, cursor: forged }), InvalidCursor);
      await t.rejects(store.find('names', 'other', { limit: 4, cursor: first.next }), InvalidCursor);
    },
  );

  await t.test('what a document is found by changes with it, in the same commit', async (t) => {
    const store = await openForTest(t, open);
    await store.commit([named('1', 'ada', 'augusta')]);
    await store.commit([named('1', 'ada', 'lovelace')]);
    t.same(await findAll(store, ''), ['ada 1', 'lovelace 1']);
    await store.commit([{ op: 'merge', key: key('f1', '1'), fields: { p: '1' }, ifAbsent: 'refuse' }]);
    t.same(await findAll(store, ''), ['ada 1', 'lovelace 1'], 'a merge without entries keeps them');
    await store.commit([{ op: 'remove', key: key('f1', '1') }]);
    t.same(await findAll(store, ''), []);
    await store.commit([{ op: 'put', key: key('f1', '1'), body: 'not named' }]);
    t.same(await findAll(store, ''), []);
    const expiresAt = Date.now() - 1;
    await store.commit([{ ...named('2', 'gone'), expiresAt } as Write]);
    t.same(await findAll(store, ''), []);
  });

  await t.test('no live document is missed among many that are gone', async (t) => {
    const store = await openForTest(t, open);
    const ids = Array.from({ length: 300 }, (_, i) => String(i).padStart(3, '0'));
    const gone = ids.filter((_, i) => i % 5 !== 0);
    await store.commit(ids.map((id) => named(id, `n${id}`)));
    await store.commit(gone.map((id): Write => ({ op: 'remove', key: key(`f${id}`, id) })));
    for (const limit of [7, 100])
      t.same(
        await findAll(store, 'n', limit),
        ids.filter((id) => !gone.includes(id)).map((id) => `n${id} ${id}`),
      );
  });

  await t.test('a copy finds what its source finds', async (t) => {
    const [source, target] = [await openForTest(t, open), await openForTest(t, open)];
    await source.commit([named('1', 'ada', 'lovelace'), named('2', 'ben'), named('3')]);
    await source.commit([named('2', 'bob')]);
    const entries: Entry[] = [];
    let cursor: string | undefined;
    do {
      const page = await source.dump(cursor);
      entries.push(...page.entries);
      cursor = page.next;
    } while (cursor !== undefined);
    await target.load(entries);
    t.same(await findAll(target, ''), ['ada 1', 'bob 2', 'lovelace 1']);
    t.equal((await target.list('all', 'people', { limit: 10 })).items.length, 3);
  });
};
