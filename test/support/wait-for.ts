import { setTimeout as sleep } from 'node:timers/promises';

/** Of a store: as patient as a machine may be busy, for what is about what is true and not about time. */
export const longTimeouts = { operationTimeoutMs: 5_000, deadlineMs: 15_000 };

/** As patient as a machine may be busy. */
export const waitFor = async (what: string, check: () => Promise<boolean> | boolean): Promise<void> => {
  for (const end = Date.now() + 60_000; !(await check()); await sleep(25))
    if (Date.now() > end) throw new Error(`waited in vain: ${what}`);
};
