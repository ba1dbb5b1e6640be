import { setTimeout as sleep } from 'node:timers/promises';
import { isBusy } from './sqlite-errors.ts';

/** SQLite blocks the thread while it waits for a lock: only this long. The rest of the wait lets the loop run. */
export const lockWaitMs = 4;

/** Tries again while another process holds the lock, until `limitMs` is over; then the lock's own error is thrown. */
export const retryWhileBusy = <T>(attempt: () => T, limitMs: number): Promise<T> => {
  try {
    return Promise.resolve(attempt());
  } catch (error) {
    return isBusy(error)
      ? keepTrying(attempt, performance.now() + limitMs - lockWaitMs)
      : Promise.reject(error);
  }
};

const keepTrying = async <T>(attempt: () => T, end: number): Promise<T> => {
  for (;;) {
    await sleep(Math.random() * 8);
    try {
      return attempt();
    } catch (error) {
      if (!isBusy(error) || performance.now() >= end) throw error;
    }
  }
};
