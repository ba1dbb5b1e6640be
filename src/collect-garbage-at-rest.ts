import { performance } from 'node:perf_hooks';
import { setImmediate } from 'node:timers/promises';

interface Rests {
  /** The first rest ends the start. It is short, because every server has this garbage. */
  readonly firstMs: number;
  /** Later a server rests when it did almost nothing for so long. */
  readonly laterMs: number;
}

const usualRests: Rests = { firstMs: 1_000, laterMs: 10_000 };
/** The share of the time in which the process had work. Two requests a second take about 0.2 %. */
const idleShare = { first: 0.05, later: 0.002 };
/** A server that is asked something in every second of five minutes collects garbage anyway. */
const mostFirstChecks = 300;
/** A process that grew by less keeps its garbage, and its compiled code. */
const worthwhileGrowth = 1.2;

/** A button of DevTools does the same. It gives memory back to the system as well, which no other public API does. */
const collectGarbage = async (): Promise<void> => {
  const { Session } = await import('node:inspector/promises');
  const session = new Session();
  session.connect();
  await session.post('HeapProfiler.collectGarbage');
  // The answer comes while the session is at work, and to disconnect it then would block the process.
  await setImmediate();
  session.disconnect();
};

/** The share of the time since the last call in which the process had work. */
const createWorkMeter = (): (() => number) => {
  let before = performance.eventLoopUtilization();
  return () => {
    const now = performance.eventLoopUtilization();
    const { utilization } = performance.eventLoopUtilization(now, before);
    before = now;
    return utilization;
  };
};

/**
 * V8 collects garbage when memory is allocated, and keeps the space that a busy time took. A server that rests allocates
 * nothing, so it would keep both for good. This waits until requests don't have to wait for the collection: once for the
 * first second without work after the start, and then for each long rest after which the process is larger than it was
 * after the last collection. The result ends it.
 */
export const collectGarbageAtRest = ({ firstMs, laterMs }: Rests = usualRests): (() => void) => {
  let timer: NodeJS.Timeout;
  let restingSize = Number.POSITIVE_INFINITY;
  const shareOfWork = createWorkMeter();

  const collect = (): void => {
    // A Node that was built without the inspector keeps the garbage.
    collectGarbage()
      .catch(() => undefined)
      .finally(() => {
        restingSize = process.memoryUsage.rss();
      });
  };

  const checkLater = (): void => {
    const isResting = shareOfWork() <= idleShare.later;
    if (isResting && process.memoryUsage.rss() > restingSize * worthwhileGrowth) collect();
  };

  let checks = 0;
  const checkFirst = (): void => {
    const isResting = shareOfWork() <= idleShare.first;
    checks += 1;
    if (!isResting && checks < mostFirstChecks) return;
    clearInterval(timer);
    if (isResting) collect();
    else restingSize = process.memoryUsage.rss();
    timer = setInterval(checkLater, laterMs).unref();
  };

  timer = setInterval(checkFirst, firstMs).unref();
  return () => clearInterval(timer);
};
