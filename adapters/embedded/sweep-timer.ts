const [restMs, pauseMs] = [1_000, 25];

/** Calls `step` now and then; while it says that there is more, after short pauses. Never keeps the process alive. */
export const startSweeper = (step: () => boolean): (() => void) => {
  let timer: NodeJS.Timeout;
  const next = (delay: number): void => {
    timer = setTimeout(run, delay);
    timer.unref();
  };
  const run = (): void => {
    let more = false;
    try {
      more = step();
    } catch {
      // Locked, full or gone: the operations tell of it, and expired rows are never shown in the meantime.
    }
    next(more ? pauseMs : restMs);
  };
  // Processes that start together do not sweep together.
  next(restMs * (0.5 + Math.random()));
  return () => clearTimeout(timer);
};
