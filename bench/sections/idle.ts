import { setTimeout as sleep } from 'node:timers/promises';
import { cpuMs } from '../measure/process-status.ts';
import { startBenchProcess } from '../subjects/bench-process.ts';
import { startPostern } from '../subjects/postern.ts';
import { openRedis } from '../subjects/redis.ts';
import type { Server } from '../subjects/server.ts';
import type { Section } from './section.ts';

/** What follows a start: the sweep of the outbox, the compiler, the first collections of garbage. */
const settleMs = 10_000;

/** Processor time of servers that get no request. */
export const measureIdle: Section = async ({ quick, report }) => {
  const seconds = quick ? 10 : 60;
  const [redis, another] = [await openRedis(), await openRedis()] as const;
  const servers: Readonly<Record<string, Server>> = {
    'floor, Redis': await startBenchProcess('floor', another),
    'floor, SQLite': await startBenchProcess('floor'),
    'Postern, Redis': await startPostern({ redis }),
    'Postern, embedded': await startPostern(),
  };
  await sleep(settleMs);
  const before = Object.values(servers).map(({ pid }) => cpuMs(pid));
  await sleep(seconds * 1000);
  const values = Object.entries(servers).map(([label, { pid }], i) => {
    const perSecond = (cpuMs(pid) - (before[i] ?? Number.NaN)) / seconds;
    return [label, perSecond.toFixed(2)] as const;
  });
  report({
    title: `CPU ms a second without requests, over ${seconds} s`,
    values: Object.fromEntries(values),
  });
  for (const server of Object.values(servers)) await server.close();
  for (const one of [redis, another]) await one.close();
};
