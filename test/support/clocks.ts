import type { Test } from 'tap';

/** A clock that a test moves on. */
export const createManualClock = (start = Date.UTC(2026, 0, 1)) => {
  let now = start;
  return {
    now: () => now,
    advance(milliseconds: number) {
      now += milliseconds;
    },
  };
};

/** The time of the machine, but for the minute that has just begun: limits count by the minute, and a new one forgets. */
export const createClockAtMinuteStart = () => {
  const late = Date.now() % 60_000;
  return { now: () => Date.now() - late };
};

/** What this process takes for the time until the end of the test: the engine asks no other clock. */
export const replaceDateNow = (t: Test, now: () => number): void => {
  const real = Date.now;
  t.teardown(() => {
    Date.now = real;
  });
  Date.now = now;
};
