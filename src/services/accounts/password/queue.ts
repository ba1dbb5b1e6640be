import { exitCode, Failure } from '../../../errors.ts';

/** Runs at most `concurrency` jobs at a time. At most `waiting` further ones wait; the others are refused. */
export interface Queue {
  <T>(job: () => Promise<T>): Promise<T>;
  load(): QueueLoad;
}

export interface QueueLoad {
  readonly running: number;
  readonly waiting: number;
}

export const createQueue = (concurrency: number, waiting: number): Queue => {
  let running = 0;
  const waitingJobs: (() => void)[] = [];

  const run = async <T>(job: () => Promise<T>): Promise<T> => {
    if (running >= concurrency) {
      if (waitingJobs.length >= waiting) {
        throw new Failure({
          code: 'overloaded',
          message: 'Too many sign-ins at once; try again in a few seconds.',
          status: 503,
          exit: exitCode.unavailable,
        });
      }
      // A job that ends starts the next one, so `running` doesn't change.
      await new Promise<void>((resolve) => waitingJobs.push(resolve));
    } else {
      running += 1;
    }
    try {
      return await job();
    } finally {
      const next = waitingJobs.shift();
      if (next === undefined) running -= 1;
      else next();
    }
  };
  return Object.assign(run, { load: () => ({ running, waiting: waitingJobs.length }) });
};
