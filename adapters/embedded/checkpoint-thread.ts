import { Worker } from 'node:worker_threads';

/** Starts the thread of checkpoint-worker.ts. In the bundle packaging/bundle-seams.ts replaces this module. */
export const startCheckpointThread = (path: string): Worker =>
  new Worker(new URL('./checkpoint-worker.ts', import.meta.url), { workerData: path });
