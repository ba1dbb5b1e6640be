/**
 * A module that `--import` loads into a server. It answers which functions ran between two messages of the process that
 * started the server, and in which order they were entered.
 */
import { Session } from 'node:inspector/promises';
import { Worker } from 'node:worker_threads';
import { answer } from '../messages.ts';
import type { CalledFunction } from '../path/called-function.ts';

const session = new Session();
session.connect();

const startCounting = async (): Promise<void> => {
  await session.post('Profiler.enable');
  await session.post('Profiler.startPreciseCoverage', { callCount: true, detailed: false });
};

/** The functions that ran since this was last asked. */
const takeCalls = async (): Promise<CalledFunction[]> => {
  const { result } = await session.post('Profiler.takePreciseCoverage');
  return result.flatMap(({ url, functions }) =>
    functions.flatMap(({ functionName, ranges: [range] }) =>
      range && range.count > 0
        ? [
            {
              url,
              name: functionName,
              start: range.startOffset,
              end: range.endOffset,
              count: range.count,
            },
          ]
        : [],
    ),
  );
};

let tracer: Worker | undefined;
let nextMessage = 0;

/** A debugger can't pause the thread that it runs in, so it runs in another one. */
const askTracer = async <T>(name: string, argument?: unknown): Promise<T> => {
  tracer ??= new Worker(new URL('./call-tracer.ts', import.meta.url), { execArgv: [] });
  const worker = tracer;
  worker.unref();
  const id = nextMessage++;
  return new Promise((resolve, reject) => {
    const onMessage = (message: { id: number; result?: T; error?: string }): void => {
      if (message.id !== id) return;
      worker.off('message', onMessage);
      if (message.error === undefined) resolve(message.result as T);
      else reject(new Error(message.error));
    };
    worker.on('message', onMessage);
    worker.postMessage({ id, name, argument });
  });
};

answer({
  startCounting,
  takeCalls,
  stopCounting: async () => {
    await session.post('Profiler.stopPreciseCoverage');
    await session.post('Profiler.disable');
  },
  watchFirstCalls: (functions: readonly CalledFunction[]) => askTracer('watch', functions),
  takeFirstCalls: () => askTracer('take'),
});
// Without this the channel would keep a stopped server alive.
process.channel?.unref();
