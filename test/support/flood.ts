import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { Worker } from 'node:worker_threads';

export interface Flood {
  readonly port: number;
  readonly count: number;
  /** Sent in turn. `{address}` is replaced by an address. */
  readonly requests: readonly string[];
  /** The addresses that the requests come from, in turn. With a number, that many addresses of 10.0.0.0/8. */
  readonly addresses: number | readonly string[];
  readonly connections?: number;
  /** Requests that a connection sends before it reads the responses. */
  readonly pipelined?: number;
}

/** How many responses had each status. */
export type Statuses = Readonly<Record<number, number>>;

/** Sends many requests over a few connections, as fast as they are answered, from a thread of its own. */
export const flood = async (workerData: Flood): Promise<Statuses> => {
  const worker = new Worker(fileURLToPath(new URL('./flood-thread.ts', import.meta.url)), { workerData });
  const [statuses] = await once(worker, 'message');
  await worker.terminate();
  return statuses;
};
