import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { commandsFor } from '#src/cli/index.ts';
import { run as runProgram } from '#src/cli/program.ts';
import { type Ran, runPostern } from './postern.ts';

/** A folder with a store of its own, and `postern` in it. */
export const openFolder = async (store?: string) => {
  const cwd = await mkdtemp(join(tmpdir(), 'postern-cli-'));
  const set = [
    `store.url=${store ?? `sqlite:${join(cwd, 'store.db')}`}`,
    'security.password.memory_kib=8192',
    'security.password.passes=1',
  ];
  const flags = set.flatMap((one) => ['--set', one]);
  const run = (args: readonly string[], input?: string): Promise<Ran> =>
    runPostern(cwd, [...flags, ...args], input);
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
