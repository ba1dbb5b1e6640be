import { setTimeout as sleep } from 'node:timers/promises';
import t from 'tap';
import { openStore } from '#adapters/index.ts';
import { freePort } from '#src/testing/free-port.ts';
import { Browser } from '../support/browser.ts';
import { backWithin, bounded, endures, readinessFlipsWithin, readyIs, settled } from '../support/endure.ts';
import { openHouse } from '../support/house.ts';
import { freshPrefix } from '../support/redis.ts';
import { redisCommand, startRedis } from '../support/redis-server.ts';
import { codeFor, RelyingParty, usual } from '../support/relying-party.ts';
import { startTcpProxy } from '../support/tcp-proxy.ts';

t.setTimeout(300_000);

const surprises: unknown[] = [];
process.on('unhandledRejection', (reason) => surprises.push(reason));

t.test('Redis behind a bad wire', async (t) => {
  const redis = await startRedis();
  const proxy = await startTcpProxy({ port: redis.port });
  const house = await openHouse({ config: { ...usual, store: { url: `redis://127.0.0.1:${proxy.port}` } } });
  t.teardown(async () => {
    await house.close();
    await proxy.close();
    await redis.close();
  });

  await t.test('slow by two seconds', (t) =>
    endures(t, house, { harm: () => proxy.delay(2000), mend: () => proxy.heal() }),
  );
  await t.test('frozen', (t) => endures(t, house, { harm: () => proxy.freeze(), mend: () => proxy.heal() }));
  await t.test('down', (t) => endures(t, house, { harm: () => proxy.refuse(), mend: () => proxy.heal() }));
  await t.test('cut once', (t) =>
    endures(t, house, { harm: () => proxy.cut(), mend: () => {}, stops: false }),
  );
  await t.test('a frozen process', (t) =>
    endures(t, house, { harm: () => redis.freeze(), mend: () => redis.thaw() }),
  );

  const set = async (name: string, value: string): Promise<void> => {
    await redisCommand(redis.port, 'config', 'set', name, value);
  };
  await t.test('full', (t) =>
    endures(t, house, { harm: () => set('maxmemory', '1'), mend: () => set('maxmemory', '0') }),
  );
  await t.test('allowed to drop what it was given', async (t) => {
    await set('maxmemory-policy', 'allkeys-lru');
    t.ok((await readyIs(house, 503)) <= readinessFlipsWithin);
    const { checks } = JSON.parse(await (await fetch(`${house.issuer}/readyz`)).text());
    t.match(checks, [
      { name: 'store' },
      { name: 'store_evicts', ok: false, reason: /allkeys-lru/, fix: /maxmemory-policy noeviction/ },
    ]);
    await set('maxmemory-policy', 'noeviction');
    t.ok((await readyIs(house, 200)) <= backWithin);
  });

  await t.test('a reply that is lost never turns into a false replay', async (t) => {
    const party = new RelyingParty(house.issuer);
    const browser = new Browser();
    for (let round = 0; round < 5; round++) {
      const { code, verifier } = await codeFor(party, browser);
      // The first reply of an exchange is the read, the second the commit.
      if (round % 2 === 0) proxy.dropNextReply();
      else setTimeout(() => proxy.dropNextReply(), 3);
      const answer = await settled(() => party.redeem(code, verifier));
      t.equal(answer.status, 200, 'tokens, at once or when asked again');
    }
  });
});

t.test('an outage in the middle of an exchange is no replay to another server either', async (t) => {
  const redis = await startRedis();
  const prefix = freshPrefix();
  const direct = await openStore(redis.url, { clock: Date, prefix });
  const wires = await Promise.all([1, 2].map(() => startTcpProxy({ port: redis.port })));
  const [wire, otherWire] = wires;
  if (!wire || !otherWire) throw new Error('two wires');
  const trips: string[] = [];
  let strikeAt = '';
  const settings = (port: number, more = {}) => ({
    ...usual,
    store: { url: `redis://127.0.0.1:${port}`, prefix },
    security: { key_encryption_key: Buffer.alloc(32, 3).toString('base64url'), ...more },
  });
  const house = await openHouse({
    config: settings(wire.port),
    // The last trip before the commit has come back: what is lost is the answer to the commit.
    observe: (operation) => {
      if (operation !== 'ping') trips.push(operation);
      if (strikeAt === '' || trips.join() !== strikeAt) return;
      strikeAt = '';
      wire.dropNextReply('refuse');
      otherWire.refuse();
    },
  });
  const port = await freePort();
  const other = await openHouse({
    config: {
      ...settings(otherWire.port, { allowed_hosts: [`localhost:${port}`] }),
      issuer: house.issuer,
      listen: { port },
    },
  });
  t.teardown(async () => {
    await Promise.all([house.close(), other.close(), direct.close()]);
    await Promise.all([...wires, redis].map((one) => one.close()));
  });
  const spent = async (): Promise<number> => {
    const { entries } = await direct.dump();
    return entries.filter((one) => one.type === 'document' && one.key.kind === 'ac' && one.document.claim)
      .length;
  };
  const [party, elsewhere] = [house.issuer, `http://localhost:${port}`].map((url) => new RelyingParty(url));
  if (!party || !elsewhere) throw new Error('two servers');
  const browser = new Browser();
  const rehearsal = await codeFor(party, browser);
  trips.length = 0;
  t.equal((await party.redeem(rehearsal.code, rehearsal.verifier)).status, 200);
  const exchange = [...trips];
  t.equal(exchange.pop(), 'commit');
  let unheard = 0;
  for (let round = 0; round < 4 && unheard === 0; round++) {
    const { code, verifier } = await codeFor(party, browser);
    const before = await spent();
    trips.length = 0;
    strikeAt = exchange.join();
    const answer = await bounded(t, 'a code', () => party.redeem(code, verifier));
    t.equal(answer.status, 503);
    unheard += (await spent()) - before;
    otherWire.heal();
    const asked = settled(() => bounded(t, 'the code, elsewhere', () => elsewhere.redeem(code, verifier)));
    // The other server is back first, and finds the code claimed.
    await sleep(500);
    wire.heal();
    t.equal((await asked).status, 200, 'the code is good for whoever comes back with it');
    await readyIs(house, 200);
  }
  t.equal(unheard, 1, 'the commit was applied, and its answer lost');
});

t.test('Redis that is killed and started again', async (t) => {
  const redis = await startRedis({ args: ['--appendonly', 'yes', '--appendfsync', 'always'] });
  const house = await openHouse({ config: { ...usual, store: { url: redis.url } } });
  t.teardown(async () => {
    await house.close();
    await redis.close();
  });
  await endures(t, house, { harm: () => redis.kill(), mend: () => redis.start() });
});

t.test('nothing was left unhandled', async (t) => t.same(surprises, []));
