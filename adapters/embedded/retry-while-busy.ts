import { setTimeout as sleep } from 'node:timers/promises';
import { predictableRandom } from '#src/store/random.ts';
import { isBusy } from './sqlite-errors.ts';

/** SQLite blocks the thread while it waits for a lock, so it waits only this long. Between attempts the loop runs. */
export const lockWaitMs = 4;

/**
 * Retries while another process holds the lock. After `limitMs` it throws the error of the lock. There is no promise where
 * the first attempt succeeds or fails, as nearly each does.
 */
export const retryWhileBusy = <T>(attempt: () => T, limitMs: number): T | Promise<T> => {
  try {
    return attempt();
  } catch (error) {
    if (!isBusy(error)) throw error;
    return keepTrying(attempt, performance.now() + limitMs - lockWaitMs);
  }
};

const keepTrying = async <T>(attempt: () => T, end: number): Promise<T> => {
  for (;;) {
    await sleep(predictableRandom() * 8);
    try {
      return attempt();
    } catch (error) {
      if (!isBusy(error) || performance.now() >= end) throw error;
    }
  }
};
