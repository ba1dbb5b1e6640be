import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { stringify } from 'yaml';
import { freePort } from '#src/testing/free-port.ts';
import { longStoreTimeouts, waitFor } from '../wait-for.ts';
import { type Child, type ChildOptions, type Owner, postern, startChild } from './child.ts';
import { type CommandResult, runPostern } from './commands.ts';

/** A process that runs `postern start` in a new folder. */
export interface ServerProcess extends Child {
  readonly url: string;
  readonly port: number;
  readonly cwd: string;
  /** The parsed log lines. */
  lines(): readonly Readonly<Record<string, unknown>>[];
  /** Runs a command on the same configuration. */
  command(args: readonly string[], input?: string): Promise<CommandResult>;
  /** Kills it and removes its folder, before the end of the test does. */
  close(): Promise<void>;
}

export const isReady = async (url: string): Promise<boolean> => {
  const response = await fetch(`${url}/readyz`).catch(() => undefined);
  await response?.body?.cancel();
  return response?.ok === true;
};

/** Waits until a server that was started answers; fails when it ends before. */
export const waitUntilReady = async (url: string, server: Child): Promise<void> => {
  let code: number | null | undefined;
  server.ended.then((end) => {
    code = end.code;
  });
  try {
    await waitFor('the server to be ready', () => {
      if (code !== undefined) throw new Error(`the server ended with ${code}`);
      return isReady(url);
    });
  } catch (error) {
    await server.kill();
    throw new Error(`${error}: ${server.log().slice(-2000)}`);
  }
};

/** Creates a folder with a configuration file. */
export const writeSettings = async (
  settingsIn: (cwd: string) => Readonly<Record<string, unknown>>,
): Promise<string> => {
  const cwd = await mkdtemp(join(tmpdir(), 'postern-server-'));
  await writeFile(join(cwd, 'postern.yaml'), stringify(settingsIn(cwd)));
  return cwd;
};

/** Parses the complete lines; an unfinished last line is ignored. */
const linesIn = (text: string): Readonly<Record<string, unknown>>[] =>
  text
    .split('\n')
    .slice(0, -1)
    .flatMap((line) => (line.startsWith('{') ? [JSON.parse(line)] : []));

interface Options extends Pick<ChildOptions, 'output' | 'fileBlocks' | 'program' | 'nodeOptions'> {
  readonly config?: Readonly<Record<string, unknown>>;
  readonly port?: number;
  /** False returns at once, for a server that is not expected to become ready. */
  readonly ready?: boolean;
}

const launch = async (
  owner: Owner,
  port: number,
  { config = {}, port: _, ready: __, ...options }: Options,
): Promise<ServerProcess> => {
  const url = `http://localhost:${port}`;
  const cwd = await writeSettings((folder) => ({
    issuer: url,
    demo: false,
    log: { level: 'info', format: 'json' },
    ...config,
    store: { url: `sqlite:${join(folder, 'store.db')}`, ...longStoreTimeouts, ...Object(config['store']) },
    listen: { port, ...Object(config['listen']) },
    security: { password: { memory_kib: 8192, passes: 1 }, ...Object(config['security']) },
  }));
  const child = startChild(postern, ['start'], { ...options, cwd });
  const close = async (): Promise<void> => {
    await child.kill();
    await rm(cwd, { recursive: true, force: true });
  };
  owner.teardown(close);
  return {
    ...child,
    url,
    port,
    cwd,
    lines: () => linesIn(child.log()),
    command: (args, input) => runPostern(cwd, args, input),
    close,
  };
};

const launches = 3;

/**
 * Starts a server as a process, on a new SQLite store unless `config` names another. A free port may be taken before
 * the server listens, so its greeting shows that no other server answers, and it gets another port then.
 */
export const startServerProcess = async (owner: Owner, options: Options = {}): Promise<ServerProcess> => {
  for (let launched = 1; ; launched++) {
    const server = await launch(owner, options.port ?? (await freePort()), options);
    if (options.ready === false) return server;
    try {
      await server.waitForOutput(/Postern is listening/);
    } catch (error) {
      const isPortTaken = server.log().includes('is taken by another program');
      if (!isPortTaken || options.port !== undefined || launched === launches) throw error;
      await server.close();
      continue;
    }
    await waitUntilReady(server.url, server);
    return server;
  }
};
