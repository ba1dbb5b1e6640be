import { getFlow } from '../flows.ts';
import { measureInterleaved } from '../measure/rounds.ts';
import { startPostern } from '../subjects/postern.ts';
import { openRedis } from '../subjects/redis.ts';
import { createWorkload } from '../workload.ts';
import type { Section } from './section.ts';

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
