import { spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { commandsFor } from '#src/cli/index.ts';
import { run as runProgram } from '#src/cli/program.ts';

const main = fileURLToPath(new URL('../../src/cli/main.ts', import.meta.url));

/** Compiled once for all runs: most of what a command takes is reading the program. */
const compiled = join(tmpdir(), 'postern-compiled');

export interface Ran {
  readonly exit: number | null;
  readonly out: string;
  readonly err: string;
  /** What `--json` answered. */
  json<T>(): T;
}

/** A folder with a store of its own, and `postern` as a child process in it. */
export const openFolder = async (store?: string) => {
  const cwd = await mkdtemp(join(tmpdir(), 'postern-cli-'));
  const set = [
    `store.url=${store ?? `sqlite:${join(cwd, 'store.db')}`}`,
    'security.password.memory_kib=8192',
    'security.password.passes=1',
  ];
  const flags = set.flatMap((one) => ['--set', one]);
  const run = (args: readonly string[], input = ''): Promise<Ran> =>
    new Promise((resolve, reject) => {
      const child = spawn(process.execPath, [main, ...flags, ...args], {
        cwd,
        env: { NODE_COMPILE_CACHE: compiled },
      });
      let out = '';
      let err = '';
      child.stdout.on('data', (chunk) => {
        out += chunk;
      });
      child.stderr.on('data', (chunk) => {
        err += chunk;
      });
      child.once('error', reject);
      // A command that ends without reading what it is given closes the pipe.
      child.stdin.once('error', () => {});
      child.stdin.end(input);
      // What a command answers is the test's to describe.
      child.once('close', (exit) => resolve({ exit, out, err, json: <T>() => JSON.parse(out) as T }));
    });
  /** The same without a process of its own; standard input is the test's, so only for what reads none. */
  const runHere = async (args: readonly string[]): Promise<Omit<Ran, 'json'>> => {
    let out = '';
    let err = '';
    const streams = {
      out: (text: string) => {
        out += text;
      },
      err: (text: string) => {
        err += text;
      },
    };
    const surroundings = { streams, env: {}, cwd, takeSignals() {} };
    const exit = await runProgram(await commandsFor(args), [...flags, ...args], surroundings);
    return { exit, out, err };
  };
  return { cwd, run, runHere, close: () => rm(cwd, { recursive: true, force: true }) };
};
