import { readdirSync, readFileSync } from 'node:fs';

/** Processor time and memory of a process and its children, as the operating system counts them. */

const read = (path: string): string => {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    // The process or thread has ended since it was listed.
    return '';
  }
};

const threads = (pid: number): string[] => {
  try {
    return readdirSync(`/proc/${pid}/task`);
  } catch {
    return [];
  }
};

const processTree = (pid: number): number[] => [
  pid,
  ...threads(pid).flatMap((thread) =>
    read(`/proc/${pid}/task/${thread}/children`)
      .split(' ')
      .filter(Boolean)
      .flatMap((child) => processTree(Number(child))),
  ),
];

const ticksPerSecond = 100;

const cpuOfOne = (pid: number): number => {
  let nanoseconds = 0;
  let hasSchedstat = false;
  for (const thread of threads(pid)) {
    const [cpuTime] = read(`/proc/${pid}/task/${thread}/schedstat`).split(' ');
    if (!cpuTime) continue;
    hasSchedstat = true;
    nanoseconds += Number(cpuTime);
  }
  if (hasSchedstat && nanoseconds > 0) return nanoseconds / 1e6;
  const fields = read(`/proc/${pid}/stat`).split(') ')[1]?.split(' ') ?? [];
  return ((Number(fields[11] ?? 0) + Number(fields[12] ?? 0)) * 1000) / ticksPerSecond;
};

/** Milliseconds of processor time so far, of all threads and children. */
export const cpuMs = (pid: number): number => processTree(pid).reduce((sum, each) => sum + cpuOfOne(each), 0);

const statusMb = (pid: number, line: RegExp): number =>
  processTree(pid).reduce(
    (sum, each) => sum + (Number(line.exec(read(`/proc/${each}/status`))?.[1] ?? 0) * 1024) / 1e6,
    0,
  );

/** Resident memory in MB (10⁶ bytes). */
export const rssMb = (pid: number): number => statusMb(pid, /VmRSS:\s+(\d+)/);

/** The most resident memory so far, in MB. */
export const peakRssMb = (pid: number): number => statusMb(pid, /VmHWM:\s+(\d+)/);
