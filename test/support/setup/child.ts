import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync } from 'node:fs';
import { join, resolve } from 'node:path';

/** A program of this repository that runs as a child process. */
export interface Child {
  readonly pid: number;
  /** Everything written to standard output so far. */
  out(): string;
  /** Everything written to standard error so far. */
  err(): string;
  /** Everything written to both streams, in the order of arrival. */
  log(): string;
  /** Waits for output that matches; rejects when the program ends without it. */
  waitForOutput(pattern: RegExp): Promise<RegExpExecArray>;
  /** Resolves when the program has ended and its streams are closed. */
  readonly ended: Promise<{ readonly code: number | null; readonly signal: NodeJS.Signals | null }>;
  signal(signal: NodeJS.Signals): void;
  /** Ends it with SIGTERM. */
  stop(): Promise<void>;
  /** Kills it without a chance to clean up, as a power cut would. */
  kill(): Promise<void>;
}

export interface ChildOptions {
  readonly cwd?: string;
  /** The whole environment: nothing is inherited. */
  readonly env?: Readonly<Record<string, string>>;
  readonly input?: string;
  /** Options of Node, before the file. */
  readonly nodeOptions?: readonly string[];
  /** A file to which standard output is appended. */
  readonly output?: string;
  /** The largest size of its files in blocks of 512 bytes, to simulate a full disk. */
  readonly fileBlocks?: number;
  /** Another Node than the one that runs the test. */
  readonly program?: string;
}

/** What a test registers its clean-up with. */
export interface Owner {
  teardown(clean: () => unknown): unknown;
}

const root = join(import.meta.dirname, '../../..');

/** The program as an operator starts it, with the hooks that shorten a start by a quarter. */
export const postern = 'bin/postern';

/**
 * The compile cache saves most of the time that a command takes. It is that of the test files (package.json), which fill it:
 * a server that is killed writes nothing there.
 */
export const childEnvironment = { NODE_COMPILE_CACHE: join(root, 'node_modules/.cache/postern-tests') };

/**
 * The signal for exceeding the limit is ignored, so a write fails instead. NODE_OPTIONS is unset because tap's hook
 * would handle the signal.
 */
const withFileSizeLimit = (blocks: number): readonly [string, readonly string[]] => [
  'sh',
  ['-c', `trap '' XFSZ; ulimit -f ${blocks}; unset NODE_OPTIONS; exec "$0" "$@"`, process.execPath],
];

/** Starts a file of this repository, such as `bin/postern`, with Node. The caller ends it. */
export const startChild = (
  file: string,
  args: readonly string[] = [],
  {
    cwd = root,
    env = childEnvironment,
    input,
    nodeOptions = [],
    output,
    fileBlocks,
    ...node
  }: ChildOptions = {},
): Child => {
  const [program, first] =
    fileBlocks === undefined ? [node.program ?? process.execPath, []] : withFileSizeLimit(fileBlocks);
  const stdout = output === undefined ? 'pipe' : openSync(output, 'a');
  const child = spawn(program, [...first, ...nodeOptions, resolve(root, file), ...args], {
    cwd,
    env: { ...env },
    stdio: [input === undefined ? 'ignore' : 'pipe', stdout, 'pipe'],
  });
  if (stdout !== 'pipe') closeSync(stdout);
  const texts = { out: '', err: '', log: '' };
  const listeners = new Set<() => void>();
  for (const [stream, name] of [
    [child.stdout, 'out'],
    [child.stderr, 'err'],
  ] as const) {
    stream?.setEncoding('utf8').on('data', (text: string) => {
      texts[name] += text;
      texts.log += text;
      for (const listener of listeners) listener();
    });
  }
  // A program that ends without reading its input closes the pipe.
  child.stdin?.once('error', () => {});
  child.stdin?.end(input);
  const ended = once(child, 'close').then(([code, signal]) => ({ code, signal }));
  const end = async (signal: NodeJS.Signals): Promise<void> => {
    child.kill(signal);
    await ended;
  };
  return {
    pid: child.pid ?? 0,
    out: () => texts.out,
    err: () => texts.err,
    log: () => texts.log,
    waitForOutput: (pattern) =>
      new Promise((found, fail) => {
        const check = (): void => {
          const match = pattern.exec(texts.log);
          if (match) found(match);
        };
        listeners.add(check);
        ended.then(({ code }) => fail(new Error(`${file} ended with ${code}: ${texts.log}`)), fail);
        check();
      }),
    ended,
    signal: (signal) => void child.kill(signal),
    stop: () => end('SIGTERM'),
    kill: () => end('SIGKILL'),
  };
};

/** Starts a file of this repository, and kills it at the end of the test. */
export const startProgram = (
  owner: Owner,
  file: string,
  args: readonly string[] = [],
  options: ChildOptions = {},
): Child => {
  const child = startChild(file, args, options);
  owner.teardown(child.kill);
  return child;
};
