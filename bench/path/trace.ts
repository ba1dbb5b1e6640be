import type { ChildProcess } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';
import { ask } from '../messages.ts';
import { type CalledFunction, fileOf, idOf } from './called-function.ts';

const warmUp = 50;
const repetitions = 4;
/** Audit records and the counters of limits are written within this time. */
const deferredWorkMs = 700;

/** How often `send` must be able to run. */
export const traceLength = warmUp + repetitions + 1;

/** The functions that every repetition calls: a timer that fires during one of them does not count. */
const measureCalls = async (server: ChildProcess, send: () => Promise<void>): Promise<CalledFunction[]> => {
  const repeated = new Map<string, { called: CalledFunction; repetitions: number }>();
  await ask(server, 'startCounting');
  for (let i = 0; i < repetitions; i++) {
    await sleep(deferredWorkMs);
    await ask(server, 'takeCalls');
    await send();
    for (const called of await ask<CalledFunction[]>(server, 'takeCalls')) {
      if (fileOf(called) === undefined) continue;
      const before = repeated.get(idOf(called))?.repetitions ?? 0;
      repeated.set(idOf(called), { called, repetitions: before + 1 });
    }
  }
  await ask(server, 'stopCounting');
  return [...repeated.values()].filter((one) => one.repetitions === repetitions).map(({ called }) => called);
};

/**
 * The functions of this repository that `send` runs in a server with `processes/called-functions.ts` loaded, in the
 * order in which they are entered; those without a statement, which no debugger can stop in, come last.
 */
export const traceRequest = async (
  server: ChildProcess,
  send: () => Promise<void>,
): Promise<CalledFunction[]> => {
  for (let i = 0; i < warmUp; i++) await send();
  const functions = await measureCalls(server, send);
  await ask(server, 'watchFirstCalls', functions);
  await send();
  const order = await ask<string[]>(server, 'takeFirstCalls');
  const positions = new Map(order.map((id, position) => [id, position]));
  const positionOf = (called: CalledFunction): number => positions.get(idOf(called)) ?? order.length;
  return functions.toSorted((one, other) => positionOf(one) - positionOf(other));
};
