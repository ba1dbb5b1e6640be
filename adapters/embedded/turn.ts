import { setTimeout as sleep } from 'node:timers/promises';
import { isBusy } from './faults.ts';

/** SQLite blocks the thread while it waits for a lock: only this long. The rest of the wait lets the loop run. */
export const lockWaitMs = 4;

/** Tries again while another process holds the lock, until `limitMs` is over; then the lock's own error is thrown. */
export const inTurn = async <T>(attempt: () => T, limitMs: number): Promise<T> => {
  let end: number | undefined;
  for (;;) {
    try {
      return attempt();
    } catch (error) {
      const now = performance.now();
      end ??= now + limitMs - lockWaitMs;
      if (!isBusy(error) || now >= end) throw error;
    }
    await sleep(Math.random() * 8);
  }
};
