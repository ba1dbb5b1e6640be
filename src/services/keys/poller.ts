interface PollerOptions {
  poll(): Promise<unknown>;
  /** Milliseconds until the next poll, asked after each. */
  nextPollMs(): number;
  onError(error: unknown): void;
}

const longestTimerMs = 2 ** 31 - 1;

/** Polls when the time has come or on demand. Its timer doesn't keep the process alive. */
export const createPoller = ({ poll, nextPollMs, onError }: PollerOptions) => {
  let timer: NodeJS.Timeout | undefined;
  let stopped = false;

  const schedule = (): void => {
    clearTimeout(timer);
    if (stopped) return;
    timer = setTimeout(pollNow, Math.min(Math.max(nextPollMs(), 10), longestTimerMs));
    timer.unref();
  };

  const pollNow = (): void => {
    if (!stopped) void poll().catch(onError).finally(schedule);
  };

  return {
    start: schedule,
    pollNow,
    stop(): void {
      stopped = true;
      clearTimeout(timer);
    },
  };
};
