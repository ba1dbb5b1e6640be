import { spawn } from 'node:child_process';
import { access, constants } from 'node:fs/promises';
import { delimiter, join } from 'node:path';

const searchPath = [...(process.env['PATH'] ?? '').split(delimiter), '/usr/local/go/bin', '/usr/sbin'];

/** The path of a program of this machine, or `undefined`. */
export const findProgram = async (name: string): Promise<string | undefined> => {
  for (const folder of searchPath) {
    const found = await access(join(folder, name), constants.X_OK).then(
      () => true,
      () => false,
    );
    if (found) return join(folder, name);
  }
  return undefined;
};

interface Options {
  readonly cwd: string;
  readonly env?: Readonly<Record<string, string>>;
}

const maxMilliseconds = 20 * 60_000;

/** Runs a program to its end; rejects with the end of its output when it fails. */
export const runProgram = (
  command: string,
  args: readonly string[],
  { cwd, env }: Options,
): Promise<string> =>
  new Promise((resolve, reject) => {
    const child = spawn(command, [...args], {
      cwd,
      env: { ...process.env, PATH: searchPath.join(delimiter), ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
      timeout: maxMilliseconds,
    });
    let output = '';
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding('utf8').on('data', (text: string) => {
        output += text;
      });
    }
    child.once('error', reject);
    child.once('close', (code) => {
      if (code === 0) resolve(output);
      else reject(new Error(`${command} ${args.join(' ')} ended with ${code}: ${output.slice(-1500)}`));
    });
  });
