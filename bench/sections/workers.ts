import { getFlow } from '../flows.ts';
import { measureInterleaved } from '../measure/rounds.ts';
import { startPostern } from '../subjects/postern.ts';
import { openRedis } from '../subjects/redis.ts';
import { createWorkload } from '../workload.ts';
import type { Section } from './section.ts';

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
