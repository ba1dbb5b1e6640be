/**
 * Measures searching accounts among a million, and what the entries by text cost when an account is written:
 * `node bench/search.ts [count]`. The store runs in the same process, on a new file and on a new Redis.
 */
import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { openStore } from '#adapters/index.ts';
import { type AccountRecord, insertAccount } from '#src/services/accounts/record.ts';
import { createAccountStore } from '#src/services/accounts/store.ts';
import { systemClock } from '#src/store/clock.ts';
import type { Insert, Store } from '#src/store/port.ts';
import { openRedis } from './subjects/redis.ts';

const count = Number(process.argv[2] ?? 1_000_000);
const batch = 200;
const pageSize = 50;
const searches = 2_000;
const writes = 2_000;

const firstNames = [
  'ada',
  'grace',
  'alan',
  'edsger',
  'barbara',
  'donald',
  'margaret',
  'john',
  'katherine',
  'tim',
];
const lastNames = ['lovelace', 'hopper', 'turing', 'dijkstra', 'liskov', 'knuth', 'hamilton', 'mccarthy'];

const accountOf = (at: number): AccountRecord => {
  const first = firstNames[at % firstNames.length] ?? '';
  const last = lastNames[Math.floor(at / 7) % lastNames.length] ?? '';
  return {
    id: `bench-${at}`.padEnd(22, 'x'),
    username: `${first}.${last}.${at.toString(36)}`,
    enabled: true,
    claims: { name: `${first} ${last} ${at}`, email: `${last}.${at}@example.com`, email_verified: true },
    hash: `$argon2id$v=19$m=19456,t=2,p=1$${'s'.repeat(22)}$${'h'.repeat(43)}`,
    createdAt: 1_790_000_000_000 + at,
    updatedAt: 1_790_000_000_000 + at,
  };
};

const withoutTexts = ({ index = [], ...insert }: Insert): Insert => ({
  ...insert,
  index: index.filter(({ byText }) => byText !== true),
});

const percentile = (sorted: readonly number[], part: number): string =>
  (sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))] ?? 0).toFixed(2);

const report = (what: string, times: readonly number[]): void => {
  const sorted = times.toSorted((a, b) => a - b);
  console.log(
    `  ${what}: p50 ${percentile(sorted, 0.5)} ms, p95 ${percentile(sorted, 0.95)} ms, p99 ${percentile(sorted, 0.99)} ms`,
  );
};

const timed = async (times: number, work: (n: number) => Promise<unknown>): Promise<readonly number[]> => {
  const found: number[] = [];
  for (let n = 0; n < times; n += 1) {
    const start = performance.now();
    await work(n);
    found.push(performance.now() - start);
  }
  return found;
};

const prefixOf = (n: number): string => {
  const { username, claims } = accountOf((n * 7919) % count);
  const text = [username, String(claims['email']), String(claims['name'])][n % 3] ?? '';
  return text.slice(0, 1 + (n % 12));
};

const measure = async (store: Store): Promise<void> => {
  const started = performance.now();
  for (let at = 0; at < count; at += batch) {
    const size = Math.min(batch, count - at);
    await store.commit(Array.from({ length: size }, (_, i) => insertAccount(accountOf(at + i))));
    await sleep(0);
  }
  console.log(`  load: ${((performance.now() - started) / 1000).toFixed(0)} s`);
  const accounts = createAccountStore(store, systemClock);
  report(
    `a page of ${pageSize} by a prefix of 1 to 12 characters`,
    await timed(searches, (n) => accounts.search(prefixOf(n), pageSize, undefined)),
  );
  let cursor: string | undefined;
  report(
    'the pages of one prefix, one after another',
    await timed(searches, async () => {
      ({ next: cursor } = await accounts.search('a', pageSize, cursor));
    }),
  );
  report(
    'a prefix that matches no account',
    await timed(searches, (n) => accounts.search(`no account ${n}`, pageSize, undefined)),
  );
  report(
    'one account written, without the entries',
    await timed(writes, (n) => store.commit([withoutTexts(insertAccount(accountOf(count + n)))])),
  );
  report(
    'one account written, with the entries',
    await timed(writes, (n) => store.commit([insertAccount(accountOf(count + writes + n))])),
  );
};

const sqlite = async (): Promise<void> => {
  const folder = mkdtempSync(join(tmpdir(), 'postern-search-'));
  const path = join(folder, 'store.db');
  const store = await openStore(`sqlite:${path}`, { clock: systemClock });
  console.log(`SQLite, ${count} accounts`);
  await measure(store);
  await store.close();
  console.log(`  bytes an account in the file: ${Math.round(statSync(path).size / count)}`);
  rmSync(folder, { recursive: true });
};

const redis = async (): Promise<void> => {
  const server = await openRedis();
  const store = await openStore(server.url, {
    clock: systemClock,
    operationTimeoutMs: 5_000,
    deadlineMs: 15_000,
  });
  const usedMemory = async (): Promise<number> =>
    Number(/used_memory:(\d+)/.exec(await server.client.info('memory'))?.[1]);
  console.log(`Redis, ${count} accounts`);
  const before = await usedMemory();
  await measure(store);
  console.log(`  bytes an account: ${Math.round(((await usedMemory()) - before) / count)}`);
  const entries = Number(await server.client.call('memory', 'usage', 'postern:x:{account-search}'));
  console.log(`  of these, the entries by text: ${Math.round(entries / count)}`);
  await store.close();
  await server.close();
};

await sqlite();
await redis();
