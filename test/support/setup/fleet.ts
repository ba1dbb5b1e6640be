import { rm } from 'node:fs/promises';
import { freePort } from '#src/testing/free-port.ts';
import { longStoreTimeouts } from '../wait-for.ts';
import { type Child, type Owner, postern, startChild } from './child.ts';
import { waitUntilReady, writeSettings } from './server-process.ts';

interface Member {
  /** The URL of this process; the issuer is the URL of the first one. */
  readonly url: string;
  readonly pid: number;
  /** Kills it without a chance to clean up, as a power cut would. */
  kill(): Promise<void>;
  /** Starts it again on the same port. */
  start(): Promise<void>;
}

/** Several server processes over one store. */
export interface Fleet {
  readonly issuer: string;
  readonly members: readonly Member[];
  /** The folder of the configuration, for commands. */
  readonly cwd: string;
  /** Everything the members have written. */
  log(): string;
}

interface Options {
  readonly store: string;
  readonly count: number;
  readonly config?: Readonly<Record<string, unknown>>;
  /** The prefix of the keys in Redis. */
  readonly prefix?: string;
}

/** Starts several server processes over the store named. */
export const startFleet = async (
  owner: Owner,
  { store, count, config = {}, prefix = 'postern' }: Options,
): Promise<Fleet> => {
  const ports: number[] = [];
  for (let at = 0; at < count; at++) ports.push(await freePort());
  const issuer = `http://localhost:${ports[0]}`;
  const cwd = await writeSettings(() => ({
    issuer,
    demo: false,
    store: {
      url: store,
      prefix,
      ...longStoreTimeouts,
    },
    log: { level: 'warn', format: 'json' },
    ...config,
    security: {
      password: { memory_kib: 8192, passes: 1 },
      allowed_hosts: ports.map((port) => `localhost:${port}`),
      key_encryption_key: Buffer.alloc(32, 9).toString('base64url'),
      ...Object(config['security']),
    },
  }));
  const children: Child[] = [];
  owner.teardown(async () => {
    await Promise.all(children.map((child) => child.kill()));
    await rm(cwd, { recursive: true, force: true });
  });

  const startMember = async (port: number): Promise<Member> => {
    const url = `http://localhost:${port}`;
    const launch = (): Child => {
      const child = startChild(postern, ['start', '--port', String(port)], { cwd });
      children.push(child);
      return child;
    };
    let child = launch();
    await waitUntilReady(url, child);
    return {
      url,
      get pid() {
        return child.pid;
      },
      kill: () => child.kill(),
      async start() {
        child = launch();
        await waitUntilReady(url, child);
      },
    };
  };

  const members: Member[] = [];
  for (const port of ports) members.push(await startMember(port));
  return { issuer, members, cwd, log: () => children.map((child) => child.log()).join('') };
};
