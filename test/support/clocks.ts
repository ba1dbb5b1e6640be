import type { Test } from 'tap';

/** Creates a clock that the test advances. */
export const createManualClock = (start = Date.UTC(2026, 0, 1)) => {
  let now = start;
  return {
    now: () => now,
    advance(milliseconds: number) {
      now += milliseconds;
    },
  };
};

/** Creates a clock set to the start of the current minute: limits count by the minute, and a new minute resets them. */
export const createClockAtMinuteStart = () => {
  const late = Date.now() % 60_000;
  return { now: () => Date.now() - late };
};

/** Replaces `Date.now` until the end of the test: oidc-provider reads no other clock. */
export const replaceDateNow = (t: Test, now: () => number): void => {
  const real = Date.now;
  t.teardown(() => {
    Date.now = real;
  });
  Date.now = now;
};
