import { open } from 'node:fs/promises';
import { inMemory } from './file.ts';

/**
 * Brings commits from the operating system to the disk, on a thread of Node's pool: the disk takes milliseconds, in
 * which the loop goes on. A file of its own, which is safe for the log alone: SQLite's locks are on the other two.
 * Opened with the store: later another file may lie there, or none.
 */
export const openLogSync = async (path: string) => {
  const handle = path === inMemory ? undefined : await open(`${path}-wal`, 'r+');
  let running: Promise<void> | undefined;
  let next: Promise<void> | undefined;

  const start = (): Promise<void> => {
    running = Promise.resolve(handle?.datasync()).finally(() => {
      running = undefined;
    });
    return running;
  };

  return {
    /** What was committed before the call is on the disk at the end. Whoever asks during one shares the one after it. */
    flush(): Promise<void> {
      if (!running) return start();
      next ??= running
        .catch(() => {})
        .then(() => {
          next = undefined;
          return start();
        });
      return next;
    },
    async close(): Promise<void> {
      await Promise.allSettled([running, next]);
      await handle?.close();
    },
  };
};
