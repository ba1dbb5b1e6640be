import { setTimeout as sleep } from 'node:timers/promises';
import t, { type Test } from 'tap';
import { Browser } from '../support/browser.ts';
import { type House, openHouse } from '../support/house.ts';
import { freshPrefix } from '../support/redis.ts';
import { startCluster } from '../support/redis-cluster.ts';
import { startSentinel } from '../support/redis-sentinel.ts';
import { redisCommand, startRedis } from '../support/redis-server.ts';
import { type Answer, codeFor, RelyingParty, usual } from '../support/relying-party.ts';
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
  const { ms } = await timed(async () => {
    for (;;) {
      const answer = await fetch(`${house.issuer}/readyz`);
      await answer.body?.cancel();
      if (answer.status === status) return;
      await sleep(20);
    }
  });
  return ms;
};

/** In trouble: nothing hangs, nothing is a 500, what needs no store still answers. Back: the codes are still good. */
const endures = async (
  t: Test,
  house: House,
  {
    harm,
    mend,
    stops = true,
  }: { harm: () => Promise<void> | void; mend: () => Promise<void> | void; stops?: boolean },
): Promise<void> => {
  const party = new RelyingParty(house.issuer);
  const browser = new Browser();
  const codes = [];
  for (let at = 0; at < 6; at++) codes.push(await codeFor(party, browser));
  const [tried, ...untouched] = codes;
  if (!tried) throw new Error('no code');

  await harm();
  const flipped = stops ? readyIs(house, 503) : Promise.resolve(0);
  const refused = await timed(() => party.redeem(tried.code, tried.verifier));
  if (stops) {
    t.equal(refused.result.status, 503);
    t.match(refused.result.body, { error: 'temporarily_unavailable' });
    t.ok(refused.result.headers.get('retry-after'), 'says when to come back');
    t.ok(refused.ms <= answerWithin, `answered after ${Math.round(refused.ms)} ms`);
    const ms = await flipped;
    t.ok(ms <= readinessFlipsWithin, `not ready after ${Math.round(ms)} ms`);
    const page = await timed(() => browser.request(party.authorizationUrl('x'.repeat(43))));
    t.equal(page.result.status, 503, 'a page as well');
    t.ok(page.ms <= answerWithin);
  } else {
    t.ok([200, 503].includes(refused.result.status));
  }
  for (const path of ['/livez', '/.well-known/openid-configuration', '/oauth/jwks']) {
    t.equal((await fetch(house.issuer + path)).status, 200, `${path} answers all the while`);
  }

  await mend();
  const back = await readyIs(house, 200);
  t.ok(back <= backWithin, `ready again after ${Math.round(back)} ms`);
  const retried =
    refused.result.status === 200 ? undefined : await settled(() => party.redeem(tried.code, tried.verifier));
  if (retried) t.equal(retried.status, 200, 'the code that was tried in vain is still good');
  for (const { code, verifier } of untouched) {
    t.equal((await settled(() => party.redeem(code, verifier))).status, 200, 'no code was lost');
  }
};

/** A client that is told to come back does. */
const settled = async (ask: () => Promise<Answer>): Promise<Answer> => {
  for (let tries = 0; tries < 10; tries++) {
    const answer = await ask();
    if (answer.status !== 503) return answer;
    await sleep(500);
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
    t.match(checks, [{ name: 'store' }, { name: 'store_evicts', ok: false, reason: /allkeys-lru/ }]);
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
  const party = new RelyingParty(house.issuer);
  const browser = new Browser();
  const { code, verifier } = await codeFor(party, browser);
  await sleep(200);
  const primary = await set.primary();
  await primary.kill();
  const statuses = new Set<number>();
  const since = performance.now();
  for (;;) {
    const { result, ms } = await timed(() => party.redeem(code, verifier));
    statuses.add(result.status);
    if (ms > answerWithin) t.fail(`an answer took ${Math.round(ms)} ms`);
    if (result.status !== 503 || performance.now() - since > 30_000) break;
  }
  t.ok(statuses.has(200), 'the code is redeemed at the new primary');
  t.ok(
    [...statuses].every((status) => status === 200 || status === 503),
    [...statuses].join(),
  );
});

t.test('a cluster that moves the slot of a code while it is redeemed', async (t) => {
  const cluster = await startCluster();
  const prefix = freshPrefix();
  const house = await openHouse({ config: { ...usual, store: { url: cluster.url, prefix } } });
  t.teardown(async () => {
    await house.close();
    await cluster.close();
  });
  const party = new RelyingParty(house.issuer);
  for (let round = 0; round < 3; round++) {
    const { code, verifier } = await codeFor(party, new Browser());
    const slot = await cluster.slotOf(`{${code.slice(0, 12)}}`);
    const owner = await cluster.ownerOf(slot);
    const elsewhere = cluster.nodes.slice(0, 3).find((node) => node !== owner);
    if (!elsewhere) throw new Error('three primaries');
    const asked: Promise<Answer>[] = [];
    await cluster.moveSlot(slot, elsewhere, async () => {
      asked.push(
        timed(() => party.redeem(code, verifier)).then(({ result, ms }) => {
          t.ok(ms <= answerWithin, `answered after ${Math.round(ms)} ms`);
          return result;
        }),
      );
      await sleep(300);
    });
    const [first] = await Promise.all(asked);
    t.ok(first?.status === 200 || first?.status === 503, `${first?.status} while it moves`);
    if (first?.status === 503)
      t.equal((await settled(() => party.redeem(code, verifier))).status, 200, 'still good');
  }
});

t.test('nothing was left unhandled', async (t) => t.same(surprises, []));
