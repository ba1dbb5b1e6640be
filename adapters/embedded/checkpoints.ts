import type { DatabaseSync } from 'node:sqlite';
import { Worker } from 'node:worker_threads';
import { inMemory } from './file.ts';

/** Writes between two checkpoints; about as many pages of the log. */
const interval = 1_000;

/** Should the thread fail or fall behind, the connection itself empties the log at this many pages (32 MiB). */
const lastResort = 8_000;

/**
 * A checkpoint copies pages and waits for the disk: ten milliseconds and more, which no request should wait for. So a
 * thread does it, started at the first need: a server that writes little never has one.
 */
export const createCheckpoints = (db: DatabaseSync, path: string) => {
  let writes = 0;
  let worker: Worker | undefined;
  if (path !== inMemory) db.exec(`PRAGMA wal_autocheckpoint = ${lastResort}`);

  const start = (): Worker => {
    const started = new Worker(new URL('./checkpoint-worker.ts', import.meta.url), {
      workerData: path,
      resourceLimits: { maxOldGenerationSizeMb: 16, maxYoungGenerationSizeMb: 2 },
    });
    started.unref();
    started.on('error', (error) => {
      process.emitWarning(`the thread that empties the log of the store failed: ${error.message}`);
    });
    started.on('exit', () => {
      if (worker === started) worker = undefined;
    });
    return started;
  };

  return {
    wrote(count: number): void {
      writes += count;
      if (writes < interval || path === inMemory) return;
      writes = 0;
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
