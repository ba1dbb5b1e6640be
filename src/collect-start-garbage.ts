import { performance } from 'node:perf_hooks';
import { setImmediate } from 'node:timers/promises';

const checkMs = 1_000;
const idleUtilization = 0.05;
/** A server that is asked something in every second of five minutes collects garbage anyway. */
const mostChecks = 300;

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

/**
 * Loading the program leaves a third of the heap as garbage. V8 collects it when more is allocated, so a server without
 * requests would keep it for good. This waits for the first second without work, because requests would wait for the
 * collection. The result cancels it.
 */
export const collectStartGarbage = (): (() => void) => {
  let before = performance.eventLoopUtilization();
  let checks = 0;
  const timer = setInterval(() => {
    const now = performance.eventLoopUtilization();
    const { utilization } = performance.eventLoopUtilization(now, before);
    before = now;
    checks += 1;
    const isIdle = utilization <= idleUtilization;
    if (!isIdle && checks < mostChecks) return;
    clearInterval(timer);
    // A Node that was built without the inspector keeps the garbage.
    if (isIdle) collectGarbage().catch(() => undefined);
  }, checkMs);
  timer.unref();
  return () => clearInterval(timer);
};
