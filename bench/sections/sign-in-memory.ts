import type { Redis } from 'ioredis';
import { startBenchProcess } from '../subjects/bench-process.ts';
import { startPostern } from '../subjects/postern.ts';
import { openRedis, type RunningRedis } from '../subjects/redis.ts';
import type { Section } from './section.ts';

const memoryPerKey = async (client: Redis): Promise<Map<string, number>> => {
  const sizes = new Map<string, number>();
  let cursor = '0';
  do {
    const [next, keys] = await client.scan(cursor, 'COUNT', 1000);
    for (const key of keys) sizes.set(key, Number(await client.call('MEMORY', 'USAGE', key, 'SAMPLES', '0')));
    cursor = next;
  } while (cursor !== '0');
  return sizes;
};

const total = (sizes: ReadonlyMap<string, number>): number =>
  [...sizes.values()].reduce((sum, size) => sum + size, 0);

/** Bytes by MEMORY USAGE that one sign-in leaves: session, grant, refresh token, and what leads to them. */
export const measureSignInMemory: Section = async ({ report }) => {
  const count = 500;
  const values: Record<string, number> = {};
  const weigh = async (label: string, redis: RunningRedis, mint: () => Promise<unknown>): Promise<void> => {
    const before = total(await memoryPerKey(redis.client));
    const usedBefore = Number(/used_memory:(\d+)/.exec(await redis.client.info('memory'))?.[1]);
    await mint();
    values[label] = Math.round((total(await memoryPerKey(redis.client)) - before) / count);
    const used = Number(/used_memory:(\d+)/.exec(await redis.client.info('memory'))?.[1]) - usedBefore;
    values[`${label}, by used_memory`] = Math.round(used / count);
  };
  const redises = [await openRedis(), await openRedis()] as const;
  const postern = await startPostern({ redis: redises[0], audit: false });
  const stock = await startBenchProcess('stock', redises[1]);
  const request = { kind: 'login', alg: 'ES256', count } as const;
  await weigh('Postern', redises[0], () => postern.mint(request));
  await weigh('example Redis adapter', redises[1], () => stock.mint(request));
  report({ title: 'bytes in Redis for one live sign-in', values });
  await postern.close();
  await stock.close();
  for (const redis of redises) await redis.close();
};
