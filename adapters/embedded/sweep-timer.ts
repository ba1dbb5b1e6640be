import { predictableRandom } from '#src/store/random.ts';

const pauseMs = 25;
const restMs = { shortest: 1_000, longest: 16_000 };

/** What a step did: removed nothing, removed all that it found, or left some. */
export type SweepResult = 'nothing' | 'all' | 'more';

/**
 * Calls `step` every second, and after short pauses while there is more. While it finds nothing, it rests longer each
 * time. The timer doesn't keep the process alive.
 */
export const startSweeper = (step: () => SweepResult): (() => void) => {
  let timer: NodeJS.Timeout;
  let rest = restMs.shortest;
  const next = (delay: number): void => {
    timer = setTimeout(run, delay);
    timer.unref();
  };
  const run = (): void => {
    let result: SweepResult = 'all';
    try {
      result = step();
    } catch {
      // The file is locked, full or gone. Other operations report it, and reads never return expired rows.
    }
    rest = result === 'nothing' ? Math.min(2 * rest, restMs.longest) : restMs.shortest;
    next(result === 'more' ? pauseMs : rest);
  };
  // Processes that start together don't sweep together.
  next(rest * (0.5 + predictableRandom()));
  return () => clearTimeout(timer);
};
