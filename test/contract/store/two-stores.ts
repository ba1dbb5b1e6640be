import { setTimeout as sleep } from 'node:timers/promises';
import type { Test } from 'tap';
import type { Store } from '#src/store/port.ts';
import { waitFor } from '../../support/wait-for.ts';
import { key, readOne } from './support.ts';

export const twoStoresOnOneDataSet = async (
  t: Test,
  openPair: () => Promise<readonly [Store, Store]>,
): Promise<void> => {
  const pair = async (t: Test): Promise<readonly [Store, Store]> => {
    const stores = await openPair();
    t.teardown(() => Promise.all(stores.map((store) => store.close())));
    return stores;
  };

  await t.test('commits of one store are read, listed and counted by the other', async (t) => {
    const [one, two] = await pair(t);
    const at = key('fam', 'one');
    await one.commit([{ op: 'put', key: at, body: 'a', index: [{ index: 'i', of: 'o', at: 1 }] }]);
    t.equal((await readOne(two, at))?.body, 'a');
    t.equal((await two.list('i', 'o', { limit: 5 })).items.length, 1);
    t.same(await one.increment(['c'], 60_000), [1]);
    t.same(await two.increment(['c'], 60_000), [2]);
    await one.close();
    t.equal((await readOne(two, at))?.body, 'a', 'closing one leaves the other open');
  });

  await t.test(
    'consumes by two stores of one document have one winner, in each of many rounds',
    async (t) => {
      const stores = await pair(t);
      for (let round = 0; round < 10; round++) {
        const code = key(`fam${round}`, 'code');
        await stores[0].commit([{ op: 'put', key: code, body: 'c' }]);
        const results = await Promise.allSettled(
          Array.from({ length: 20 }, (_, i) =>
            stores[i % 2 === 0 ? 0 : 1].commit([
              { op: 'consume', key: code, at: i },
              { op: 'put', key: key(code.family, `t${i}`, 'access'), body: `${i}` },
              { op: 'merge', key: code, fields: { winner: `${i}` }, ifAbsent: 'refuse' },
            ]),
          ),
        );
        const winners = results.flatMap((result, i) => (result.status === 'fulfilled' ? [i] : []));
        const document = await readOne(stores[1], code);
        t.same(winners, [document?.consumption?.at], `round ${round}`);
        t.equal(document?.fields['winner'], `${winners[0]}`);
      }
    },
  );

  await t.test('nothing appears that depends on a document once that was removed', async (t) => {
    const [one, two] = await pair(t);
    let after = 0;
    let before = 0;
    for (let round = 0; round < 15; round++) {
      const condition = key(`condition${round}`);
      const grant = (i: number) => key(`grant${round}.${i}`, `${i}`);
      const listed = async () =>
        new Set((await two.list('grants', `${round}`, { limit: 100 })).items.map((item) => item.key.id));
      await one.commit([{ op: 'put', key: condition, body: 'c' }]);
      let succeeded = 0;
      const commits = Promise.allSettled(
        Array.from({ length: 40 }, async (_, i) => {
          await sleep(i % 10);
          await one.commit([
            { op: 'insert', key: grant(i), body: 'g', index: [{ index: 'grants', of: `${round}`, at: i }] },
            { op: 'merge', key: condition, ifAbsent: 'refuse' },
          ]);
          succeeded += 1;
        }),
      );
      while (succeeded < round % 12) await sleep(1);
      await two.commit([{ op: 'remove', key: condition }]);
      const found = await listed();
      const results = await commits;
      const made = results.flatMap((result, i) => (result.status === 'fulfilled' ? [`${i}`] : []));
      t.same(
        made.filter((id) => !found.has(id)),
        [],
        `round ${round}: all that was made was there when the condition was gone`,
      );
      before += made.length;
      after += results.length - made.length;
    }
    t.ok(before > 0 && after > 0, `${before} commits succeeded, ${after} were refused`);
  });

  await t.test('a message published by one reaches the other once', async (t) => {
    const [one, two] = await pair(t);
    const heard: (string | undefined)[] = [];
    two.subscribe('keys', (message) => heard.push(message));
    let sent = 0;
    await waitFor('an announcement of the other', async () => {
      await one.publish('keys', `rotated ${sent++}`);
      await sleep(30);
      return heard.length > 0;
    });
    await one.publish('keys', 'last');
    await waitFor('the last announcement', () => heard.includes('last'));
    t.equal(new Set(heard).size, heard.length, 'no message twice');
  });
};
