import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import type { Test } from 'tap';
import { openStore } from '#adapters/index.ts';
import { checkHistory } from './check.ts';
import { readHistory } from './log.ts';
import { keys, sessionEveryMs, sessionName } from './model.ts';
import { readFinalState } from './state.ts';

export interface HistoryOptions {
  readonly url: string;
  readonly prefix?: string;
  readonly durationMs?: number;
  readonly workers?: number;
}

const script = fileURLToPath(new URL('./worker.ts', import.meta.url));
const waitForExit = async (child: ChildProcess): Promise<void> => {
  if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
};

interface Worker {
  readonly child: ChildProcess;
  readonly log: string;
  readonly ready: Promise<unknown>;
}

const longestMs = 10_000;

/** Without pauses a worker is nearly always inside an operation, which is where the kill should hit. */
const killInOperation = async ({ child, log }: Worker): Promise<void> => {
  if (child.connected) child.send('hurry');
  const enough = statSync(log).size + 2_000 + Math.random() * 3_000;
  for (let i = 0; i < 1_000 && statSync(log).size < enough; i++) await sleep(1);
  child.kill('SIGKILL');
  await waitForExit(child);
};

/** Runs workers with random actions over one store, kills them at random, and asserts that the history is consistent. */
export const historyIsConsistent = async (t: Test, options: HistoryOptions): Promise<void> => {
  const { url, prefix = 'history', durationMs = 4_000, workers = 3 } = options;
  const folder = mkdtempSync(join(tmpdir(), 'postern-history-'));
  const store = await openStore(url, { clock: { now: () => Date.now() }, prefix });
  const running = new Set<Worker>();
  const faults: string[] = [];
  t.teardown(async () => {
    for (const { child } of running) child.kill('SIGKILL');
    await store.close();
    rmSync(folder, { recursive: true, force: true });
  });
  for (let n = 0; n < longestMs / sessionEveryMs; n++)
    await store.commit([{ op: 'put', key: keys.session(sessionName(n)), body: 's' }]);

  let numbers = 0;
  const start = (): Worker => {
    const number = String(++numbers);
    const log = join(folder, `${number}.log`);
    const child = fork(script, [url, prefix, log, number, String(started)]);
    const worker: Worker = { child, log, ready: once(child, 'message') };
    running.add(worker);
    child.once('exit', (code, signal) => {
      running.delete(worker);
      if (code !== 0 && signal !== 'SIGKILL') faults.push(`a worker ended with ${code ?? signal}`);
    });
    return worker;
  };

  let started = Date.now() + longestMs;
  await Promise.all(Array.from({ length: workers }, () => start().ready));
  started = Date.now();
  for (const { child } of running) child.send({ started });
  let crashes = 0;
  while (Date.now() - started < durationMs || (crashes < 3 && Date.now() - started < longestMs)) {
    await sleep(100 + Math.random() * 200);
    const [oldest] = running;
    if (!oldest) break;
    await killInOperation(oldest);
    crashes++;
    await start().ready;
  }
  for (const { child } of running) if (child.connected) child.send('stop');
  await Promise.all([...running].map(({ child }) => waitForExit(child)));

  const events = readHistory(folder);
  const count = (outcome: string): number => events.filter((event) => event.outcome === outcome).length;
  t.comment(
    `${events.length} attempts, ${crashes} crashes: ` +
      ['ok', 'exists', 'consumed', 'absent', 'lost', 'unavailable']
        .map((name) => `${count(name)} ${name}`)
        .join(', '),
  );
  for (const action of ['issue', 'redeem', 'refresh', 'merge', 'revoke', 'look'])
    t.ok(
      events.some((event) => event.action === action && event.outcome === 'ok'),
      `some ${action} went through`,
    );
  t.ok(count('consumed') > 0, 'some consumptions were lost to another attempt');
  t.ok(crashes > 0);
  t.same(faults, [], 'every worker ended as requested');
  t.same(checkHistory(events, await readFinalState(store, events)), [], 'nothing is without an explanation');
};
