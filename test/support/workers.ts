import type { ServerProcess } from './setup/index.ts';

/** Returns the process ids of the live workers that have reported ready. */
export const workersOf = (server: ServerProcess): number[] =>
  server
    .lines()
    .filter(({ msg }) => msg === 'a worker is ready')
    .map(({ pid }) => Number(pid))
    .filter(isAlive);

export const isAlive = (pid: number): boolean => {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
};
