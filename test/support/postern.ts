import { spawn } from 'node:child_process';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The program, for Node to run. */
export const programPath = fileURLToPath(new URL('../../src/cli/main.ts', import.meta.url));

/** All that it is given of the environment. Compiled once for all runs: most of what a command takes is reading it. */
export const childEnvironment = { NODE_COMPILE_CACHE: join(tmpdir(), 'postern-compiled') };

export interface CommandResult {
  readonly exit: number | null;
  readonly out: string;
  readonly err: string;
  /** What `--json` answered. */
  json<T>(): T;
}

/** One command as a child process in that folder. */
export const runPostern = (cwd: string, args: readonly string[], input = ''): Promise<CommandResult> =>
  new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [programPath, ...args], { cwd, env: childEnvironment });
    let out = '';
    let err = '';
    child.stdout.setEncoding('utf8').on('data', (text) => {
      out += text;
    });
    child.stderr.setEncoding('utf8').on('data', (text) => {
      err += text;
    });
    child.once('error', reject);
    // A command that ends without reading what it is given closes the pipe.
    child.stdin.once('error', () => {});
    child.stdin.end(input);
    // What a command answers is the test's to describe.
    child.once('close', (exit) => resolve({ exit, out, err, json: <T>() => JSON.parse(out) as T }));
  });
