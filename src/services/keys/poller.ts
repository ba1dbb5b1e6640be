interface PollerOptions {
  poll(): Promise<unknown>;
  /** Milliseconds to the next beat, asked anew after each. */
  nextPollMs(): number;
  onError(error: unknown): void;
}

const longest = 2 ** 31 - 1;

/** Beats when the time has come or when told; never keeps the process alive. */
export const createPoller = ({ poll, nextPollMs, onError }: PollerOptions) => {
  let timer: NodeJS.Timeout | undefined;
  let stopped = false;

  const schedule = (): void => {
    clearTimeout(timer);
    if (stopped) return;
    timer = setTimeout(now, Math.min(Math.max(nextPollMs(), 10), longest));
    timer.unref();
  };

  const now = (): void => {
    if (!stopped) void poll().catch(onError).finally(schedule);
  };

  return {
    start: schedule,
    now,
    stop(): void {
      stopped = true;
      clearTimeout(timer);
    },
  };
};

/** One after the other, so that what was read first is never taken for the newest. */
export const createSerialQueue = () => {
  let last: Promise<unknown> = Promise.resolve();
  return <Result>(task: () => Promise<Result>): Promise<Result> => {
    const result = last.then(task);
    last = result.catch(() => {});
    return result;
  };
};
