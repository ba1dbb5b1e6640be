import type { DatabaseSync } from 'node:sqlite';
import type { Worker } from 'node:worker_threads';
import { startCheckpointThread } from './checkpoint-thread.ts';
import { inMemory } from './file.ts';

/** Each write adds about one page to the log. */
const writesPerCheckpoint = 1_000;

/** A log of this many pages (8 MiB) is restarted as soon as possible. */
const longLogPages = 2_000;

/** If the thread fails or falls behind, SQLite itself runs a checkpoint in a commit at this many pages (64 MiB). */
const autoCheckpointPages = 16_000;

/**
 * A checkpoint copies pages and waits for the disk, for 10 ms and more. No request should wait for that, so a thread
 * runs it. The thread starts with the first checkpoint; a server that writes little never has one.
 */
export const createCheckpoints = (db: DatabaseSync, path: string) => {
  let writes = 0;
  let worker: Worker | undefined;
  let busy = false;
  let failed = false;
  const finish = db.prepare('PRAGMA wal_checkpoint(PASSIVE)');
  if (path !== inMemory) db.exec(`PRAGMA wal_autocheckpoint = ${autoCheckpointPages}`);

  const recordFailure = (error: unknown): void => {
    failed = true;
    const reason = error instanceof Error ? error.message : String(error);
    process.emitWarning(`the checkpoint thread of the store failed: ${reason}`);
  };

  const start = (): Worker => {
    const started = startCheckpointThread(path);
    started.unref();
    started.on('error', recordFailure);
    started.on('message', (pages: number) => {
      busy = false;
      // SQLite restarts the log only after a checkpoint of all of it, which the thread can't reach while this process
      // writes. Here no write of this process runs, and the thread has left almost nothing to copy.
      if (pages >= longLogPages && db.isOpen) finishQuietly();
    });
    started.on('exit', () => {
      busy = false;
      if (worker === started) worker = undefined;
    });
    return started;
  };

  const finishQuietly = (): void => {
    try {
      finish.get();
    } catch {
      // Another process holds the lock. The next checkpoint tries again.
    }
  };

  return {
    /** Writes that can wait should wait while a checkpoint runs. */
    get busy(): boolean {
      return busy;
    },
    wrote(count: number): void {
      writes += count;
      if (writes < writesPerCheckpoint || busy || failed || path === inMemory) return;
      writes = 0;
      try {
        // Where the system allows no further thread, this throws. The commit before it is done.
        worker ??= start();
        worker.postMessage('checkpoint');
        busy = true;
      } catch (error) {
        recordFailure(error);
      }
    },
    async stop(): Promise<void> {
      const stopping = worker;
      if (!stopping) return;
      const { promise, resolve } = Promise.withResolvers<void>();
      stopping.once('exit', () => resolve());
      stopping.ref();
      stopping.postMessage('end');
      await promise;
    },
  };
};
