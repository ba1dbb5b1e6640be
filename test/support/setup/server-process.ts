import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { stringify } from 'yaml';
import { freePort } from '#src/testing/free-port.ts';
import { type CommandResult, childEnvironment, programPath, runPostern } from '../postern.ts';
import { waitFor } from '../wait-for.ts';

/** A process that runs `postern start` in a new folder. */
export interface ServerProcess {
  readonly url: string;
  readonly port: number;
  readonly cwd: string;
  readonly pid: number;
  /** Everything written to both streams. */
  log(): string;
  /** The parsed log lines. */
  lines(): readonly Readonly<Record<string, unknown>>[];
  signal(signal: NodeJS.Signals): void;
  /** Resolves to the exit code or signal. */
  readonly ended: Promise<{ readonly code: number | null; readonly signal: NodeJS.Signals | null }>;
  /** Runs a command on the same configuration. */
  command(args: readonly string[], input?: string): Promise<CommandResult>;
  close(): Promise<void>;
}

const collectOutput = (child: ChildProcess, take: (text: string) => void): void => {
  for (const stream of [child.stdout, child.stderr]) {
    stream?.setEncoding('utf8');
    stream?.on('data', take);
  }
};

export const isReady = async (url: string): Promise<boolean> => {
  const answer = await fetch(`${url}/readyz`).catch(() => undefined);
  await answer?.body?.cancel();
  return answer?.ok === true;
};

export const waitUntilReady = (url: string, child: ChildProcess): Promise<void> =>
  waitFor('the server to be ready', () => {
    if (child.exitCode !== null) throw new Error(`the server ended with ${child.exitCode}`);
    return isReady(url);
  });

/** Parses the complete lines; an unfinished last line is ignored. */
const linesIn = (text: string): Readonly<Record<string, unknown>>[] =>
  text
    .split('\n')
    .slice(0, -1)
    .flatMap((line) => (line.startsWith('{') ? [JSON.parse(line)] : []));

interface Options {
  readonly config?: Readonly<Record<string, unknown>>;
  readonly port?: number;
  /** Doesn't wait until the server is ready. */
  readonly failing?: boolean;
  /** The largest size of its files in blocks of 512 bytes, to simulate a full disk. */
  readonly fileBlocks?: number;
  /** A file to which standard output is appended. */
  readonly output?: string;
}

/** The signal for exceeding the limit is ignored, so a write fails instead. NODE_OPTIONS is unset because tap's hook would handle the signal. */
const withFileSizeLimit = (blocks: number): readonly [string, readonly string[]] => [
  'sh',
  ['-c', `trap '' XFSZ; ulimit -f ${blocks}; unset NODE_OPTIONS; exec "$0" "$@"`, process.execPath],
];

export const startServerProcess = async ({
  config = {},
  port: requestedPort,
  failing,
  fileBlocks,
  output,
}: Options = {}): Promise<ServerProcess> => {
  const cwd = await mkdtemp(join(tmpdir(), 'postern-server-'));
  const port = requestedPort ?? (await freePort());
  const settings = {
    issuer: `http://localhost:${port}`,
    store: { url: `sqlite:${join(cwd, 'store.db')}` },
    demo: false,
    log: { level: 'info', format: 'json' },
    ...config,
    listen: { port, ...Object(config['listen']) },
    security: { password: { memory_kib: 8192, passes: 1 }, ...Object(config['security']) },
  };
  await writeFile(join(cwd, 'postern.yaml'), stringify(settings));
  const [program, first] = fileBlocks === undefined ? [process.execPath, []] : withFileSizeLimit(fileBlocks);
  const out = output === undefined ? 'pipe' : openSync(output, 'a');
  const child = spawn(program, [...first, programPath, 'start'], {
    cwd,
    env: childEnvironment,
    stdio: ['ignore', out, 'pipe'],
  });
  if (out !== 'pipe') closeSync(out);
  let log = '';
  collectOutput(child, (text) => {
    log += text;
  });
  const ended = once(child, 'close').then(([code, signal]) => ({ code, signal }));
  const url = `http://localhost:${port}`;

  const close = async (): Promise<void> => {
    if (child.exitCode === null && child.signalCode === null) child.kill('SIGKILL');
    await ended;
    await rm(cwd, { recursive: true, force: true });
  };

  if (!failing)
    await waitUntilReady(url, child).catch(async (error) => {
      await close();
      throw new Error(`${error.message}: ${log.slice(-2000)}`);
    });
  return {
    url,
    port,
    cwd,
    pid: child.pid ?? 0,
    log: () => log,
    lines: () => linesIn(log),
    signal: (signal) => void child.kill(signal),
    ended,
    command: (args, input) => runPostern(cwd, args, input),
    close,
  };
};
