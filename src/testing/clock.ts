import type { Clock } from '../store/port.ts';

export interface TestClock extends Clock {
  /** Moves the time forward for everything in this process. */
  advance(seconds: number): void;
  /** Returns to the time of the machine. */
  restore(): void;
}

const { Date: RealDate } = globalThis;

let movedClock: TestClock | undefined;

/**
 * oidc-provider reads `Date` and accepts no other clock, so this clock replaces `Date.now()` and `new Date()` for the
 * whole process. Timers are not affected. Only one clock can be moved at a time.
 */
export const createTestClock = (): TestClock => {
  let offset = 0;
  let realNow: (() => number) | undefined;
  const clock: TestClock = {
    now: () => (realNow ?? RealDate.now)() + offset,
    advance(seconds) {
      if (!Number.isFinite(seconds)) throw new TypeError('a clock is moved by a number of seconds');
      if (movedClock !== undefined && movedClock !== clock) {
        throw new Error('another clock of this process was moved: stop its server, or restore it, first');
      }
      movedClock = clock;
      offset += seconds * 1000;
      realNow ??= RealDate.now;
      RealDate.now = clock.now;
      globalThis.Date = new Proxy(RealDate, {
        construct: (target, values, self) =>
          Reflect.construct(target, values.length > 0 ? values : [clock.now()], self),
      });
    },
    restore() {
      offset = 0;
      if (realNow === undefined) return;
      RealDate.now = realNow;
      globalThis.Date = RealDate;
      realNow = undefined;
      movedClock = undefined;
    },
  };
  return clock;
};
