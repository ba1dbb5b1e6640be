import { predictableRandom } from '#src/store/random.ts';

const [restMs, pauseMs] = [1_000, 25];

/** Calls `step` every second, and after short pauses while it returns true. The timer doesn't keep the process alive. */
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
      // The file is locked, full or gone. Other operations report it, and reads never return expired rows.
    }
    next(more ? pauseMs : restMs);
  };
  // Processes that start together don't sweep together.
  next(restMs * (0.5 + predictableRandom()));
  return () => clearTimeout(timer);
};
