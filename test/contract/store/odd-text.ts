import type { Test } from 'tap';
import type { Write } from '#src/store/port.ts';
import { key, listAll, type Open, openForTest } from './support.ts';

const odd = [
  'a b',
  ' lead',
  'ä€😀',
  '{a}b',
  '}{',
  'a:b',
  '%25',
  '*?[a]',
  `"'\\`,
  '__proto__',
  '0',
  '-1',
  '|,;',
];

export const texts = async (t: Test, open: Open): Promise<void> => {
  await t.test('odd characters in ids, families, fields and texts are returned unchanged', async (t) => {
    const store = await openForTest(t, open);
    const keys = odd.flatMap((family) => odd.map((id) => key(family, id)));
    const fields: Record<string, string> = Object.fromEntries(
      [...odd, 'constructor', 'b', 'body', 'p:x', 'claim'].map((name) => [
        name.replaceAll(' ', '_'),
        `=${name}`,
      ]),
    );
    const writes = keys.map(
      (at, i): Write => ({
        op: 'put',
        key: at,
        body: `{"${at.family}":"${at.id}"}`,
        fields,
        index: [{ index: 'odd index {x}', of: at.family, at: i }],
      }),
    );
    await store.commit(writes);
    const read = await store.read(keys);
    for (const [i, at] of keys.entries()) {
      const document = read[i];
      if (document?.body !== `{"${at.family}":"${at.id}"}`) t.fail(`${at.family} / ${at.id} differs`);
      t.same(new Map(Object.entries(document?.fields ?? {})), new Map(Object.entries(fields)));
    }
    for (const family of odd)
      t.same(await listAll(store, 'odd index {x}', family, { limit: 4 }), odd, `listed: ${family}`);
    await store.commit(keys.map((at) => ({ op: 'consume', key: at, at: 1 })));
    await store.commit([
      { op: 'merge', key: key('ä€😀', 'a b'), fields: JSON.parse('{"__proto__":null}'), ifAbsent: 'refuse' },
    ]);
    const [merged] = await store.read([key('ä€😀', 'a b')]);
    t.notOk(Object.hasOwn(merged?.fields ?? {}, '__proto__'));
    t.equal(Object.keys(merged?.fields ?? {}).length, Object.keys(fields).length - 1);
  });

  await t.test('keys that look alike when concatenated are different documents', async (t) => {
    const store = await openForTest(t, open);
    const keys = [
      key('a', 'b', 'k'),
      key('a b', '', 'k'),
      key('a:b', '', 'k'),
      key('a', ':b', 'k'),
      key('a:', 'b', 'k'),
      key('a', '', 'k b'),
      key('a', '', 'k'),
      key('a', '', 'k:a'),
      key('a}', 'b', 'k'),
      key('a', '}b', 'k'),
    ];
    await store.commit(keys.map((at, i) => ({ op: 'insert', key: at, body: `${i}` })));
    t.same(
      (await store.read(keys)).map((document) => document?.body),
      keys.map((_, i) => `${i}`),
    );
  });

  await t.test('empty texts and large ones are kept', async (t) => {
    const store = await openForTest(t, open);
    const large = 'ä{"x":1}'.repeat(12_500);
    await store.commit([
      { op: 'put', key: key('f', 'empty'), body: '', fields: { empty: '' } },
      { op: 'put', key: key('f', 'large'), body: large, fields: { large } },
      { op: 'put', key: key('f', 'n'.repeat(400)), body: 'long id' },
    ]);
    const [empty, big, long] = await store.read([
      key('f', 'empty'),
      key('f', 'large'),
      key('f', 'n'.repeat(400)),
    ]);
    t.equal(empty?.body, '');
    t.equal(empty?.fields['empty'], '');
    t.ok(big?.body === large, 'a body of 100 kB');
    t.ok(big?.fields['large'] === large, 'a part of 100 kB');
    t.equal(long?.body, 'long id');
    await store.commit([{ op: 'replace', key: key('f', 'empty'), expected: '', body: 'x' }]);
  });

  await t.test('one commit takes hundreds of writes, and one read hundreds of keys', async (t) => {
    const store = await openForTest(t, open);
    const keys = Array.from({ length: 600 }, (_, i) => key('many', `${i}`));
    await store.commit(keys.map((at) => ({ op: 'insert', key: at, body: at.id })));
    t.same(
      (await store.read(keys)).map((document) => document?.body),
      keys.map((at) => at.id),
    );
  });
};
