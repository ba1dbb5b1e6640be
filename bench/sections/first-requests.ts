import { getFlow } from '../flows.ts';
import { measureInterleaved } from '../measure/rounds.ts';
import { startBenchProcess } from '../subjects/bench-process.ts';
import { startPostern } from '../subjects/postern.ts';
import { openRedis, type RunningRedis } from '../subjects/redis.ts';
import type { Server } from '../subjects/server.ts';
import { createWorkload } from '../workload.ts';
import type { Section } from './section.ts';

const firstCount = 500;

interface Subject {
  readonly label: string;
  readonly usesRedis: boolean;
  readonly start: (redis: RunningRedis | undefined) => Promise<Server>;
}

const startServer = (redis: RunningRedis | undefined) => startPostern(redis ? { redis } : {});

const subjects: readonly Subject[] = [
  { label: 'floor, Redis', usesRedis: true, start: (redis) => startBenchProcess('floor', redis) },
  { label: 'Postern, Redis', usesRedis: true, start: startServer },
  { label: 'Postern, embedded', usesRedis: false, start: startServer },
];

/** What the first exchanges of a server cost, before their code is compiled, and later ones. */
export const measureFirstRequests: Section = async ({ generator, effort, quick, report }) => {
  for (const { label, usesRedis, start } of subjects) {
    const redis = usesRedis ? await openRedis() : undefined;
    const server = await start(redis);
    const workload = createWorkload(label, server, getFlow('exchange'));
    const measure = async (warmUp: number, rounds: number): Promise<number> => {
      const [row] = await measureInterleaved(generator, [workload], { rounds, perRound: firstCount, warmUp });
      return row?.serverCpu ?? Number.NaN;
    };
    const first = await measure(0, 1);
    const steady = await measure(effort.warmUp, quick ? 3 : 12);
    report({
      title: `code exchange, CPU ms, ${label}`,
      values: {
        [`the first ${firstCount}`]: first.toFixed(3),
        [`after ${effort.warmUp.toLocaleString('en')}`]: steady.toFixed(3),
        'the first, to later ones': (first / steady).toFixed(2),
      },
    });
    await server.close();
    await redis?.close();
  }
};
