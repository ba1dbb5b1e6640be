import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { commandsFor } from '#src/cli/index.ts';
import { runCommand as runProgram } from '#src/cli/program.ts';
import { type CommandResult, runPostern } from '../postern.ts';

/** Creates a folder with a new store, and runs `postern` in it. */
export const openCommandFolder = async (store?: string) => {
  const cwd = await mkdtemp(join(tmpdir(), 'postern-cli-'));
  const set = [
    `store.url=${store ?? `sqlite:${join(cwd, 'store.db')}`}`,
    'security.password.memory_kib=8192',
    'security.password.passes=1',
  ];
  const flags = set.flatMap((one) => ['--set', one]);
  const run = (args: readonly string[], input?: string): Promise<CommandResult> =>
    runPostern(cwd, [...flags, ...args], input);
  /** Runs a command in this process, so only commands that don't read standard input. */
  const runInProcess = async (args: readonly string[]): Promise<Omit<CommandResult, 'json'>> => {
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
    const environment = { streams, env: {}, cwd, handleOwnSignals() {} };
    const exit = await runProgram(await commandsFor(args), [...flags, ...args], environment);
    return { exit, out, err };
  };
  return { cwd, run, runHere: runInProcess, close: () => rm(cwd, { recursive: true, force: true }) };
};
