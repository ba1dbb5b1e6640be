import { setTimeout as sleep } from 'node:timers/promises';
import t, { type Test } from 'tap';
import { openStore } from '#adapters/index.ts';
import { Browser } from '../support/browser.ts';
import { type House, openHouse } from '../support/house.ts';
import { freshPrefix } from '../support/redis.ts';
import { startCluster } from '../support/redis-cluster.ts';
import { startSentinel } from '../support/redis-sentinel.ts';
import { freePort, redisCommand, startRedis, waitFor } from '../support/redis-server.ts';
import { type Answer, codeFor, newVerifier, RelyingParty, usual } from '../support/relying-party.ts';
import { startTcpProxy } from '../support/tcp-proxy.ts';

t.setTimeout(180_000);

/** The bounds that operators are promised, in milliseconds. */
const answerWithin = 3000;
const readinessFlipsWithin = 2000;
const backWithin = 5000;

const surprises: unknown[] = [];
process.on('unhandledRejection', (reason) => surprises.push(reason));

const timed = async <T>(action: () => Promise<T>): Promise<{ result: T; ms: number }> => {
  const start = performance.now();
  const result = await action();
  return { result, ms: performance.now() - start };
};

const readyIs = async (house: House, status: number): Promise<number> => {
  const { ms } = await timed(() =>
    waitFor(`/readyz to be ${status}`, async () => {
      const answer = await fetch(`${house.issuer}/readyz`);
      await answer.body?.cancel();
      return answer.status === status;
    }),
  );
  return ms;
};

interface Answered {
  readonly status: number;
  readonly headers: Headers;
}

/** In time, no fault, and whoever is sent away learns when to come back. */
const bounded = async <T extends Answered>(t: Test, what: string, ask: () => Promise<T>): Promise<T> => {
  const { result, ms } = await timed(ask);
  t.ok(ms <= answerWithin, `${what}: answered after ${Math.round(ms)} ms`);
  t.ok(result.status < 500 || result.status === 503, `${what}: ${result.status}`);
  const wait = result.headers.get('retry-after');
  if (result.status === 503) t.match(wait, /^[123]$/, `${what}: to come back after ${wait} s`);
  return result;
};

interface Scene {
  readonly house: House;
  readonly party: RelyingParty;
  readonly browser: Browser;
  readonly tokens: Answer['body'];
}

/** All that people and clients may ask for, at once. */
const everyDoor = async (t: Test, { house, party, browser, tokens }: Scene): Promise<void> => {
  const bearer = { authorization: `Bearer ${tokens['access_token']}` };
  const verifier = newVerifier();
  const pushed = Object.fromEntries(new URL(party.authorizationUrl(verifier)).searchParams);
  const json = { authorization_code: 'x'.repeat(43) };
  const doors: Readonly<Record<string, () => Promise<Answered>>> = {
    'a refresh': () => party.refresh(String(tokens['refresh_token'])),
    'client credentials': () => party.post('/oauth/token', { grant_type: 'client_credentials' }),
    introspection: () => party.post('/oauth/introspect', { token: String(tokens['access_token']) }),
    revocation: () => party.post('/oauth/revoke', { token: 'x'.repeat(43) }),
    'a pushed request': () => party.post('/oauth/par', pushed),
    userinfo: () => fetch(`${house.issuer}/userinfo`, { headers: bearer }),
    'the JSON door': () =>
      fetch(`${house.issuer}/api/v1/tokens`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(json),
      }),
    'a page': () => browser.request(party.authorizationUrl(verifier)),
    'a sign-in': () => new Browser().request(party.authorizationUrl(verifier, { prompt: 'login' })),
  };
  await Promise.all(Object.entries(doors).map(([what, ask]) => bounded(t, what, ask)));
};

interface Trouble {
  /** Told of the code that is tried meanwhile. */
  readonly harm: (code: string) => Promise<void> | void;
  readonly mend: () => Promise<void> | void;
  /** False: others are served all the while. */
  readonly stops?: boolean;
}

/** In trouble: nothing hangs, nothing is a 500, what needs no store still answers. Back: the codes are still good. */
const endures = async (t: Test, house: House, { harm, mend, stops = true }: Trouble): Promise<void> => {
  const party = new RelyingParty(house.issuer);
  const browser = new Browser();
  const codes = [];
  for (let at = 0; at < 7; at++) codes.push(await codeFor(party, browser));
  const [first, tried, other, ...untouched] = codes;
  if (!first || !tried || !other) throw new Error('no code');
  const { body: tokens } = await party.redeem(first.code, first.verifier);

  await harm(tried.code);
  const flipped = stops ? readyIs(house, 503) : Promise.resolve(0);
  const refused = await bounded(t, 'a code', () => party.redeem(tried.code, tried.verifier));
  if (stops) {
    t.equal(refused.status, 503);
    t.match(refused.body, { error: 'temporarily_unavailable' });
    const ms = await flipped;
    t.ok(ms <= readinessFlipsWithin, `not ready after ${Math.round(ms)} ms`);
    const page = await browser.request(party.authorizationUrl(newVerifier()));
    t.match(page, { status: 503, body: /<html/ }, 'a page as well');
    await everyDoor(t, { house, party, browser, tokens });
  } else {
    t.ok([200, 503].includes(refused.status));
  }
  for (const path of ['/livez', '/.well-known/openid-configuration', '/oauth/jwks']) {
    t.equal((await fetch(house.issuer + path)).status, 200, `${path} answers all the while`);
  }

  await mend();
  const since = performance.now();
  await readyIs(house, 200);
  const retried = await settled(() => party.redeem(other.code, other.verifier));
  const back = performance.now() - since;
  t.equal(retried.status, 200);
  t.ok(back <= backWithin, `ready and at work again after ${Math.round(back)} ms`);
  if (refused.status === 503) {
    const again = await settled(() => party.redeem(tried.code, tried.verifier));
    t.equal(again.status, 200, 'the code that was tried in vain is still good');
  }
  for (const { code, verifier } of untouched) {
    t.equal((await settled(() => party.redeem(code, verifier))).status, 200, 'no code was lost');
  }
};

/** A client that is told to come back does. */
const settled = async (ask: () => Promise<Answer>): Promise<Answer> => {
  for (let tries = 0; tries < 50; tries++) {
    const answer = await ask();
    if (answer.status !== 503) return answer;
    await sleep(100);
  }
  throw new Error('unavailable for too long');
};

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

t.test('a failover by Sentinel', async (t) => {
  const set = await startSentinel();
  const house = await openHouse({ config: { ...usual, store: { url: set.url } } });
  t.teardown(async () => {
    await house.close();
    await set.close();
  });
  // Long enough to see that it is not ready.
  for (const { port } of set.sentinels)
    await redisCommand(port, 'sentinel', 'set', 'postern', 'down-after-milliseconds', '3000');
  const old = await set.primary();
  await endures(t, house, {
    harm: async () => {
      // What a replica has not heard of yet is lost with its primary.
      t.equal(await redisCommand(old.port, 'wait', '2', '2000'), 2);
      await old.kill();
    },
    mend: () => waitFor('a new primary', async () => (await set.primary()) !== old),
  });
});

t.test('a cluster that moves the slot of a code while it is redeemed', async (t) => {
  const cluster = await startCluster();
  const prefix = freshPrefix();
  const house = await openHouse({ config: { ...usual, store: { url: cluster.url, prefix } } });
  t.teardown(async () => {
    await house.close();
    await cluster.close();
  });
  for (let round = 0; round < 3; round++) {
    const half = Promise.withResolvers<void>();
    const going = Promise.withResolvers<void>();
    let moved: Promise<void> | undefined;
    await endures(t, house, {
      stops: false,
      harm: async (code) => {
        const slot = await cluster.slotOf(`{${code.slice(0, 12)}}`);
        const owner = await cluster.ownerOf(slot);
        const elsewhere = cluster.nodes.slice(0, 3).find((node) => node !== owner);
        if (!elsewhere) throw new Error('three primaries');
        moved = cluster.moveSlot(slot, elsewhere, () => {
          half.resolve();
          return going.promise;
        });
        await Promise.race([half.promise, moved]);
        const party = new RelyingParty(house.issuer);
        const { code: another, verifier } = await codeFor(party, new Browser());
        const answer = await bounded(t, 'a code elsewhere', () => party.redeem(another, verifier));
        t.equal(answer.status, 200, 'others are served while it moves');
        t.equal((await fetch(`${house.issuer}/readyz`)).status, 200, 'and it stays ready');
      },
      mend: async () => {
        going.resolve();
        await moved;
      },
    });
  }
});

t.test('nothing was left unhandled', async (t) => t.same(surprises, []));
