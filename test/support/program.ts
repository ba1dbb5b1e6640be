import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';

interface Program {
  /** Everything printed so far. */
  out(): string;
  /** Waits for output that matches; rejects when the program ends without it. */
  waitForOutput(pattern: RegExp): Promise<RegExpExecArray>;
  /** Resolves to the exit code. */
  readonly ended: Promise<number | null>;
  stop(): Promise<void>;
  /** Kills it without a chance to clean up, as a power cut would. */
  kill(): void;
}

/** Starts a program of this repository as a child process, with only the given environment variables. */
export const startProgram = (
  file: string,
  env: Readonly<Record<string, string>>,
  args: readonly string[] = [],
): Program => {
  const path = fileURLToPath(new URL(`../../${file}`, import.meta.url));
  const child = spawn(process.execPath, [path, ...args], { env: { ...env } });
  let out = '';
  const listeners = new Set<() => void>();
  const append = (chunk: Buffer): void => {
    out += chunk;
    for (const listener of listeners) listener();
  };
  child.stdout.on('data', append);
  child.stderr.on('data', append);
  const ended = new Promise<number | null>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', resolve);
  });
  return {
    out: () => out,
    waitForOutput: (pattern) =>
      new Promise((resolve, reject) => {
        const check = (): void => {
          const found = pattern.exec(out);
          if (found) resolve(found);
        };
        listeners.add(check);
        ended.then((code) => reject(new Error(`${file} ended with ${code}: ${out}`)), reject);
        check();
      }),
    ended,
    kill: () => void child.kill('SIGKILL'),
    async stop() {
      child.kill();
      await ended;
    },
  };
};
