import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { commandsFor } from '#src/cli/index.ts';
import { runCommand } from '#src/cli/program.ts';
import { type Owner, postern, startChild } from './child.ts';

export interface CommandResult {
  readonly exit: number | null;
  readonly out: string;
  readonly err: string;
  /** Parses the output of `--json`. */
  json<T>(): T;
}

/** Runs one command as a child process in a folder. */
export const runPostern = async (
  cwd: string,
  args: readonly string[],
  input = '',
): Promise<CommandResult> => {
  const child = startChild(postern, args, { cwd, input });
  const { code } = await child.ended;
  // The caller knows the shape of the output.
  return { exit: code, out: child.out(), err: child.err(), json: <T>() => JSON.parse(child.out()) as T };
};

/** Runs one command in this process, which is faster. Only for commands that don't read standard input. */
export const runPosternInProcess = async (
  cwd: string,
  args: readonly string[],
): Promise<Omit<CommandResult, 'json'>> => {
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
  const exit = await runCommand(await commandsFor(args), args, environment);
  return { exit, out, err };
};

/** A folder for commands on one store. */
export interface CommandFolder {
  readonly cwd: string;
  run(args: readonly string[], input?: string): Promise<CommandResult>;
  /** The same in this process: see `runPosternInProcess`. */
  runInProcess(args: readonly string[]): Promise<Omit<CommandResult, 'json'>>;
}

/** Creates a folder in which commands run on a new SQLite store, or on the store named. */
export const openCommandFolder = async (owner: Owner, store?: string): Promise<CommandFolder> => {
  const cwd = await mkdtemp(join(tmpdir(), 'postern-cli-'));
  owner.teardown(() => rm(cwd, { recursive: true, force: true }));
  const settings = [
    `store.url=${store ?? `sqlite:${join(cwd, 'store.db')}`}`,
    'security.password.memory_kib=8192',
    'security.password.passes=1',
  ];
  const flags = settings.flatMap((setting) => ['--set', setting]);
  return {
    cwd,
    run: (args, input) => runPostern(cwd, [...flags, ...args], input),
    runInProcess: (args) => runPosternInProcess(cwd, [...flags, ...args]),
  };
};
