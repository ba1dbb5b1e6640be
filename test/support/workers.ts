import type { ServerProcess } from './server-process.ts';

/** Those that said that they listen, and live. */
export const workersOf = (server: ServerProcess): number[] =>
  server
    .lines()
    .filter(({ msg }) => msg === 'a worker is ready')
    .map(({ pid }) => Number(pid))
    .filter(alive);

export const alive = (pid: number): boolean => {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
};
