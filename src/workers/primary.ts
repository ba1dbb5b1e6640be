import cluster, { type Worker } from 'node:cluster';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { FastifyBaseLogger } from 'fastify';
import type { Config } from '#config';
import { type ExitCode, exitCode, Failure } from '../errors.ts';
import { allProcesses } from '../features/metrics/index.ts';
import { type FromPrimary, type FromWorker, isOurs } from './messages.ts';

const backoffMs = { first: 100, most: 10_000 };
/** A worker that lived this long had started well: the next death is no part of a row. */
const livedMs = 30_000;
const patienceMs = 21_000;

export interface Supervised {
  /** Resolves when the first worker is ready; fails when it ends before that. */
  readonly started: Promise<void>;
  stop(how: 'drain' | 'now'): Promise<void>;
}

const say = (worker: Worker, message: FromPrimary): void => {
  if (worker.isConnected()) worker.send(message);
};

const exits = Object.values(exitCode);

const neverStarted = (code: number | null): Failure =>
  new Failure({
    code: 'worker_failed',
    message: 'The first worker did not start; what it said stands above.',
    exit: exits.find((known): known is ExitCode => known === code && known !== 0) ?? exitCode.failure,
  });

/** Keeps as many workers as wanted: the first alone until it is ready, each that dies replaced. */
export const startWorkers = async (config: Config, log: FastifyBaseLogger): Promise<Supervised> => {
  cluster.setupPrimary({
    exec: fileURLToPath(new URL('../cli/main.ts', import.meta.url)),
    args: process.argv.slice(2),
  });
  const gather = config.metrics.enabled ? await allProcesses() : undefined;
  const living = new Set<Worker>();
  /** Those that hear what they are told. */
  const ready = new Set<Worker>();
  const waiting = new Set<NodeJS.Timeout>();
  let stopping: 'drain' | 'now' | undefined;
  let deaths = 0;

  const answer = async (worker: Worker, id: number): Promise<void> => {
    const text = await gather?.().catch(() => undefined);
    say(worker, { type: 'postern:metrics', id, ...(text !== undefined && { text }) });
  };

  const fork = (): Worker => {
    const born = Date.now();
    const worker = cluster.fork();
    living.add(worker);
    worker.on('error', () => {});
    worker.on('message', (message: unknown) => {
      if (!isOurs<FromWorker>(message)) return;
      if (message.type === 'postern:metrics') void answer(worker, message.id);
      else {
        ready.add(worker);
        log.info({ pid: worker.process.pid }, 'a worker is ready');
      }
    });
    worker.once('exit', (code, signal) => {
      living.delete(worker);
      ready.delete(worker);
      if (!started || stopping) return;
      if (Date.now() - born > livedMs) deaths = 0;
      const wait = Math.min(backoffMs.first * 2 ** deaths, backoffMs.most);
      deaths += 1;
      log.error({ pid: worker.process.pid, exit: code, signal, ms: wait }, 'a worker died, another follows');
      const timer = setTimeout(() => {
        waiting.delete(timer);
        fork();
      }, wait);
      waiting.add(timer);
    });
    return worker;
  };

  const stop = async (how: 'drain' | 'now'): Promise<void> => {
    stopping = how;
    for (const timer of waiting) clearTimeout(timer);
    const all = [...living];
    for (const worker of all) {
      if (ready.has(worker)) say(worker, { type: 'postern:stop', how });
      // It may not listen yet: then the signal ends it.
      else worker.process.kill('SIGTERM');
    }
    const late = setTimeout(() => {
      for (const worker of living) {
        log.error({ pid: worker.process.pid }, 'a worker did not stop in time, and is killed');
        worker.process.kill('SIGKILL');
      }
    }, patienceMs);
    await Promise.all(all.map((worker) => (worker.isDead() ? undefined : once(worker, 'exit'))));
    clearTimeout(late);
  };

  let started = false;
  const first = fork();
  const begin = async (): Promise<void> => {
    const settled = Promise.withResolvers<void>();
    first.on('message', () => ready.has(first) && settled.resolve());
    first.once('exit', (code) => settled.reject(neverStarted(code)));
    await settled.promise;
    if (stopping) return;
    started = true;
    for (let count = 1; count < config.listen.workers; count += 1) fork();
  };
  return { started: begin(), stop };
};
