import type { Clock } from '../store/port.ts';

export interface TestClock extends Clock {
  /** Moves on by so many seconds, for everything in this process that asks for the time. */
  advance(seconds: number): void;
  /** Back to the time of the machine. */
  restore(): void;
}

const { Date: RealDate } = globalThis;

let movedClock: TestClock | undefined;

/**
 * The engine asks `Date` for the time and takes no other clock, so that is what moves: `Date.now()` and `new Date()`
 * of the whole process. Timers keep their own time. One clock at a time can be moved.
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
