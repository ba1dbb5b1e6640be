import type { Events } from '../../events.ts';
import { Draft } from '../../store/draft.ts';
import type { Clock, Store } from '../../store/port.ts';
import { UnitOfWork } from '../../store/unit-of-work.ts';
import { createDeliver, type Handler } from './deliver.ts';
import { type Delivery, insertDelivery, outboxTopic, type Queue, requestSweep } from './record.ts';
import { createShares } from './shares.ts';
import { createSweeps, type Sweeps } from './sweeps.ts';

export interface Outbox {
  /** A message that is sent after the commit that stores it. */
  draft(kind: string, about: Delivery['about']): Draft;
  /** Stores the message with the unit of work, or in a commit without one. It is sent after the commit. */
  send(kind: string, about: Delivery['about'], work: UnitOfWork | undefined): Promise<void>;
  /**
   * Sets what sends messages of a kind. The handler throws when the other server didn't accept the message. It is sent
   * again unless the other server refused it for good.
   */
  handle(kind: string, handler: Handler): void;
  start(): Promise<() => Promise<void>>;
}

interface Dependencies {
  readonly store: Store;
  readonly clock: Clock;
  readonly events: Events;
  readonly onError: (error: unknown) => void;
  readonly queue: Queue;
}

export const createOutbox = ({ store, clock, events, onError, queue }: Dependencies): Outbox => {
  const handlers = new Map<string, Handler>();
  const shares = createShares(clock);
  const deliver = createDeliver({
    store,
    clock,
    events,
    queue,
    shares,
    handlerOf: (kind) => handlers.get(kind),
    onRetry: (inMs) => sweeps.retryIn(inMs),
  });
  const sweeps: Sweeps = createSweeps({ store, clock, queue, shares, deliver, onError });

  const draft = (kind: string, about: Delivery['about']): Draft =>
    new Draft([insertDelivery({ kind, about, tries: 0 }, clock.now(), queue)], async () => {
      // Commands store messages too, and only servers send them.
      if (sweeps.isStopped()) await requestSweep(store, queue);
      else sweeps.sweepSoon();
    });

  return {
    draft,
    async send(kind, about, work) {
      const unit = work ?? new UnitOfWork(store);
      draft(kind, about).stageIn(unit);
      if (work === undefined) await unit.commit();
    },
    handle(kind, handler) {
      handlers.set(kind, handler);
    },
    async start() {
      const unsubscribe = store.subscribe(
        outboxTopic,
        (queueName) => (queueName === undefined || queueName === queue.name) && sweeps.sweepSoon(),
      );
      sweeps.start();
      return async () => {
        unsubscribe();
        await sweeps.stop();
      };
    },
  };
};
