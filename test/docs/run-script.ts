import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdir, writeFile } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { text } from 'node:stream/consumers';
import { childEnvironment, postern } from '../support/setup/child.ts';
import { root } from './command-blocks.ts';

/** Writes programs into a folder for the PATH: each is a line of shell. */
export const writePrograms = async (
  folder: string,
  programs: Readonly<Record<string, string>> = {},
): Promise<string> => {
  // `postern` is this checkout, also when another one is installed.
  const all = { postern: `exec '${process.execPath}' '${join(root, postern)}' "$@"`, ...programs };
  await mkdir(folder, { recursive: true });
  for (const [name, line] of Object.entries(all)) {
    await writeFile(join(folder, name), `#!/bin/sh\n${line}\n`);
    await chmod(join(folder, name), 0o755);
  }
  return folder;
};

interface ScriptOptions {
  readonly cwd: string;
  /** The folder of the programs, which come first. */
  readonly programs: string;
  readonly env?: Readonly<Record<string, string>>;
  readonly input?: string;
}

export interface ScriptResult {
  readonly code: number | null;
  readonly out: string;
  /** Both streams, for a message. */
  readonly log: string;
}

/** Runs a script as `sh -e` does, so the first command that fails ends it. */
export const runScript = async (
  script: string,
  { cwd, programs, env = {}, input = '' }: ScriptOptions,
): Promise<ScriptResult> => {
  const child = spawn('sh', ['-ec', script], {
    cwd,
    env: {
      ...childEnvironment,
      PATH: [programs, join(root, 'node_modules/.bin'), process.env['PATH']].join(delimiter),
      ...env,
    },
  });
  // A script that reads nothing closes the pipe.
  child.stdin.once('error', () => {});
  child.stdin.end(input);
  const [out, err, [code]] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    once(child, 'close'),
  ]);
  return { code, out, log: `${out}${err}` };
};

export interface StartedScript {
  log(): string;
  /** Resolves when the script has ended. */
  readonly ended: Promise<unknown>;
  /** Waits for output that matches; rejects when the script ends without it. */
  waitForOutput(pattern: RegExp): Promise<RegExpExecArray>;
  /** Ends the script and all that it started. */
  end(): Promise<void>;
}

/** Starts a script whose last command is a server. */
export const startScript = (
  script: string,
  { cwd, env }: { readonly cwd: string; readonly env: NodeJS.ProcessEnv },
): StartedScript => {
  // A group of its own can be ended as a whole: npm and the shell don't pass signals on.
  const child = spawn('sh', ['-ec', script], { cwd, env, detached: true, stdio: ['ignore', 'pipe', 'pipe'] });
  let log = '';
  const listeners = new Set<() => void>();
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (more: string) => {
      log += more;
      for (const listener of listeners) listener();
    });
  }
  const ended = once(child, 'close');
  return {
    log: () => log,
    ended,
    waitForOutput: (pattern) =>
      new Promise((found, fail) => {
        const check = (): void => {
          const match = pattern.exec(log);
          if (match) found(match);
        };
        listeners.add(check);
        ended.then(([code]) => fail(new Error(`it ended with ${code}: ${log.slice(-1500)}`)), fail);
        check();
      }),
    async end() {
      if (child.exitCode === null && child.pid !== undefined) process.kill(-child.pid, 'SIGTERM');
      await ended;
    },
  };
};
