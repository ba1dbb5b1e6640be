import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import t from 'tap';
import { openEmbedded } from '#adapters/embedded/index.ts';
import { openStore } from '#adapters/index.ts';
import { StoreUnusable } from '#src/store/errors.ts';
import type { Store } from '#src/store/port.ts';
import { sharedStoreContract, storeContract } from '../contract/store.ts';
import { raceConsumption } from '../support/consume-race.ts';

const clock = { now: () => Date.now() };
const folder = mkdtempSync(join(tmpdir(), 'postern-embedded-'));
t.teardown(() => rmSync(folder, { recursive: true, force: true }));

let files = 0;
const freshPath = (): string => join(folder, `${files++}.db`);
const open = (path: string): Promise<Store> => openEmbedded({ path, clock });

t.test('in memory', (t) => storeContract(t, () => open(':memory:')));

t.test('in a file', (t) => storeContract(t, () => open(freshPath())));

t.test('in a file that two connections share', (t) =>
  sharedStoreContract(t, async () => {
    const path = freshPath();
    return Promise.all([open(path), open(path)]);
  }),
);

t.test(
  'three processes race 200 consumptions of one code, on a file that all of them have just opened',
  async (t) => {
    const path = freshPath();
    const store = await open(path);
    t.teardown(() => store.close());
    const code = { kind: 'code', family: 'fam', id: 'code' };
    await store.commit([{ op: 'put', key: code, body: 'c' }]);
    const result = await raceConsumption(`sqlite:${path}`, 'fam', { processes: 3, each: 67 });
    t.equal(result.won, 1);
    t.equal(result.consumed, 200);
    t.equal(result.other, 0);
    const [document, token] = await store.read([
      code,
      { kind: 'access', family: 'fam', id: result.tokens[0] ?? '' },
    ]);
    t.ok(document?.consumption);
    t.equal(token?.body, 'token');
    const entries = (await store.dump()).entries;
    t.equal(entries.length, 2, 'no loser left anything');
  },
);

t.test('processes that create one file at the same moment all succeed', async (t) => {
  const path = freshPath();
  const result = await raceConsumption(`sqlite:${path}`, 'fam', { processes: 3, each: 1 });
  t.same(result, { won: 0, consumed: 0, other: 3, tokens: [] }, 'the code is absent, the store is there');
});

t.test('the scheme of store.url chooses the store', async (t) => {
  for (const url of ['memory:', `sqlite:${freshPath()}`, `sqlite://${freshPath()}`, 'SQLITE::memory:']) {
    const store = await openStore(url, { clock });
    await store.ping();
    await store.close();
  }
  const refuses = async (url: string, message: RegExp): Promise<void> => {
    const fault: unknown = await openStore(url, { clock }).catch((error: unknown) => error);
    t.ok(fault instanceof StoreUnusable && message.test(fault.message), url);
    t.notMatch(String(fault), 'secret');
  };
  await refuses('postgres://user:secret@db/x', /unknown scheme postgres:.*sqlite:PATH.*redis:.*rediss:/);
  await refuses('user:secret@db', /unknown scheme user:/);
  await refuses('./data/postern.db', /no scheme.*sqlite:PATH/);
  await refuses('sqlite:', /names no file/);
  await refuses('sqlite://', /names no file/);
});
