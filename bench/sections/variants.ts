import { clientCredentials, codeEndpoints, type Flow, flows } from '../flows.ts';
import { measureInterleaved, type Workload } from '../measure/rounds.ts';
import { startBenchProcess } from '../subjects/bench-process.ts';
import { startPostern } from '../subjects/postern.ts';
import { openRedis } from '../subjects/redis.ts';
import { createWorkload } from '../workload.ts';
import type { Section } from './section.ts';

const getFlow = (name: string): Flow => {
  const flow = flows[name];
  if (!flow) throw new Error(`no flow ${name}`);
  return flow;
};

/** Redeems the same kind of code at the form token endpoint and at the JSON token endpoint. */
export const compareTokenEndpoints: Section = async ({ generator, effort, report }) => {
  const redis = await openRedis();
  const server = await startPostern({ redis });
  const rows = await measureInterleaved(
    generator,
    [
      createWorkload('form token endpoint', server, codeEndpoints.form),
      createWorkload('JSON token endpoint', server, codeEndpoints.json),
    ],
    effort,
  );
  report({ title: 'one access token for a code, at both token endpoints', rows });
  await server.close();
  await redis.close();
};

/** Measures what the log and the audit record cost. */
export const measureObservability: Section = async ({ generator, effort, report }) => {
  const variants = {
    'log and audit': {},
    'no audit': { audit: false },
    silent: { audit: false, log: 'silent' },
  } as const;
  const running = await Promise.all(
    Object.entries(variants).map(async ([label, options]) => {
      const redis = await openRedis();
      return { label, redis, server: await startPostern({ redis, ...options }) };
    }),
  );
  const workloads = running.map(({ label, server }) => createWorkload(label, server, getFlow('exchange')));
  report({
    title: 'code exchange on Redis, by what it logs and records',
    rows: await measureInterleaved(generator, workloads, effort),
  });
  for (const { server, redis } of running) {
    await server.close();
    await redis.close();
  }
};

export const varyConnections: Section = async ({ generator, effort, report }) => {
  const redises = [await openRedis(), await openRedis()] as const;
  const postern = await startPostern({ redis: redises[0] });
  const stock = await startBenchProcess('stock', redises[1]);
  for (const count of [1, 8, 64, 256]) {
    const options = { connections: count };
    const rows = await measureInterleaved(
      generator,
      [
        createWorkload('stock, example Redis adapter', stock, getFlow('exchange'), options),
        createWorkload('Postern, Redis', postern, getFlow('exchange'), options),
      ],
      effort,
    );
    report({ title: `code exchange over ${count} connections`, rows });
  }
  await postern.close();
  await stock.close();
  for (const redis of redises) await redis.close();
};

/** Compares ten thousand clients in the store with one of them. */
export const measureManyClients: Section = async ({ generator, effort, report }) => {
  const redis = await openRedis();
  const server = await startPostern({ redis });
  const ids = await server.addClients(10_000);
  const one = createWorkload('1 client', server, clientCredentials(ids[0]));
  let next = 0;
  const all: Workload = {
    ...one,
    label: '10,000 clients',
    requests: async (count) =>
      Array.from({ length: count }, () => clientCredentials(ids[next++ % ids.length]).request('')),
  };
  // The warm-up reads every client once, so that no round pays for the first read of a client.
  const warmUp = Math.max(effort.warmUp, 10_000);
  const rows = await measureInterleaved(generator, [one, all], { ...effort, warmUp });
  report({ title: 'client credentials, by the number of clients', rows });
  await server.close();
  await redis.close();
};

/** Sends at a rate below capacity and counts latency from the time at which each request was due. */
export const measureSteadyRate: Section = async ({ generator, quick, report }) => {
  const [redis, another] = [await openRedis(), await openRedis()] as const;
  const servers = {
    'stock, example Redis adapter': await startBenchProcess('stock', another),
    'Postern, Redis': await startPostern({ redis }),
    'Postern, embedded': await startPostern(),
  };
  const workloads = Object.entries(servers).map(([label, server]) =>
    createWorkload(label, server, getFlow('exchange'), { connections: 32, rate: 250 }),
  );
  const effort = { rounds: quick ? 2 : 5, perRound: quick ? 500 : 1500, warmUp: 1500 };
  report({
    title: 'code exchange at 250 requests a second',
    rows: await measureInterleaved(generator, workloads, effort),
  });
  for (const server of Object.values(servers)) await server.close();
  for (const one of [redis, another]) await one.close();
};

/** Gives each worker the load and the warm-up that a single worker gets. */
export const varyWorkers: Section = async ({ generator, effort, quick, report }) => {
  const running = [];
  for (const count of [1, 2]) {
    const redis = await openRedis();
    running.push({ count, redis, server: await startPostern({ redis, workers: count }) });
  }
  const rows = await measureInterleaved(
    generator,
    running.map(({ count, server }) =>
      createWorkload(`${count} ${count === 1 ? 'worker' : 'workers'}`, server, getFlow('exchange'), {
        connections: 64 * count,
      }),
    ),
    // Short rounds end before both workers are busy, and each worker collects its garbage after every round.
    { rounds: Math.ceil(effort.rounds / 2), perRound: quick ? 1_000 : 8_000, warmUp: effort.warmUp * 2 },
  );
  report({
    title: 'code exchange, ES256, by workers',
    note: 'generator, Redis and server share the cores',
    rows,
  });
  report({
    title: 'two workers against one, if they had the cores to themselves',
    note: 'computed from the processor time of a request, without that of the generator and of Redis',
    values: { 'times the throughput': (2 / (rows[1]?.ratio ?? Number.NaN)).toFixed(2) },
  });
  for (const { server, redis } of running) {
    await server.close();
    await redis.close();
  }
};

/** Compares a nearly empty store with a full one. */
export const measureManyGrants: Section = async ({ generator, effort, quick, report }) => {
  const many = quick ? 20_000 : 1_000_000;
  for (const store of ['Redis', 'embedded'] as const) {
    const running = [];
    for (const count of [1_000, many]) {
      const redis = store === 'Redis' ? await openRedis() : undefined;
      const server = await startPostern(redis ? { redis } : {});
      await server.fill(count);
      running.push({ label: `${count.toLocaleString('en')} grants`, redis, server });
    }
    for (const name of ['exchange', 'refresh']) {
      const workloads = running.map(({ label, server }) => createWorkload(label, server, getFlow(name)));
      report({
        title: `${getFlow(name).title}, ${store}, by live grants`,
        rows: await measureInterleaved(generator, workloads, effort),
      });
    }
    for (const { server, redis } of running) {
      await server.close();
      await redis?.close();
    }
  }
};
