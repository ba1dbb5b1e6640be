import { getFlow } from '../flows.ts';
import { measureInterleaved } from '../measure/rounds.ts';
import { startPostern } from '../subjects/postern.ts';
import { openRedis } from '../subjects/redis.ts';
import { createWorkload } from '../workload.ts';
import type { Section } from './section.ts';

const firstCount = 500;

/** What the first exchanges of a server cost, before their code is compiled, and later ones. */
export const measureFirstRequests: Section = async ({ generator, effort, quick, report }) => {
  for (const store of ['Redis', 'embedded'] as const) {
    const redis = store === 'Redis' ? await openRedis() : undefined;
    const server = await startPostern(redis ? { redis } : {});
    const workload = createWorkload(`Postern, ${store}`, server, getFlow('exchange'));
    const measure = async (warmUp: number, rounds: number): Promise<number> => {
      const [row] = await measureInterleaved(generator, [workload], { rounds, perRound: firstCount, warmUp });
      return row?.serverCpu ?? Number.NaN;
    };
    const first = await measure(0, 1);
    const steady = await measure(effort.warmUp, quick ? 3 : 12);
    report({
      title: `code exchange, CPU ms, ${store}`,
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
