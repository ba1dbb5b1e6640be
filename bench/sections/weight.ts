import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Redis } from 'ioredis';
import { startOwn } from '../contestants/own.ts';
import { startPostern } from '../contestants/postern.ts';
import { openRedis, type RunningRedis } from '../contestants/redis.ts';
import { median } from '../measure/numbers.ts';
import { rssMb } from '../measure/process-status.ts';
import type { Section } from './section.ts';

/** Start to the first discovery document with a warm compile cache, and memory at rest. */
export const start: Section = async ({ quick, tell }) => {
  const cache = mkdtempSync(join(tmpdir(), 'postern-bench-cache-'));
  const times: number[] = [];
  const cold: number[] = [];
  const memory: number[] = [];
  for (let round = 0; round < (quick ? 3 : 8); round++) {
    const server = await startPostern({ cache });
    (round < 1 ? cold : times).push(server.startMs);
    await sleep(1000);
    memory.push(rssMb(server.pid));
    await server.close();
  }
  rmSync(cache, { recursive: true });
  tell({
    title: 'start and rest, embedded store',
    values: {
      'first answer, cold, ms': Math.round(median(cold)),
      'first answer, warm, ms': Math.round(median(times)),
      'RSS at rest, MB': Math.round(median(memory)),
    },
  });
};

const usage = async (client: Redis): Promise<Map<string, number>> => {
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
export const memoryOfLogins: Section = async ({ tell }) => {
  const count = 500;
  const values: Record<string, number> = {};
  const weigh = async (label: string, redis: RunningRedis, mint: () => Promise<unknown>): Promise<void> => {
    const before = total(await usage(redis.client));
    const usedBefore = Number(/used_memory:(\d+)/.exec(await redis.client.info('memory'))?.[1]);
    await mint();
    values[label] = Math.round((total(await usage(redis.client)) - before) / count);
    const used = Number(/used_memory:(\d+)/.exec(await redis.client.info('memory'))?.[1]) - usedBefore;
    values[`${label}, by used_memory`] = Math.round(used / count);
  };
  const redises = [await openRedis(), await openRedis()] as const;
  const postern = await startPostern({ redis: redises[0], audit: false });
  const stock = await startOwn('stock', redises[1]);
  const order = { kind: 'login', alg: 'ES256', count } as const;
  await weigh('Postern', redises[0], () => postern.mint(order));
  await weigh('example Redis adapter', redises[1], () => stock.mint(order));
  tell({ title: 'bytes in Redis for one live sign-in', values });
  await postern.close();
  await stock.close();
  for (const redis of redises) await redis.close();
};
