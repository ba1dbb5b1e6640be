/** When the messages that this process failed to send are to be sent again, by the clock of timers. */
export interface RetryTimes {
  add(inMs: number): void;
  forgetUntil(time: number): void;
  /** The milliseconds until the next one, which may have passed; without one, infinity. */
  untilNext(): number;
}

/** Times are rounded up to this, so that there are few of them. */
const stepMs = 100;

export const createRetryTimes = (): RetryTimes => {
  const times = new Set<number>();
  return {
    add(inMs) {
      times.add(Math.ceil((performance.now() + inMs) / stepMs) * stepMs);
    },
    forgetUntil(last) {
      for (const time of times) if (time <= last) times.delete(time);
    },
    untilNext() {
      let next = Number.POSITIVE_INFINITY;
      for (const time of times) next = Math.min(next, time);
      return Math.max(0, next - performance.now());
    },
  };
};
