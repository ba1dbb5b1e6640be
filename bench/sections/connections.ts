import { getFlow } from '../flows.ts';
import { measureInterleaved } from '../measure/rounds.ts';
import { startBenchProcess } from '../subjects/bench-process.ts';
import { startPostern } from '../subjects/postern.ts';
import { openRedis } from '../subjects/redis.ts';
import { createWorkload } from '../workload.ts';
import type { Section } from './section.ts';

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
