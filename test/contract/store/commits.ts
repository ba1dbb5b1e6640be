import type { Test } from 'tap';
import { key, type Open, openForTest, readOne, rejectsAsConflict } from './support.ts';

const code = key('f1', 'c1');
const token = key('f1', 't1', 'access');
const elsewhere = key('f2', 't2', 'access');

export const readsAndCommits = async (t: Test, open: Open): Promise<void> => {
  await t.test(
    'reads return documents in the order of their keys, and undefined for absent ones',
    async (t) => {
      const store = await openForTest(t, open);
      t.same(await store.read([]), []);
      await store.commit([]);
      await store.commit([
        { op: 'put', key: code, body: 'one' },
        { op: 'put', key: elsewhere, body: 'two', fields: { a: '1' } },
      ]);
      const read = await store.read([elsewhere, token, code, elsewhere]);
      t.same(
        read.map((document) => document?.body),
        ['two', undefined, 'one', 'two'],
      );
      t.same(Object.entries(read[0]?.fields ?? {}), [['a', '1']]);
      t.same(Object.entries(read[2]?.fields ?? { none: '' }), []);
      t.equal(read[2]?.consumption, undefined);
      t.equal(read[2]?.expiresAt, undefined);
    },
  );

  await t.test('a put replaces the document with its consumption, fields and lifetime', async (t) => {
    const store = await openForTest(t, open);
    const expiresAt = Date.now() + 60_000;
    await store.commit([{ op: 'put', key: code, body: 'old', fields: { a: '1' }, expiresAt }]);
    await store.commit([{ op: 'consume', key: code, at: 7 }]);
    await store.commit([{ op: 'put', key: code, body: 'new', fields: { b: '2' } }]);
    const document = await readOne(store, code);
    t.equal(document?.body, 'new');
    t.same(Object.entries(document?.fields ?? {}), [['b', '2']]);
    t.equal(document?.consumption, undefined);
    t.equal(document?.expiresAt, undefined);
    await store.commit([{ op: 'consume', key: code, at: 8 }]);
  });

  await t.test('an insert is refused as exists when a live document has the key', async (t) => {
    const store = await openForTest(t, open);
    await store.commit([{ op: 'insert', key: code, body: 'first' }]);
    await rejectsAsConflict(t, store.commit([{ op: 'insert', key: code, body: 'second' }]), 'exists', code);
    t.equal((await readOne(store, code))?.body, 'first');
    await store.commit([{ op: 'remove', key: code }]);
    await store.commit([{ op: 'insert', key: code, body: 'third' }]);
    t.equal((await readOne(store, code))?.body, 'third');
  });

  await t.test('a replace compares the body and keeps fields and consumption', async (t) => {
    const store = await openForTest(t, open);
    const replace = { op: 'replace', key: code } as const;
    await rejectsAsConflict(t, store.commit([{ ...replace, expected: '', body: 'x' }]), 'absent', code);
    await store.commit([
      { op: 'put', key: code, body: 'a', fields: { p: '1', q: '1' } },
      { op: 'consume', key: code, at: 5 },
    ]);
    await rejectsAsConflict(t, store.commit([{ ...replace, expected: 'b', body: 'c' }]), 'changed', code);
    t.equal((await readOne(store, code))?.body, 'a');
    const expiresAt = Date.now() + 60_000;
    await store.commit([{ ...replace, expected: 'a', body: 'b', fields: { q: '2' }, expiresAt }]);
    const document = await readOne(store, code);
    t.equal(document?.body, 'b');
    t.same({ ...document?.fields }, { p: '1', q: '2' }, 'fields not named are kept');
    t.equal(document?.consumption?.at, 5);
    t.equal(document?.expiresAt, expiresAt);
    await store.commit([{ ...replace, expected: 'b', body: 'c' }]);
    t.equal((await readOne(store, code))?.expiresAt, expiresAt, 'so is the lifetime');
  });

  await t.test('a merge sets what it names and leaves the rest', async (t) => {
    const store = await openForTest(t, open);
    const expiresAt = Date.now() + 60_000;
    const merge = { op: 'merge', key: code, ifAbsent: 'refuse' } as const;
    await store.commit([
      { op: 'put', key: code, body: 'a', fields: { gone: '1', kept: '2', set: '3' }, expiresAt },
      { op: 'consume', key: code, at: 5 },
    ]);
    await store.commit([{ ...merge, fields: { gone: null, never: null, set: '4', added: '5' } }]);
    const first = await readOne(store, code);
    t.equal(first?.body, 'a');
    t.same({ ...first?.fields }, { kept: '2', set: '4', added: '5' });
    t.equal(first?.consumption?.at, 5);
    t.equal(first?.expiresAt, expiresAt);
    await store.commit([{ ...merge, body: 'b', expiresAt: expiresAt + 1_000 }]);
    const second = await readOne(store, code);
    t.equal(second?.body, 'b');
    t.same({ ...second?.fields }, { kept: '2', set: '4', added: '5' });
    t.equal(second?.expiresAt, expiresAt + 1_000);
  });

  await t.test('a merge without a document is refused or skipped', async (t) => {
    const store = await openForTest(t, open);
    const merge = { op: 'merge', key: code, body: 'x', fields: { a: '1' } } as const;
    await rejectsAsConflict(t, store.commit([{ ...merge, ifAbsent: 'refuse' }]), 'absent', code);
    await store.commit([
      { ...merge, ifAbsent: 'skip', index: [{ index: 'merged', of: 'x', at: 1 }] },
      { op: 'put', key: token, body: 't' },
    ]);
    t.equal(await readOne(store, code), undefined);
    t.equal((await readOne(store, token))?.body, 't', 'the rest of the commit is kept');
    t.same((await store.list('merged', 'x', { limit: 5 })).items, []);
  });

  await t.test('a consume succeeds once, and the second one learns which one won', async (t) => {
    const store = await openForTest(t, open);
    await rejectsAsConflict(t, store.commit([{ op: 'consume', key: code, at: 1 }]), 'absent', code);
    const expiresAt = Date.now() + 60_000;
    await store.commit([{ op: 'put', key: code, body: 'a', fields: { p: '1' }, expiresAt }]);
    await store.commit([{ op: 'consume', key: code, at: 1_234 }]);
    const document = await readOne(store, code);
    t.equal(document?.consumption?.at, 1_234);
    t.ok(document?.consumption?.nonce);
    t.equal(document?.body, 'a');
    t.same({ ...document?.fields }, { p: '1' });
    t.equal(document?.expiresAt, expiresAt);
    const lost = await rejectsAsConflict(
      t,
      store.commit([{ op: 'consume', key: code, at: 1_235 }]),
      'consumed',
      code,
    );
    t.same({ ...lost.consumption }, { ...document?.consumption }, 'the former consumption is in the refusal');
    t.same({ ...(await readOne(store, code))?.consumption }, { ...document?.consumption });
  });

  await t.test('a remove deletes the document, and succeeds without one', async (t) => {
    const store = await openForTest(t, open);
    await store.commit([{ op: 'remove', key: code }]);
    await store.commit([{ op: 'put', key: code, body: 'a', fields: { p: '1' } }]);
    await store.commit([{ op: 'consume', key: code, at: 1 }]);
    await store.commit([{ op: 'remove', key: code }]);
    t.equal(await readOne(store, code), undefined);
    await store.commit([{ op: 'put', key: code, body: 'b' }]);
    const document = await readOne(store, code);
    t.same(Object.keys(document?.fields ?? { none: '' }), []);
    t.equal(document?.consumption, undefined);
  });

  await t.test('a conflict anywhere in a commit leaves nothing behind, in any family', async (t) => {
    const store = await openForTest(t, open);
    await store.commit([
      { op: 'put', key: code, body: 'spent', fields: { p: '1' }, index: [{ index: 'i', of: 'o', at: 1 }] },
      { op: 'consume', key: code, at: 1 },
      { op: 'put', key: elsewhere, body: 'there' },
    ]);
    const fresh = key('f3', 'n');
    const around = [
      { op: 'put', key: token, body: 't', index: [{ index: 'i', of: 'o', at: 2 }] },
      { op: 'insert', key: fresh, body: 'n' },
      { op: 'merge', key: elsewhere, fields: { q: '1' }, ifAbsent: 'refuse' },
      { op: 'merge', key: code, body: 'changed', fields: { p: null }, ifAbsent: 'refuse' },
    ] as const;
    const none = key('f4');
    for (const [losing, reason] of [
      [{ op: 'consume', key: code, at: 2 }, 'consumed'],
      [{ op: 'consume', key: none, at: 2 }, 'absent'],
      [{ op: 'insert', key: elsewhere, body: 'x' }, 'exists'],
      [{ op: 'replace', key: elsewhere, expected: 'other', body: 'x' }, 'changed'],
      [{ op: 'merge', key: none, ifAbsent: 'refuse' }, 'absent'],
    ] as const) {
      await rejectsAsConflict(t, store.commit([...around, losing]), reason, losing.key);
      await rejectsAsConflict(t, store.commit([losing, ...around]), reason, losing.key);
    }
    const [c, e, ...others] = await store.read([code, elsewhere, token, fresh, none]);
    t.equal(c?.body, 'spent');
    t.same({ ...c?.fields }, { p: '1' });
    t.equal(c?.consumption?.at, 1);
    t.same(Object.keys(e?.fields ?? { none: '' }), []);
    t.same(others, [undefined, undefined, undefined]);
    t.same((await store.list('i', 'o', { limit: 9 })).items.length, 1);
  });

  await t.test('a commit reaches several families at once', async (t) => {
    const store = await openForTest(t, open);
    await store.commit([{ op: 'put', key: code, body: 'c' }]);
    await store.commit([
      { op: 'consume', key: code, at: 1 },
      { op: 'put', key: elsewhere, body: 'e' },
      { op: 'insert', key: key('f3'), body: 'head' },
    ]);
    const [c, e, head] = await store.read([code, elsewhere, key('f3')]);
    t.equal(c?.consumption?.at, 1);
    t.equal(e?.body, 'e');
    t.equal(head?.body, 'head');
  });

  await t.test('writes of one commit apply in order, each seeing those before it', async (t) => {
    const store = await openForTest(t, open);
    await store.commit([
      { op: 'put', key: code, body: 'a', fields: { p: '1' } },
      { op: 'consume', key: code, at: 3 },
      { op: 'merge', key: code, fields: { q: '2' }, ifAbsent: 'refuse' },
      { op: 'replace', key: code, expected: 'a', body: 'b' },
      { op: 'insert', key: token, body: 'x' },
      { op: 'remove', key: token },
      { op: 'merge', key: token, body: 'y', ifAbsent: 'skip' },
    ]);
    const [document, gone] = await store.read([code, token]);
    t.equal(document?.body, 'b');
    t.same({ ...document?.fields }, { p: '1', q: '2' });
    t.equal(document?.consumption?.at, 3);
    t.equal(gone, undefined);
    await store.commit([
      { op: 'remove', key: code },
      { op: 'insert', key: code, body: 'c' },
    ]);
    const renewed = await readOne(store, code);
    t.equal(renewed?.body, 'c');
    t.equal(renewed?.consumption, undefined);
    const twice = store.commit([
      { op: 'insert', key: token, body: '1' },
      { op: 'insert', key: token, body: '2' },
    ]);
    await rejectsAsConflict(t, twice, 'exists', token);
    t.equal(await readOne(store, token), undefined);
    const removed = store.commit([
      { op: 'remove', key: code },
      { op: 'consume', key: code, at: 1 },
    ]);
    await rejectsAsConflict(t, removed, 'absent', code);
    t.equal((await readOne(store, code))?.body, 'c');
  });
};
