import cluster from 'node:cluster';
import { Failure } from '../errors.ts';
import { type FromPrimary, type FromWorker, isPosternMessage } from './messages.ts';

/** The primary process, as a worker sees it. */
export interface Primary {
  /** False for the first worker that the primary started. */
  readonly isAdditional: boolean;
  ready(): void;
  onStop(listener: (how: 'drain' | 'now') => void): void;
  /** The metrics of all workers, as one text. */
  gatherMetrics(): Promise<string>;
}

const metricsTimeoutMs = 6_000;

const send = (message: FromWorker): void => void process.send?.(message);

/** `undefined` in a process that no primary started. */
export const connectToPrimary = (): Primary | undefined => {
  const { worker } = cluster;
  if (!worker) return undefined;
  const pending = new Map<number, (text: string | undefined) => void>();
  let stop: (how: 'drain' | 'now') => void = () => {};
  let count = 0;
  process.on('message', (message) => {
    if (!isPosternMessage<FromPrimary>(message)) return;
    if (message.type === 'postern:stop') stop(message.how);
    else pending.get(message.id)?.(message.text);
  });
  return {
    isAdditional: worker.id > 1,
    ready: () => send({ type: 'postern:ready' }),
    onStop(listener) {
      stop = listener;
    },
    async gatherMetrics() {
      count += 1;
      const id = count;
      const answer = Promise.withResolvers<string | undefined>();
      const timer = setTimeout(() => answer.resolve(undefined), metricsTimeoutMs);
      pending.set(id, answer.resolve);
      send({ type: 'postern:metrics', id });
      const text = await answer.promise;
      clearTimeout(timer);
      pending.delete(id);
      if (text !== undefined) return text;
      throw new Failure({
        code: 'temporarily_unavailable',
        status: 503,
        message: 'the metrics of all workers could not be gathered, try it again',
      });
    },
  };
};
