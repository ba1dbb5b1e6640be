import { getFlow } from '../flows.ts';
import { measureInterleaved } from '../measure/rounds.ts';
import { startPostern } from '../subjects/postern.ts';
import { openRedis } from '../subjects/redis.ts';
import { createWorkload } from '../workload.ts';
import type { Section } from './section.ts';

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
