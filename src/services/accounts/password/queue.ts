import { exitCode, Failure } from '../../../errors.ts';

/**
 * Runs at most `concurrency` jobs at a time. At most `waiting` further ones wait; the others are refused.
 *
 * Owners take turns: a job waits for one of each other owner at most, however many these have. When the queue is full,
 * the owner with the most jobs gives one up. So an owner with many jobs waits for those alone.
 */
export interface Queue {
  <T>(owner: string, job: () => Promise<T>): Promise<T>;
  load(): QueueLoad;
}

export interface QueueLoad {
  readonly running: number;
  readonly waiting: number;
}

interface WaitingJob {
  start(): void;
  refuse(error: Failure): void;
}

const overloaded = (): Failure =>
  new Failure({
    code: 'overloaded',
    message: 'Too many sign-ins at once; try again in a few seconds.',
    status: 503,
    exit: exitCode.unavailable,
  });

export const createQueue = (concurrency: number, mostWaiting: number): Queue => {
  let running = 0;
  let waiting = 0;
  /** The owner whose turn is next comes first. */
  const jobsOf = new Map<string, WaitingJob[]>();

  const count = (owner: string): number => jobsOf.get(owner)?.length ?? 0;

  const takeNext = (): WaitingJob | undefined => {
    for (const [owner, jobs] of jobsOf) {
      const next = jobs.shift();
      jobsOf.delete(owner);
      if (jobs.length > 0) jobsOf.set(owner, jobs);
      waiting -= 1;
      return next;
    }
    return undefined;
  };

  /** Makes room for a job of this owner, or throws. */
  const makeRoom = (owner: string): void => {
    if (waiting < mostWaiting) return;
    const [busiest = ''] = [...jobsOf.keys()].toSorted((a, b) => count(b) - count(a));
    if (count(busiest) <= count(owner) + 1) throw overloaded();
    waiting -= 1;
    jobsOf.get(busiest)?.pop()?.refuse(overloaded());
  };

  const waitForTurn = (owner: string): Promise<void> => {
    makeRoom(owner);
    waiting += 1;
    return new Promise((start, refuse) => {
      const jobs = jobsOf.get(owner) ?? [];
      jobs.push({ start, refuse });
      jobsOf.set(owner, jobs);
    });
  };

  const run = async <T>(owner: string, job: () => Promise<T>): Promise<T> => {
    // A job that ends starts the next one, so `running` doesn't change.
    if (running >= concurrency) await waitForTurn(owner);
    else running += 1;
    try {
      return await job();
    } finally {
      const next = takeNext();
      if (next === undefined) running -= 1;
      else next.start();
    }
  };
  return Object.assign(run, { load: () => ({ running, waiting }) });
};
