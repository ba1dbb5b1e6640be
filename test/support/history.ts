import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import type { Test } from 'tap';
import { openStore } from '#adapters/index.ts';
import { checkHistory } from './history-check.ts';
import { readHistory } from './history-log.ts';
import { readFinalState } from './history-state.ts';
import { keys, sessionEveryMs, sessionName } from './history-world.ts';

export interface HistoryOptions {
  readonly url: string;
  readonly prefix?: string;
  readonly durationMs?: number;
  readonly workers?: number;
}

const script = fileURLToPath(new URL('./history-worker.ts', import.meta.url));
const gone = async (child: ChildProcess): Promise<void> => {
  if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
};

/** Workers run at random over one store and die at random; in the end everything must have an explanation. */
export const historyIsExplained = async (t: Test, options: HistoryOptions): Promise<void> => {
  const { url, prefix = '', durationMs = 4_500, workers = 4 } = options;
  const folder = mkdtempSync(join(tmpdir(), 'postern-history-'));
  const store = await openStore(url, { clock: { now: () => Date.now() }, prefix });
  const running = new Set<ChildProcess>();
  t.teardown(async () => {
    for (const child of running) child.kill('SIGKILL');
    await store.close();
    rmSync(folder, { recursive: true, force: true });
  });
  const sessions = Math.ceil((durationMs * 3) / sessionEveryMs);
  for (let n = 0; n < sessions; n++)
    await store.commit([{ op: 'put', key: keys.session(sessionName(n)), body: 's' }]);

  const started = Date.now();
  let numbers = 0;
  let crashes = 0;
  const faults: string[] = [];
  const start = (): ChildProcess => {
    const number = String(++numbers);
    const child = fork(script, [url, prefix, join(folder, `${number}.log`), number, String(started)]);
    running.add(child);
    child.once('exit', (code, signal) => {
      running.delete(child);
      if (code !== 0 && signal !== 'SIGKILL') faults.push(`a worker ended with ${code ?? signal}`);
    });
    return child;
  };

  for (let n = 0; n < workers; n++) start();
  while (Date.now() - started < durationMs) {
    await sleep(150 + Math.random() * 300);
    const [oldest] = running;
    if (!oldest) continue;
    // Without pauses it is nearly always inside an operation: that is where death should strike.
    if (oldest.connected) oldest.send('hurry');
    await sleep(10 + Math.random() * 30);
    oldest.kill('SIGKILL');
    await gone(oldest);
    crashes++;
    start();
  }
  for (const child of running) if (child.connected) child.send('stop');
  await Promise.all([...running].map(gone));

  const events = readHistory(folder);
  const count = (outcome: string): number => events.filter((event) => event.outcome === outcome).length;
  t.comment(
    `${events.length} attempts, ${crashes} crashes: ` +
      ['ok', 'exists', 'claimed', 'absent', 'lost', 'unavailable']
        .map((name) => `${count(name)} ${name}`)
        .join(', '),
  );
  for (const action of ['issue', 'redeem', 'refresh', 'merge', 'revoke', 'look'])
    t.ok(
      events.some((event) => event.action === action && event.outcome === 'ok'),
      `some ${action} went through`,
    );
  t.ok(count('claimed') > 0, 'some claims were lost to another');
  t.ok(crashes > 0);
  t.same(faults, [], 'every worker ended as it was told to');
  t.same(checkHistory(events, await readFinalState(store, events)), [], 'nothing is without an explanation');
};
