import { spawn } from 'node:child_process';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The path of the program, for Node to run. */
export const programPath = fileURLToPath(new URL('../../src/cli/main.ts', import.meta.url));

/** The whole environment of the child process. The compile cache saves most of the time a command takes. */
export const childEnvironment = { NODE_COMPILE_CACHE: join(tmpdir(), 'postern-compiled') };

export interface CommandResult {
  readonly exit: number | null;
  readonly out: string;
  readonly err: string;
  /** Parses the output of `--json`. */
  json<T>(): T;
}

/** Runs one command as a child process in a folder. */
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
    // A command that ends without reading its input closes the pipe.
    child.stdin.once('error', () => {});
    child.stdin.end(input);
    // The caller knows the shape of the output.
    child.once('close', (exit) => resolve({ exit, out, err, json: <T>() => JSON.parse(out) as T }));
  });
