import { flows } from '../flows.ts';
import { measureInterleaved } from '../measure/rounds.ts';
import { startBenchProcess } from '../subjects/bench-process.ts';
import { startPostern } from '../subjects/postern.ts';
import { openRedis, type RunningRedis } from '../subjects/redis.ts';
import type { Server } from '../subjects/server.ts';
import { createWorkload } from '../workload.ts';
import type { Section } from './section.ts';

const oauth2Flows = ['exchange', 'exchange-eddsa', 'exchange-rs256', 'refresh', 'client-credentials'];

/** Measures every flow with all subjects in one run. */
export const measureFlows: Section = async ({
  generator,
  effort,
  quick,
  flowNames,
  labelFilters,
  profile,
  report,
}) => {
  const names = Object.keys(flows).filter((name) =>
    flowNames.length > 0
      ? flowNames.includes(name)
      : !quick || ['exchange', 'client-credentials'].includes(name),
  );
  const redises: RunningRedis[] = [];
  const newRedis = async (): Promise<RunningRedis> => {
    const redis = await openRedis();
    redises.push(redis);
    return redis;
  };
  const profiled = profile === undefined ? {} : { profile };
  const starters: Readonly<Record<string, () => Promise<Server>>> = {
    'floor, Redis': async () => startBenchProcess('floor', await newRedis()),
    'floor, SQLite': () => startBenchProcess('floor'),
    'stock, example Redis adapter': async () => startBenchProcess('stock', await newRedis()),
    'stock, memory adapter': () => startBenchProcess('stock'),
    'Postern, Redis': async () => startPostern({ redis: await newRedis(), ...profiled }),
    'Postern, embedded': () => startPostern(profiled),
    'oauth2-server, memory': () => startBenchProcess('oauth2-server'),
  };
  // The first flow compiles what all flows share, so later ones need half the warm-up.
  const laterEffort = { ...effort, warmUp: effort.warmUp / 2 };
  const servers = new Map<string, Server>();
  try {
    for (const [label, start] of Object.entries(starters)) {
      if (labelFilters.length > 0 && !labelFilters.some((part) => label.includes(part))) continue;
      servers.set(label, await start());
    }
    for (const [index, name] of names.entries()) {
      const flow = flows[name];
      if (!flow) continue;
      const workloads = [...servers]
        .filter(([label]) => !label.startsWith('oauth2-server') || oauth2Flows.includes(name))
        .map(([label, server]) => createWorkload(label, server, flow));
      report({
        title: flow.title,
        rows: await measureInterleaved(generator, workloads, index === 0 ? effort : laterEffort),
      });
    }
  } finally {
    for (const server of servers.values()) await server.close();
    for (const redis of redises) await redis.close();
  }
};
