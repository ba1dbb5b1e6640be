import cluster, { type Worker } from 'node:cluster';
import type { FastifyBaseLogger } from 'fastify';
import type { Config } from '#config';
import { type ExitCode, exitCode, Failure } from '../errors.ts';
import { allProcesses } from '../features/metrics/index.ts';
import { entryFile } from './entry-file.ts';
import { createHandedOver } from './handed-over.ts';
import { type FromPrimary, type FromWorker, isPosternMessage } from './messages.ts';

const restartDelayMs = { first: 100, most: 10_000 };
/** The delay before a restart grows with each death in a row. A worker that lived this long ends the row. */
const healthyAfterMs = 30_000;
const stopTimeoutMs = 21_000;

export interface WorkerPool {
  /** Resolves when the first worker is ready; fails when it ends before that. */
  readonly started: Promise<void>;
  stop(how: 'drain' | 'now'): Promise<void>;
}

const send = (worker: Worker, message: FromPrimary): void => {
  if (worker.isConnected()) worker.send(message);
};

const exitCodes = Object.values(exitCode);

const startFailure = (code: number | null | undefined, cause: unknown): Failure =>
  new Failure({
    code: 'worker_failed',
    message:
      cause instanceof Error
        ? `The process of the first worker could not be started: ${cause.message}.`
        : 'The first worker did not start; its output is above.',
    exit: exitCodes.find((known): known is ExitCode => known === code && known !== 0) ?? exitCode.failure,
  });

interface WorkerEnd {
  readonly pid?: number;
  readonly exit?: number | null;
  readonly signal?: string | null;
  /** Why there was no process. */
  readonly err?: unknown;
}

const hasProcess = ({ process: child }: Worker): boolean => child.pid !== undefined;

/** Node emits no `exit` when the system allows no further process or open file, or when its program is gone. */
const onEnd = (worker: Worker, listener: (end: WorkerEnd) => void): void => {
  worker.once('exit', (exit, signal) => {
    const { pid } = worker.process;
    listener({ ...(pid !== undefined && { pid }), exit, signal });
  });
  worker.on('error', (err) => {
    if (!hasProcess(worker)) listener({ err });
  });
};

/** Starts one worker, and the others when it is ready. Replaces workers that die. */
export const startWorkers = async (config: Config, log: FastifyBaseLogger): Promise<WorkerPool> => {
  cluster.setupPrimary({
    exec: entryFile(),
    args: process.argv.slice(2),
  });
  const gatherMetrics = config.metrics.enabled ? await allProcesses() : undefined;
  const workers = new Set<Worker>();
  /** The workers that listen to messages. */
  const ready = new Set<Worker>();
  const restartTimers = new Set<NodeJS.Timeout>();
  const handedOver = createHandedOver();
  let stopping: 'drain' | 'now' | undefined;
  let deaths = 0;

  const sendMetrics = async (worker: Worker, id: number): Promise<void> => {
    const text = await gatherMetrics?.().catch(() => undefined);
    send(worker, { type: 'postern:metrics', id, ...(text !== undefined && { text }) });
  };

  const replace = (end: WorkerEnd): void => {
    const delayMs = Math.min(restartDelayMs.first * 2 ** deaths, restartDelayMs.most);
    deaths += 1;
    log.error({ ...end, ms: delayMs }, 'a worker died, another follows');
    const timer = setTimeout(() => {
      restartTimers.delete(timer);
      try {
        fork();
      } catch (err) {
        // The system has no memory for a further process.
        replace({ err });
      }
    }, delayMs);
    restartTimers.add(timer);
  };

  const fork = (): Worker => {
    const forkedAt = performance.now();
    const worker = cluster.fork();
    workers.add(worker);
    if (hasProcess(worker)) handedOver.watch(worker);
    worker.on('message', (message: unknown) => {
      if (!isPosternMessage<FromWorker>(message)) return;
      if (message.type === 'postern:metrics') void sendMetrics(worker, message.id);
      else {
        ready.add(worker);
        log.info({ pid: worker.process.pid }, 'a worker is ready');
      }
    });
    onEnd(worker, (end) => {
      workers.delete(worker);
      ready.delete(worker);
      if (!started || stopping) return;
      if (performance.now() - forkedAt > healthyAfterMs) deaths = 0;
      replace(end);
    });
    return worker;
  };

  const stop = async (how: 'drain' | 'now'): Promise<void> => {
    stopping = how;
    for (const timer of restartTimers) clearTimeout(timer);
    const all = [...workers];
    for (const worker of all) {
      if (ready.has(worker)) send(worker, { type: 'postern:stop', how });
      // A worker that doesn't listen yet is ended by the signal.
      else worker.process.kill('SIGTERM');
    }
    const killTimer = setTimeout(() => {
      for (const worker of workers) {
        log.error({ pid: worker.process.pid }, 'a worker did not stop in time, and is killed');
        worker.process.kill('SIGKILL');
      }
    }, stopTimeoutMs);
    await Promise.all(
      all.map((worker) => (worker.isDead() ? undefined : new Promise((ended) => onEnd(worker, ended)))),
    );
    clearTimeout(killTimer);
  };

  let started = false;
  const first = fork();
  const begin = async (): Promise<void> => {
    const settled = Promise.withResolvers<void>();
    first.on('message', () => ready.has(first) && settled.resolve());
    onEnd(first, ({ exit, err }) => settled.reject(startFailure(exit, err)));
    await settled.promise;
    if (stopping) return;
    started = true;
    for (let count = 1; count < config.listen.workers; count += 1) fork();
  };
  return { started: begin(), stop };
};
