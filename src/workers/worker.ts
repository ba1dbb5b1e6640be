import cluster from 'node:cluster';
import { Failure } from '../errors.ts';
import { type FromPrimary, type FromWorker, isOurs } from './messages.ts';

/** The process that started this one, as far as this one needs it. */
export interface Primary {
  /** Not the first worker of all. */
  readonly isLater: boolean;
  ready(): void;
  onStop(listener: (how: 'drain' | 'now') => void): void;
  /** The metrics of all workers, as one text. */
  gatherMetrics(): Promise<string>;
}

const patienceMs = 6_000;

const tell = (message: FromWorker): void => void process.send?.(message);

/** Undefined in a process that stands alone. */
export const primaryOf = (): Primary | undefined => {
  const { worker } = cluster;
  if (!worker) return undefined;
  const asked = new Map<number, (text: string | undefined) => void>();
  let stop: (how: 'drain' | 'now') => void = () => {};
  let count = 0;
  process.on('message', (message) => {
    if (!isOurs<FromPrimary>(message)) return;
    if (message.type === 'postern:stop') stop(message.how);
    else asked.get(message.id)?.(message.text);
  });
  return {
    isLater: worker.id > 1,
    ready: () => tell({ type: 'postern:ready' }),
    onStop(listener) {
      stop = listener;
    },
    async gatherMetrics() {
      count += 1;
      const id = count;
      const answer = Promise.withResolvers<string | undefined>();
      const late = setTimeout(() => answer.resolve(undefined), patienceMs);
      asked.set(id, answer.resolve);
      tell({ type: 'postern:metrics', id });
      const text = await answer.promise;
      clearTimeout(late);
      asked.delete(id);
      if (text !== undefined) return text;
      throw new Failure({
        code: 'temporarily_unavailable',
        status: 503,
        message: 'the metrics of all workers could not be gathered, try it again',
      });
    },
  };
};
