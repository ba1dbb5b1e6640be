import type { DatabaseSync } from 'node:sqlite';
import { Worker } from 'node:worker_threads';
import { inMemory } from './file.ts';

/** Writes between two checkpoints; about as many pages of the log. */
const writesPerCheckpoint = 1_000;

/** A log of this many pages (8 MiB) begins anew at the next occasion. */
const longLogPages = 2_000;

/** Should the thread fail or fall behind, SQLite empties the log within a commit, at this many pages (64 MiB). */
const autoCheckpointPages = 16_000;

/**
 * A checkpoint copies pages and waits for the disk: ten milliseconds and more, which no request should wait for. So a
 * thread does it, started at the first need: a server that writes little never has one.
 */
export const createCheckpoints = (db: DatabaseSync, path: string) => {
  let writes = 0;
  let worker: Worker | undefined;
  let busy = false;
  let failed = false;
  const finish = db.prepare('PRAGMA wal_checkpoint(PASSIVE)');
  if (path !== inMemory) db.exec(`PRAGMA wal_autocheckpoint = ${autoCheckpointPages}`);

  const start = (): Worker => {
    const started = new Worker(new URL('./checkpoint-worker.ts', import.meta.url), { workerData: path });
    started.unref();
    started.on('error', (error) => {
      failed = true;
      process.emitWarning(`the thread that empties the log of the store failed: ${error.message}`);
    });
    started.on('message', (pages: number) => {
      busy = false;
      // The log begins anew only when all of it is in the file. While others write the thread never gets there; here
      // nobody of this process writes, and the thread has left next to nothing to do.
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
      // Locked by another process: it is asked for again soon.
    }
  };

  return {
    /** Whoever can wait with writing should, while this is true. */
    get busy(): boolean {
      return busy;
    },
    wrote(count: number): void {
      writes += count;
      if (writes < writesPerCheckpoint || busy || failed || path === inMemory) return;
      writes = 0;
      busy = true;
      worker ??= start();
      worker.postMessage('checkpoint');
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
