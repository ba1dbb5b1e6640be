import { Worker } from 'node:worker_threads';

interface Comparison {
  readonly hash: string;
  readonly password: string;
}

/** Starts the thread of bcrypt-thread.ts. In the bundle packaging/bundle-seams.ts replaces this module. */
export const startBcryptThread = (comparison: Comparison): Worker =>
  new Worker(new URL('./bcrypt-thread.ts', import.meta.url), { workerData: comparison });
