import { type ChildProcess, fork, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { stringify } from 'yaml';
import { freePort } from '#src/testing/free-port.ts';
import { algorithms, audienceOf, claims, clients, opaqueAudience, password, username } from '../fixtures.ts';
import { ask } from '../messages.ts';
import type { RunningRedis } from './redis.ts';
import type { Server } from './server.ts';

export interface Postern extends Server {
  /** The server itself; it takes messages if it was started with `preload`. */
  readonly process: ChildProcess;
  /** Milliseconds from the start of the process to the first discovery document. */
  readonly startMs: number;
  addClients(count: number): Promise<readonly string[]>;
  /** Fills the store until it holds this many live grants. */
  fill(count: number): Promise<void>;
}

export interface PosternOptions {
  /** Absent: the embedded store in a file. */
  readonly redis?: RunningRedis;
  readonly workers?: number;
  readonly audit?: boolean;
  readonly log?: 'info' | 'silent';
  /** How many groups the person is in. */
  readonly groups?: number;
  /** How many other people have an account. Sign-ins are made for them in turns. */
  readonly people?: number;
  /** The folder that a processor profile is written to. */
  readonly profile?: string;
  /** URL of a module that the server loads before its own, and that answers messages. */
  readonly preload?: string;
  /** The working directory, which a later start can reuse; absent: a temporary one. */
  readonly dataFolder?: string;
  /** The folder of the compile cache. */
  readonly compileCache?: string;
}

const root = fileURLToPath(new URL('../../', import.meta.url));
const machineAudience = audienceOf('ES256');

const groupNames = (count: number): readonly string[] =>
  Array.from({ length: count }, (_, n) => `department-${n}`);

const settings = (
  port: number,
  { redis, workers = 1, audit = true, log = 'info', groups = 0, people = 0 }: PosternOptions,
) => ({
  issuer: `http://localhost:${port}`,
  listen: { port, workers },
  store: { url: redis?.url ?? 'sqlite:./postern.db' },
  demo: false,
  log: { level: log, format: 'json' },
  audit: { enabled: audit },
  tokens: { authorization_code_ttl: 600, refresh_reuse_window: 10 },
  // All load comes from one address: it is counted as always, but never refused.
  security: {
    throttle: {
      token_per_address: 1_000_000,
      refresh_token_per_account: 0,
      sign_in_start_per_address: 0,
      passkey_per_address: 0,
    },
  },
  groups: groupNames(groups).map((name) => ({ name })),
  accounts: [
    { username, password, ...claims, groups: groupNames(groups) },
    ...Array.from({ length: people }, (_, n) => ({
      ...claims,
      username: `person-${n}`,
      password,
      email: `person-${n}@example.com`,
    })),
  ],
  clients: clients.map((client) =>
    client.grant_types.includes('client_credentials') ? { ...client, resources: [machineAudience] } : client,
  ),
  resources: [
    ...algorithms.map((alg) => ({ audience: audienceOf(alg), scopes: ['read'], signing_alg: alg })),
    { audience: opaqueAudience, scopes: ['read'], access_token_format: 'opaque' },
  ],
});

/** A busy machine takes long for the start. */
const startTimeoutMs = 60_000;

const waitUntilReady = async (port: number, child: ChildProcess): Promise<void> => {
  for (const end = Date.now() + startTimeoutMs; Date.now() < end; await sleep(5)) {
    if (child.exitCode !== null) break;
    try {
      const response = await fetch(`http://localhost:${port}/.well-known/openid-configuration`);
      await response.text();
      if (response.ok) return;
    } catch {
      // The server does not listen yet.
    }
  }
  throw new Error('Postern did not start');
};

/** Starts the server as operators do; a second process makes credentials in its store. */
export const startPostern = async (options: PosternOptions = {}): Promise<Postern> => {
  const port = await freePort();
  const cwd = options.dataFolder ?? mkdtempSync(join(tmpdir(), 'postern-bench-'));
  writeFileSync(join(cwd, 'postern.yaml'), stringify(settings(port, options)));
  const started = performance.now();
  const profile = options.profile ? ['--cpu-prof', `--cpu-prof-dir=${options.profile}`] : [];
  const preload = options.preload ? [`--import=${options.preload}`] : [];
  const nodeOptions = [...profile, ...preload];
  const child = spawn(process.execPath, [...nodeOptions, join(root, 'bin/postern'), 'start'], {
    cwd,
    stdio: ['ignore', 'ignore', 'pipe', ...(options.preload ? (['ipc'] as const) : [])],
    serialization: 'advanced',
    env: {
      PATH: process.env['PATH'],
      ...(options.compileCache && { NODE_COMPILE_CACHE: options.compileCache }),
    },
  });
  let stderrTail = '';
  child.stderr?.on('data', (chunk) => {
    stderrTail = `${stderrTail}${chunk}`.slice(-2000);
  });
  await waitUntilReady(port, child).catch((error: Error) => {
    child.kill();
    throw new Error(`${error.message}: ${stderrTail}`);
  });
  const startMs = performance.now() - started;

  let minter: ChildProcess | undefined;
  const getMinter = (): ChildProcess => {
    minter ??= fork(join(root, 'bench/processes/mint.ts'), { cwd, serialization: 'advanced' });
    return minter;
  };

  return {
    process: child,
    port,
    pid: child.pid ?? 0,
    startMs,
    ...(options.redis && { redisPid: options.redis.pid }),
    mint: (order) => ask<string[]>(getMinter(), 'mint', order),
    addClients: (count) => ask<string[]>(getMinter(), 'addClients', count),
    fill: (count) => ask<void>(getMinter(), 'fill', count),
    collectGarbage: async () => {},
    // Audit records are written a quarter of a second after the answers.
    awaitDeferredWork: () => sleep(options.audit === false ? 0 : 350),
    async close() {
      minter?.kill();
      const ended = once(child, 'exit');
      child.kill();
      await ended;
      if (options.dataFolder === undefined) rmSync(cwd, { recursive: true, force: true });
    },
  };
};
