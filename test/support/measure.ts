import { readFileSync } from 'node:fs';

/** The time this process was runnable while others had the cores, as Linux counts it. */
const waitedForCpuMs = (): number => {
  try {
    const [, nanoseconds] = readFileSync('/proc/self/schedstat', 'utf8').split(' ');
    return Number(nanoseconds) / 1e6;
  } catch {
    return 0;
  }
};

/** Measures without the time that a busy machine adds, which limits exclude. */
export const measure = async <T>(action: () => Promise<T>): Promise<{ result: T; ms: number }> => {
  const [start, waitedBefore] = [performance.now(), waitedForCpuMs()];
  const result = await action();
  return { result, ms: performance.now() - start - (waitedForCpuMs() - waitedBefore) };
};
