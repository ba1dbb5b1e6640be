/**
 * Measures `account import`: `node bench/import-accounts.ts [count]`. It imports the accounts into a new SQLite store, and
 * again, when all of them are there already. It fails when either takes longer than the bound.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createWriteStream, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const count = Number(process.argv[2] ?? 50_000);
/** 50,000 accounts in two minutes, on a busy machine with two cores. */
const maxSeconds = Math.max(10, (count / 50_000) * 120);
const folder = mkdtempSync(join(tmpdir(), 'postern-import-'));
const file = join(folder, 'people.ndjson');

const writePeople = async (): Promise<void> => {
  const people = createWriteStream(file);
  for (let at = 0; at < count; at += 1) {
    const person = {
      username: `person-${at}`,
      sub: `s-${at}`,
      password_hash: '$2b$10$abcdefghijklmnopqrstuujydOTSfIH/d5oUHpsygqV5X9xJLQc6e',
      name: `Person ${at}`,
      email: `person-${at}@example.com`,
      email_verified: true,
      claims: { department: `d${at % 40}` },
    };
    if (!people.write(`${JSON.stringify(person)}\n`)) await once(people, 'drain');
  }
  people.end();
  await once(people, 'finish');
};

const importPeople = async (what: string): Promise<void> => {
  const startedAt = performance.now();
  const main = join(import.meta.dirname, '../src/cli/main.ts');
  const url = `store.url=sqlite:${join(folder, 'store.db')}`;
  const child = spawn(process.execPath, [main, '--set', url, 'account', 'import', file], {
    stdio: 'inherit',
  });
  const [code] = await once(child, 'close');
  const seconds = (performance.now() - startedAt) / 1000;
  process.stdout.write(`${what}: ${count} accounts in ${seconds.toFixed(1)} s\n`);
  if (code !== 0 || seconds > maxSeconds)
    throw new Error(`exit code ${code} after ${seconds.toFixed(1)} s; the bound is ${maxSeconds} s`);
};

try {
  await writePeople();
  await importPeople('new');
  await importPeople('again');
} finally {
  rmSync(folder, { recursive: true, force: true });
}
