/** Starts a checkout of Postern by its public command. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { stringify } from 'yaml';
import { freePort } from '#src/testing/free-port.ts';
import { openRedis } from '../subjects/redis.ts';
import { createSettings } from './settings.ts';

export const stores = ['embedded', 'redis'] as const;
export type StoreName = (typeof stores)[number];

export interface RunningCheckout {
  readonly port: number;
  readonly pid: number;
  readonly databasePid?: number;
  close(): Promise<void>;
}

/** A busy machine takes long for the start. */
const startTimeoutMs = 60_000;
const stopTimeoutMs = 25_000;

interface StartSettings {
  readonly nodeOptions: readonly string[];
  readonly environment: Readonly<Record<string, string>>;
}

const startCommand =
  /^(?<assignments>(?:\w+=\S* )*)(?:exec )?node (?<options>(?:--\S+ )*)bin\/postern start$/;

/** What the start script of a checkout sets for Node itself, such as a bound of the heap. */
export const parseStartCommand = (command: string): StartSettings => {
  const groups = startCommand.exec(command)?.groups;
  if (!groups) throw new Error(`unknown start script: ${command}`);
  const [assignments = [], nodeOptions = []] = [groups['assignments'], groups['options']].map((words) =>
    words?.split(' ').filter(Boolean),
  );
  const environment = Object.fromEntries(assignments.map((each) => each.split(/=(.*)/s).slice(0, 2)));
  return { nodeOptions, environment };
};

const startSettingsOf = (root: string): StartSettings =>
  parseStartCommand(JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')).scripts.start);

export const startCheckout = async (root: string, storeName: StoreName): Promise<RunningCheckout> => {
  const redis = storeName === 'redis' ? await openRedis() : undefined;
  const port = await freePort();
  const cwd = mkdtempSync(join(tmpdir(), 'postern-compare-'));
  const schema = readFileSync(join(root, 'config/postern.schema.json'), 'utf8');
  writeFileSync(
    join(cwd, 'postern.yaml'),
    stringify(createSettings(port, redis?.url ?? 'sqlite:./postern.db', schema)),
  );
  const { nodeOptions, environment } = startSettingsOf(root);
  const child = spawn(process.execPath, [...nodeOptions, join(root, 'bin/postern'), 'start'], {
    cwd,
    stdio: ['ignore', 'ignore', 'pipe'],
    env: { PATH: process.env['PATH'], ...environment },
  });
  const exited = once(child, 'exit');
  let stderr = '';
  child.stderr.on('data', (chunk) => {
    stderr = `${stderr}${chunk}`.slice(-2000);
  });

  const close = async (): Promise<void> => {
    child.kill();
    const kill = setTimeout(() => child.kill('SIGKILL'), stopTimeoutMs);
    if (child.exitCode === null && child.signalCode === null) await exited;
    clearTimeout(kill);
    await redis?.close();
    rmSync(cwd, { recursive: true, force: true });
  };

  const isReady = () =>
    fetch(`http://localhost:${port}/readyz`).then(
      (response) => response.ok,
      () => false,
    );
  for (const end = performance.now() + startTimeoutMs; !(await isReady()); await sleep(50)) {
    if (child.exitCode === null && performance.now() < end) continue;
    await close();
    throw new Error(`${root} did not start: ${stderr}`);
  }
  return { port, pid: child.pid ?? 0, ...(redis && { databasePid: redis.pid }), close };
};
