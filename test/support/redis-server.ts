import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Redis } from 'ioredis';
import { freePort } from '#src/testing/free-port.ts';
import { redisBinary } from './redis-binary.ts';
import { waitFor } from './wait-for.ts';

/** A Redis server on loopback or a socket that ends with this process. */
export interface RedisServer {
  /** 0 for a socket. */
  readonly port: number;
  readonly url: string;
  readonly kind: string;
  readonly dir: string;
  kill(): Promise<void>;
  freeze(): void;
  thaw(): void;
  /** Starts it again after `kill`, on the same port and folder. */
  start(): Promise<void>;
  close(): Promise<void>;
}

const running = new Set<ChildProcess>();
const folders = new Set<string>();
process.once('exit', () => {
  for (const child of running) child.kill('SIGKILL');
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
});

interface Options {
  /** Default: a free port. `'socket'` opens no port. */
  readonly port?: number | 'socket';
  readonly args?: readonly string[];
  /** Makes the server accept only TLS; the options verify its certificate. */
  readonly tls?: { readonly ca: string };
  /** Writes the configuration of a sentinel into a folder and names the file. */
  readonly sentinel?: (dir: string) => string;
}

export const startRedis = async ({
  port: wanted,
  args = [],
  tls,
  sentinel,
}: Options = {}): Promise<RedisServer> => {
  const { command, kind, env } = await redisBinary();
  const dir = mkdtempSync(join(tmpdir(), 'postern-redis-'));
  folders.add(dir);
  const socket = join(dir, 'redis.sock');
  const port = wanted === 'socket' ? 0 : (wanted ?? (await freePort()));
  const listening = port === 0 ? ['--port', '0', '--unixsocket', socket] : ['--bind', '127.0.0.1'];
  const ports = port === 0 ? [] : tls ? ['--port', '0', '--tls-port', `${port}`] : ['--port', `${port}`];
  const ownOptions = ['--dir', dir, '--save', '', '--appendonly', 'no', '--enable-debug-command', 'local'];
  const commandLine = sentinel
    ? [sentinel(dir), '--sentinel']
    : [...listening, ...ports, ...ownOptions, ...args];
  let child: ChildProcess | undefined;

  const start = async (): Promise<void> => {
    const started = spawn(command, commandLine, { stdio: ['ignore', 'pipe', 'ignore'], env });
    let output = '';
    started.stdout?.on('data', (chunk: Buffer) => {
      output = (output + chunk.toString()).slice(-2_000);
    });
    running.add(started);
    started.once('exit', () => running.delete(started));
    child = started;
    const where = port === 0 ? { path: socket } : { host: '127.0.0.1', port, ...(tls && { tls }) };
    await waitFor('an answer', () => started.exitCode !== null || answers(where));
    if (started.exitCode !== null) throw new Error(`${kind} did not start: ${output}`);
  };

  const kill = async (): Promise<void> => {
    const now = child;
    if (!now || now.exitCode !== null || now.signalCode !== null) return;
    const exited = once(now, 'exit');
    now.kill('SIGKILL');
    await exited;
  };

  await start();
  return {
    port,
    url: port === 0 ? `redis+unix://${socket}` : `${tls ? 'rediss' : 'redis'}://127.0.0.1:${port}`,
    kind,
    dir,
    start,
    kill,
    freeze: () => void child?.kill('SIGSTOP'),
    thaw: () => void child?.kill('SIGCONT'),
    close: async () => {
      await kill();
      rmSync(dir, { recursive: true, force: true });
      folders.delete(dir);
    },
  };
};

type Where = { path: string } | { host: string; port: number; tls?: { ca: string } };

const answers = async (where: Where): Promise<boolean> => {
  const client = connectTo(where);
  try {
    await client.connect();
    await client.ping();
    return true;
  } catch {
    return false;
  } finally {
    client.disconnect();
  }
};

const connectTo = (where: Where): Redis => {
  const client = new Redis({
    ...where,
    lazyConnect: true,
    retryStrategy: null,
    maxRetriesPerRequest: 0,
    disableClientInfo: true,
  });
  client.on('error', () => {});
  return client;
};

/** Sends one command on a new connection. */
export const redisCommand = async (port: number, ...commandLine: readonly string[]): Promise<unknown> => {
  const client = connectTo({ host: '127.0.0.1', port });
  try {
    await client.connect();
    const [name = '', ...rest] = commandLine;
    return await client.call(name, ...rest);
  } finally {
    client.disconnect();
  }
};
