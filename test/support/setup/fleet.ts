import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { stringify } from 'yaml';
import { freePort } from '#src/testing/free-port.ts';
import { childEnvironment, programPath } from '../postern.ts';
import { longTimeouts } from '../wait-for.ts';
import { waitUntilReady } from './server-process.ts';

interface Member {
  /** The URL of this process; the issuer is the URL of the first one. */
  readonly url: string;
  readonly pid: number;
  /** Kills it without a chance to clean up, as a power cut would. */
  kill(): Promise<void>;
  start(): Promise<void>;
}

export interface Fleet {
  readonly issuer: string;
  readonly members: readonly Member[];
  /** The folder of the configuration, for commands. */
  readonly cwd: string;
  readonly log: () => string;
  close(): Promise<void>;
}

interface Options {
  readonly store: string;
  readonly count: number;
  readonly config?: Readonly<Record<string, unknown>>;
  /** The prefix of the keys in Redis. */
  readonly prefix?: string;
}

const ended = (child: ChildProcess): Promise<void> =>
  child.exitCode !== null || child.signalCode !== null
    ? Promise.resolve()
    : new Promise((resolve) => child.once('exit', () => resolve()));

/** Starts several server processes over one store. */
export const startFleet = async ({
  store,
  count,
  config = {},
  prefix = 'postern',
}: Options): Promise<Fleet> => {
  const cwd = await mkdtemp(join(tmpdir(), 'postern-fleet-'));
  const ports: number[] = [];
  for (let at = 0; at < count; at++) ports.push(await freePort());
  const issuer = `http://localhost:${ports[0]}`;
  const settings = {
    issuer,
    demo: false,
    store: {
      url: store,
      prefix,
      operation_timeout_ms: longTimeouts.operationTimeoutMs,
      deadline_ms: longTimeouts.deadlineMs,
    },
    log: { level: 'warn', format: 'json' },
    ...config,
    security: {
      password: { memory_kib: 8192, passes: 1 },
      allowed_hosts: ports.map((port) => `localhost:${port}`),
      key_encryption_key: Buffer.alloc(32, 9).toString('base64url'),
      ...Object(config['security']),
    },
  };
  await writeFile(join(cwd, 'postern.yaml'), stringify(settings));
  let log = '';
  const children = new Set<ChildProcess>();

  const createMember = async (port: number): Promise<Member> => {
    const url = `http://localhost:${port}`;
    let child: ChildProcess | undefined;
    const start = async (): Promise<void> => {
      child = spawn(process.execPath, [programPath, 'start', '--port', String(port)], {
        cwd,
        env: childEnvironment,
        stdio: ['ignore', 'pipe', 'pipe'],
      });
      children.add(child);
      for (const stream of [child.stdout, child.stderr]) {
        stream?.on('data', (chunk) => {
          log += chunk;
        });
      }
      await waitUntilReady(url, child).catch((error) => {
        throw new Error(`${error.message}: ${log.slice(-2000)}`);
      });
    };
    await start();
    return {
      url,
      get pid() {
        return child?.pid ?? 0;
      },
      async kill() {
        child?.kill('SIGKILL');
        if (child) await ended(child);
      },
      start,
    };
  };

  const members: Member[] = [];
  const close = async (): Promise<void> => {
    for (const child of children) child.kill('SIGKILL');
    await Promise.all([...children].map(ended));
    await rm(cwd, { recursive: true, force: true });
  };
  try {
    for (const port of ports) members.push(await createMember(port));
  } catch (error) {
    await close();
    throw error;
  }
  return { issuer, members, cwd, log: () => log, close };
};
