import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';

/** Stops a server, by force if it takes longer. */
export const endProcess = async (child: ChildProcess, timeoutMs: number): Promise<void> => {
  const ended = once(child, 'exit');
  child.kill();
  const kill = setTimeout(() => child.kill('SIGKILL'), timeoutMs);
  if (child.exitCode === null && child.signalCode === null) await ended;
  clearTimeout(kill);
};
