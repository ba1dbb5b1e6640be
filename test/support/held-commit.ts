import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { Worker } from 'node:worker_threads';
import type { Write } from '#src/store/port.ts';

export interface HeldCommitData {
  readonly url: string;
  readonly prefix: string;
  readonly writes: readonly Write[];
  /** How many round trips of the commit are over when it is held. */
  readonly trips: number;
  readonly released: Int32Array;
}

export interface HeldCommit {
  /** Lets the commit go on. Returns `committed`, or the reason of its conflict. */
  release(): Promise<string>;
  /** Ends it where it is, as a process that dies. */
  kill(): Promise<void>;
}

/** Starts a commit on Redis in a thread of its own, with a store of its own, and holds it between two round trips. */
export const holdBetweenTrips = async (data: Omit<HeldCommitData, 'released'>): Promise<HeldCommit> => {
  const released = new Int32Array(new SharedArrayBuffer(4));
  const workerData: HeldCommitData = { ...data, released };
  const worker = new Worker(fileURLToPath(new URL('./held-commit-thread.ts', import.meta.url)), {
    workerData,
  });
  const [first] = await once(worker, 'message');
  if (first !== 'held') throw new Error(`the commit ended before it was held: ${first}`);
  return {
    async release() {
      const outcome = once(worker, 'message');
      Atomics.store(released, 0, 1);
      Atomics.notify(released, 0);
      const [text] = await outcome;
      await worker.terminate();
      return String(text);
    },
    async kill() {
      await worker.terminate();
    },
  };
};
