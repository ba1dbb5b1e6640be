import { getFlow } from '../flows.ts';
import { measureInterleaved } from '../measure/rounds.ts';
import { startBenchProcess } from '../subjects/bench-process.ts';
import { startPostern } from '../subjects/postern.ts';
import { openRedis } from '../subjects/redis.ts';
import { createWorkload } from '../workload.ts';
import type { Section } from './section.ts';

/**
 * Compares what a request costs now and then with what it costs in a stream. The floor shows how much of that belongs to
 * the machine, whose caches forget a process that waits.
 */
const measureSlowRate: Section = async ({ generator, quick, report }) => {
  const [redis, another] = [await openRedis(), await openRedis()] as const;
  const servers = {
    'floor, Redis': await startBenchProcess('floor', another),
    'Postern, Redis': await startPostern({ redis }),
    'Postern, embedded': await startPostern(),
  };
  for (const [label, server] of Object.entries(servers)) {
    const flow = getFlow('client-credentials');
    const workloads = [
      createWorkload(`${label}, at full speed`, server, flow),
      createWorkload(`${label}, 50 a second`, server, flow, { connections: 8, rate: 50 }),
    ];
    const effort = { rounds: quick ? 2 : 5, perRound: quick ? 200 : 500, warmUp: 4_000 };
    const rows = await measureInterleaved(generator, workloads, effort);
    report({ title: `client credentials at 50 requests a second, ${label}`, rows });
  }
  for (const server of Object.values(servers)) await server.close();
  for (const one of [redis, another]) await one.close();
};

/** Sends at rates below capacity and counts latency from the time at which each request was due. */
export const measureSteadyRate: Section = async (context) => {
  await measureSlowRate(context);
  const { generator, quick, report } = context;
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
