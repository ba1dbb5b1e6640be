import { open } from 'node:fs/promises';
import { inMemory } from './file.ts';

/**
 * Flushes commits from the operating system to the disk. It runs on a thread of Node's pool, because a flush takes
 * milliseconds. A second handle is safe for the log only: closing one on the other two files would release SQLite's
 * locks. It is opened with the store, because the log may be replaced or removed later.
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
    /**
     * Everything committed before the call is on the disk afterwards. Calls during a flush share the next one. It fails
     * with the one before: the system reports a failed write once, and forgets what it could not write.
     */
    flush(): Promise<void> {
      if (!running) return start();
      next ??= running
        .finally(() => {
          next = undefined;
        })
        .then(start);
      return next;
    },
    async close(): Promise<void> {
      await Promise.allSettled([running, next]);
      await handle?.close();
    },
  };
};
