import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import t from 'tap';
import { openStore } from '#adapters/index.ts';
import { freePort } from '#src/testing/free-port.ts';
import {
  answersInTime,
  readinessLimitMs,
  recoveryLimitMs,
  retryWhileUnavailable,
  survivesOutage,
  waitForReadiness,
} from '../support/outage.ts';
import { freshPrefix } from '../support/redis.ts';
import { redisCommand, startRedis } from '../support/redis-server.ts';
import {
  Browser,
  codeFor,
  RelyingParty,
  startInProcess,
  startServerProcess,
  usualConfig,
} from '../support/setup/index.ts';
import { startTcpProxy } from '../support/tcp-proxy.ts';
import { usualStoreTimeouts } from '../support/wait-for.ts';

t.setTimeout(300_000);

/** As docs/operations/deploy.md says. */
const stopLimitMs = 20_000;

/** Of a process, as Linux counts it: undefined elsewhere, and when it has ended. */
const cpuSecondsOf = (pid: number): number | undefined => {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'utf8');
    // Clock ticks of 10 ms in user and system mode, after the name in parentheses.
    const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
    return (Number(fields[11]) + Number(fields[12])) / 100;
  } catch {
    return undefined;
  }
};

const surprises: unknown[] = [];
process.on('unhandledRejection', (reason) => surprises.push(reason));

t.test('a server survives a faulty connection to Redis', async (t) => {
  const redis = await startRedis();
  const proxy = await startTcpProxy({ port: redis.port });
  const server = await startInProcess(t, {
    ...usualConfig,
    store: { url: `redis://127.0.0.1:${proxy.port}`, ...usualStoreTimeouts },
  });
  t.teardown(async () => {
    await server.stop();
    await proxy.close();
    await redis.close();
  });

  await t.test('a connection that is slow by two seconds is survived', (t) =>
    survivesOutage(t, server, { breakStore: () => proxy.delay(2000), repair: () => proxy.heal() }),
  );
  await t.test('frozen', (t) =>
    survivesOutage(t, server, { breakStore: () => proxy.freeze(), repair: () => proxy.heal() }),
  );
  await t.test('down', (t) =>
    survivesOutage(t, server, { breakStore: () => proxy.refuse(), repair: () => proxy.heal() }),
  );
  await t.test('cut once', (t) =>
    survivesOutage(t, server, { breakStore: () => proxy.cut(), repair: () => {}, stopsServing: false }),
  );
  await t.test('a frozen process', (t) =>
    survivesOutage(t, server, { breakStore: () => redis.freeze(), repair: () => redis.thaw() }),
  );

  const set = async (name: string, value: string): Promise<void> => {
    await redisCommand(redis.port, 'config', 'set', name, value);
  };
  await t.test('full', (t) =>
    survivesOutage(t, server, {
      breakStore: () => set('maxmemory', '1'),
      repair: () => set('maxmemory', '0'),
      isFull: true,
    }),
  );
  await t.test('allowed to drop what it was given', async (t) => {
    await set('maxmemory-policy', 'allkeys-lru');
    t.ok((await waitForReadiness(server, 503)) <= readinessLimitMs);
    const { checks } = JSON.parse(await (await fetch(`${server.issuer}/readyz`)).text());
    t.match(checks, [
      { name: 'store' },
      { name: 'store_evicts', ok: false, reason: /allkeys-lru/, fix: /maxmemory-policy noeviction/ },
    ]);
    await set('maxmemory-policy', 'noeviction');
    t.ok((await waitForReadiness(server, 200)) <= recoveryLimitMs);
  });

  await t.test('a lost reply never counts as a replay', async (t) => {
    const party = new RelyingParty(server.issuer);
    const browser = new Browser();
    for (let round = 0; round < 5; round++) {
      const { code, verifier } = await codeFor(party, browser);
      // The first reply of an exchange answers the read, the second the commit.
      if (round % 2 === 0) proxy.dropNextReply();
      else setTimeout(() => proxy.dropNextReply(), 3);
      const answer = await retryWhileUnavailable(() => party.redeem(code, verifier));
      t.equal(answer.status, 200, 'tokens, at once or when asked again');
    }
  });
});

t.test('an outage during an exchange is no replay to another server either', async (t) => {
  const redis = await startRedis();
  const prefix = freshPrefix();
  const direct = await openStore(redis.url, { clock: Date, prefix });
  const wires = await Promise.all([1, 2].map(() => startTcpProxy({ port: redis.port })));
  const [wire, otherWire] = wires;
  if (!wire || !otherWire) throw new Error('two wires');
  const roundTrips: string[] = [];
  let strikeAt = '';
  const settings = (port: number, more = {}) => ({
    ...usualConfig,
    store: { url: `redis://127.0.0.1:${port}`, prefix, ...usualStoreTimeouts },
    security: { key_encryption_key: Buffer.alloc(32, 3).toString('base64url'), ...more },
  });
  const server = await startInProcess(t, settings(wire.port), {
    observe: (operation) => {
      if (operation !== 'ping') roundTrips.push(operation);
      if (strikeAt === '' || roundTrips.join() !== strikeAt) return;
      strikeAt = '';
      wire.dropNextReply('refuse');
      otherWire.refuse();
    },
  });
  const port = await freePort();
  const other = await startInProcess(t, {
    ...settings(otherWire.port, { allowed_hosts: [`localhost:${port}`] }),
    issuer: server.issuer,
    listen: { port },
  });
  t.teardown(async () => {
    await Promise.all([server.stop(), other.stop(), direct.close()]);
    await Promise.all([...wires, redis].map((one) => one.close()));
  });
  const spent = async (): Promise<number> => {
    const { entries } = await direct.dump();
    return entries.filter(
      (one) => one.type === 'document' && one.key.kind === 'ac' && one.document.consumption,
    ).length;
  };
  const [party, elsewhere] = [server.issuer, `http://localhost:${port}`].map((url) => new RelyingParty(url));
  if (!party || !elsewhere) throw new Error('two servers');
  const browser = new Browser();
  const rehearsal = await codeFor(party, browser);
  roundTrips.length = 0;
  t.equal((await party.redeem(rehearsal.code, rehearsal.verifier)).status, 200);
  const exchange = [...roundTrips];
  t.equal(exchange.pop(), 'commit');
  let unheard = 0;
  for (let round = 0; round < 4 && unheard === 0; round++) {
    const { code, verifier } = await codeFor(party, browser);
    const before = await spent();
    roundTrips.length = 0;
    strikeAt = exchange.join();
    const answer = await answersInTime(t, 'a code', () => party.redeem(code, verifier));
    t.equal(answer.status, 503);
    unheard += (await spent()) - before;
    otherWire.heal();
    const asked = retryWhileUnavailable(() =>
      answersInTime(t, 'the code, elsewhere', () => elsewhere.redeem(code, verifier)),
    );
    // The other server recovers first, and finds the code consumed.
    await sleep(500);
    wire.heal();
    t.equal((await asked).status, 200, 'a retry with the code succeeds');
    await waitForReadiness(server, 200);
  }
  t.equal(unheard, 1, 'the commit was applied, and its answer lost');
});

t.test('a server survives Redis being killed and restarted', async (t) => {
  const redis = await startRedis({ args: ['--appendonly', 'yes', '--appendfsync', 'always'] });
  const server = await startInProcess(t, {
    ...usualConfig,
    store: { url: redis.url, ...usualStoreTimeouts },
  });
  t.teardown(async () => {
    await server.stop();
    await redis.close();
  });
  await survivesOutage(t, server, { breakStore: () => redis.kill(), repair: () => redis.start() });
});

t.test('a server that is stopped while its Redis is gone ends in time, and rests meanwhile', async (t) => {
  const redis = await startRedis();
  t.teardown(redis.close);
  const server = await startServerProcess(t, {
    config: {
      ...usualConfig,
      store: { url: redis.url, ...usualStoreTimeouts },
      audit: { enabled: true },
      listen: { drain_seconds: 1 },
    },
  });
  const ask = async (): Promise<number> => {
    const body = new URLSearchParams({ grant_type: 'client_credentials', client_id: 'nobody' });
    const response = await fetch(`${server.url}/oauth/token`, { method: 'POST', body });
    await response.body?.cancel();
    return response.status;
  };
  t.equal(await ask(), 401, 'which is to be recorded');
  await redis.kill();
  t.equal(await ask(), 503);
  const stoppedAt = performance.now();
  const cpuBefore = cpuSecondsOf(server.pid);
  server.signal('SIGTERM');
  let isEnded = false;
  const ended = server.ended.finally(() => {
    isEnded = true;
  });
  let cpu = 0;
  while (!isEnded && performance.now() - stoppedAt < stopLimitMs) {
    cpu = Math.max(cpu, (cpuSecondsOf(server.pid) ?? 0) - (cpuBefore ?? 0));
    await sleep(100);
  }
  const seconds = (performance.now() - stoppedAt) / 1000;
  t.ok(isEnded, `it ended after ${seconds.toFixed(1)} s`);
  t.same(isEnded && (await ended), { code: 0, signal: null });
  t.ok(cpu < Math.max(1, seconds / 4), `${cpu} s of processor time in ${seconds.toFixed(1)} s`);
});

t.test('no promise rejection was left unhandled', async (t) => t.same(surprises, []));
