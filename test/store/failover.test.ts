import t from 'tap';
import { answersInTime, survivesOutage } from '../support/outage.ts';
import { freshPrefix } from '../support/redis.ts';
import { startCluster } from '../support/redis-cluster.ts';
import { startSentinel } from '../support/redis-sentinel.ts';
import { redisCommand } from '../support/redis-server.ts';
import { Browser, codeFor, RelyingParty, startInProcess, usualConfig } from '../support/setup/index.ts';
import { usualStoreTimeouts, waitFor } from '../support/wait-for.ts';

t.setTimeout(300_000);

const surprises: unknown[] = [];
process.on('unhandledRejection', (reason) => surprises.push(reason));

t.test('a failover by Sentinel loses no acknowledged exchange', async (t) => {
  const set = await startSentinel();
  const server = await startInProcess(t, { ...usualConfig, store: { url: set.url, ...usualStoreTimeouts } });
  t.teardown(async () => {
    await server.stop();
    await set.close();
  });
  // The outage is long enough to observe that the server is not ready.
  for (const { port } of set.sentinels)
    await redisCommand(port, 'sentinel', 'set', 'postern', 'down-after-milliseconds', '3000');
  const old = await set.primary();
  await survivesOutage(t, server, {
    breakStore: async () => {
      // Writes that a replica has not received are lost with the primary.
      t.equal(await redisCommand(old.port, 'wait', '2', '2000'), 2);
      await old.kill();
    },
    repair: () => waitFor('a new primary', async () => (await set.primary()) !== old),
  });
});

t.test('a code is redeemed once while the cluster moves its slot', async (t) => {
  const cluster = await startCluster();
  const prefix = freshPrefix();
  const server = await startInProcess(t, {
    ...usualConfig,
    store: { url: cluster.url, prefix, ...usualStoreTimeouts },
  });
  t.teardown(async () => {
    await server.stop();
    await cluster.close();
  });
  for (let round = 0; round < 3; round++) {
    const half = Promise.withResolvers<void>();
    const going = Promise.withResolvers<void>();
    let moved: Promise<void> | undefined;
    await survivesOutage(t, server, {
      stopsServing: false,
      breakStore: async (code) => {
        const slot = await cluster.slotOf(`{${code.slice(0, 12)}}`);
        const owner = await cluster.ownerOf(slot);
        const elsewhere = cluster.nodes.slice(0, 3).find((node) => node !== owner);
        if (!elsewhere) throw new Error('three primaries');
        moved = cluster.moveSlot(slot, elsewhere, () => {
          half.resolve();
          return going.promise;
        });
        await Promise.race([half.promise, moved]);
        const party = new RelyingParty(server.issuer);
        const { code: another, verifier } = await codeFor(party, new Browser());
        const answer = await answersInTime(t, 'a code elsewhere', () => party.redeem(another, verifier));
        t.equal(answer.status, 200, 'others are served while it moves');
        t.equal((await fetch(`${server.issuer}/readyz`)).status, 200, 'and it stays ready');
      },
      repair: async () => {
        going.resolve();
        await moved;
      },
    });
  }
});

t.test('no promise rejection was left unhandled', async (t) => t.same(surprises, []));
