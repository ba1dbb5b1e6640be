import type { Test } from 'tap';
import type { Entry, Store } from '#src/store/port.ts';
import { key, listAll, type Open, openForTest, rejectsAsConflict, waitUntilAfter } from './support.ts';

const dumped = async (store: Store): Promise<Entry[]> => {
  const entries: Entry[] = [];
  let cursor: string | undefined;
  do {
    const page = await (cursor === undefined ? store.dump() : store.dump(cursor));
    entries.push(...page.entries);
    cursor = page.next;
  } while (cursor !== undefined);
  return entries;
};

const entryName = (entry: Entry): string => {
  const { kind, family, id } = entry.key;
  const indexPlace = entry.type === 'index' ? [entry.entry.index, entry.entry.of, entry.entry.at] : [];
  return JSON.stringify([kind, family, id, ...indexPlace]);
};

export const dumpAndLoad = async (t: Test, open: Open): Promise<void> => {
  await t.test('a copy holds bodies, fields, consumptions, lifetimes and index entries', async (t) => {
    const [source, target] = [await openForTest(t, open), await openForTest(t, open)];
    const expiresAt = Date.now() + 60_000;
    const short = Date.now() + 40;
    const code = key('fam one', 'ü', 'code');
    const head = key('fam two', '', 'grant');
    const many = Array.from({ length: 1_500 }, (_, i) => key(`m${i % 7}`, `${i}`, 'access'));
    await source.commit([
      {
        op: 'put',
        key: code,
        body: 'c',
        fields: { p: '1', empty: '' },
        expiresAt,
        index: [
          { index: 'i', of: 'anna', at: 1_790_000_000_001 },
          { index: 'j', of: 'a b', at: 2 },
        ],
      },
      { op: 'consume', key: code, at: 1_790_000_000_002 },
      { op: 'put', key: head, body: 'g', index: [{ index: 'i', of: 'anna', at: 3 }] },
      { op: 'put', key: key('fam two', 'late'), body: 'x', expiresAt: short },
      { op: 'put', key: key('fam two', 'gone'), body: 'x', index: [{ index: 'i', of: 'anna', at: 4 }] },
      { op: 'remove', key: key('fam two', 'gone') },
    ]);
    await source.commit(many.map((at) => ({ op: 'put', key: at, body: `b${at.id}` })));
    await waitUntilAfter(short + 20);
    const entries = await dumped(source);
    const names = entries.map(entryName);
    t.equal(new Set(names).size, names.length, 'nothing twice while nothing is written');
    t.equal(entries.filter((entry) => entry.type === 'document').length, many.length + 2);
    t.equal(entries.filter((entry) => entry.type === 'index').length, 3);
    const seen = new Set<string>();
    for (const entry of entries) {
      const at = JSON.stringify(entry.key);
      if (entry.type === 'document') seen.add(at);
      else if (!seen.has(at)) t.fail('an index entry came before its document');
    }

    await target.load([]);
    const half = Math.floor(entries.length / 2);
    for (const entry of entries.slice(0, 20)) await target.load([entry]);
    await target.load(entries.slice(0, half));
    await target.load(entries.slice(half));
    t.same((await dumped(target)).map(entryName).sort(), names.sort(), 'the copy of the copy is the same');
    const [copied, grant] = await target.read([code, head]);
    const [original] = await source.read([code]);
    t.equal(copied?.body, 'c');
    t.same({ ...copied?.fields }, { p: '1', empty: '' });
    t.same({ ...copied?.consumption }, { ...original?.consumption });
    t.equal(copied?.expiresAt, expiresAt);
    t.equal(grant?.expiresAt, undefined);
    t.same(await listAll(target, 'i', 'anna', { limit: 1 }), ['', 'ü']);
    t.same(await listAll(target, 'j', 'a b', { limit: 5 }), ['ü']);
    t.same(
      (await target.read(many)).map((document) => document?.body),
      many.map((at) => `b${at.id}`),
    );
    await rejectsAsConflict(t, target.commit([{ op: 'consume', key: code, at: 1 }]), 'consumed', code);
    await target.commit([{ op: 'put', key: code, body: 'd' }]);
    t.same(
      await listAll(target, 'i', 'anna', { limit: 5 }),
      [''],
      'loaded index entries are removed with their document',
    );
  });
};
