/**
 * Measures the size of a million live grants, and how long loading, expiring and sweeping them blocks the event loop:
 * `node bench/million.ts [count]`. The store runs in the same process, on a new file and on a new Redis.
 */
import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { DatabaseSync } from 'node:sqlite';
import { setTimeout as sleep } from 'node:timers/promises';
import { openStore } from '#adapters/index.ts';
import type { Entry, Store } from '#src/store/port.ts';
import { kinds } from '#src/store/record-kinds.ts';
import { openRedis } from './subjects/redis.ts';

const count = Number(process.argv[2] ?? 1_000_000);
const batch = 50;

/** A grant, its refresh token and its index entry, as large as the engine makes them. */
const createGrantEntries = (at: number, expiresAt: number): Entry[] => {
  const family = `f${at}`.padEnd(12, 'x');
  const grant = { kind: kinds.grant, family, id: '' };
  return [
    { type: 'document', key: grant, document: { body: 'g'.repeat(170), fields: {}, expiresAt } },
    { type: 'index', key: grant, entry: { index: 'live', of: `account-${at}`, at: expiresAt } },
    {
      type: 'document',
      key: { kind: kinds.refreshToken, family, id: 'r'.repeat(24) },
      document: { body: 't'.repeat(230), fields: {}, expiresAt },
    },
  ];
};

const watchEventLoop = async (what: string, work: () => Promise<unknown>): Promise<void> => {
  const loop = monitorEventLoopDelay({ resolution: 5 });
  loop.enable();
  const start = performance.now();
  await work();
  loop.disable();
  const ms = (nanoseconds: number): string => (nanoseconds / 1e6 - 5).toFixed(1);
  console.log(
    `  ${what}: ${((performance.now() - start) / 1000).toFixed(1)} s, longest stall ${ms(loop.max)} ms, p99.9 ${ms(loop.percentile(99.9))} ms`,
  );
};

const load = async (store: Store, expiresAt: (at: number) => number): Promise<void> => {
  for (let at = 0; at < count; at += batch) {
    const size = Math.min(batch, count - at);
    await store.load(
      Array.from({ length: size }, (_, i) => createGrantEntries(at + i, expiresAt(at + i))).flat(),
    );
    await sleep(0);
  }
};

const sqlite = async (): Promise<void> => {
  const folder = mkdtempSync(join(tmpdir(), 'postern-million-'));
  const path = join(folder, 'store.db');
  let clockOffset = 0;
  const store = await openStore(`sqlite:${path}`, { clock: { now: () => Date.now() + clockOffset } });
  console.log(`SQLite, ${count} grants`);
  await watchEventLoop('load', () => load(store, () => Date.now() + 86_400_000));
  console.log(`  bytes a grant in the file: ${Math.round(statSync(path).size / count)}`);
  const key = { kind: kinds.grant, family: 'f0'.padEnd(12, 'x'), id: '' };
  clockOffset = 2 * 86_400_000;
  const reader = new DatabaseSync(path, { readOnly: true });
  const expired = reader.prepare('SELECT 1 FROM documents WHERE expires_at < ? LIMIT 1');
  const limit = Date.now() + 600_000;
  await watchEventLoop('sweep all, with reads and commits going on', async () => {
    for (let at = 0; expired.get(Date.now() + clockOffset) !== undefined; at++) {
      if (Date.now() > limit) throw new Error('the sweep did not end in time');
      await store.read([key]);
      await store.commit([
        {
          op: 'put',
          key: { kind: 'x', family: `x${at}`, id: '' },
          body: 'x',
          expiresAt: Date.now() + 2 * clockOffset,
        },
      ]);
      await sleep(2);
    }
  });
  reader.close();
  await store.close();
  rmSync(folder, { recursive: true });
};

const redis = async (): Promise<void> => {
  const server = await openRedis();
  const store = await openStore(server.url, { clock: Date });
  const usedMemory = async (): Promise<number> =>
    Number(/used_memory:(\d+)/.exec(await server.client.info('memory'))?.[1]);
  console.log(`Redis, ${count} grants`);
  const before = await usedMemory();
  // All grants expire within the same ten seconds, half a minute after the last was loaded.
  const end = Date.now() + 60_000 + count / 10;
  await watchEventLoop('load', () => load(store, (at) => end + (at % 10_000)));
  console.log(
    `  bytes a grant (grant, refresh token, index): ${Math.round(((await usedMemory()) - before) / count)}`,
  );
  let slowest = 0;
  await watchEventLoop('expire', async () => {
    while ((await server.client.dbsize()) > count * 1.05 && Date.now() < end + 60_000) {
      const start = performance.now();
      await store.ping();
      slowest = Math.max(slowest, performance.now() - start);
      await sleep(5);
    }
  });
  console.log(`  slowest answer of Redis during that time: ${slowest.toFixed(1)} ms`);
  await store.close();
  await server.close();
};

await sqlite();
await redis();
