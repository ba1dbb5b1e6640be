import { setTimeout as sleep } from 'node:timers/promises';

/** Long store timeouts, for tests about results rather than time: the machine may be busy. */
export const longTimeouts = { operationTimeoutMs: 5_000, deadlineMs: 15_000 };

/** The same as settings of a server. */
export const longStoreTimeouts = {
  operation_timeout_ms: longTimeouts.operationTimeoutMs,
  deadline_ms: longTimeouts.deadlineMs,
};

/** What a server has without settings, for tests about an outage. */
export const usualStoreTimeouts = { operation_timeout_ms: 500, deadline_ms: 2_500 };

/** Polls until `check` returns true, for at most a minute. */
export const waitFor = async (what: string, check: () => Promise<boolean> | boolean): Promise<void> => {
  for (const end = Date.now() + 60_000; !(await check()); await sleep(25))
    if (Date.now() > end) throw new Error(`waited in vain: ${what}`);
};
