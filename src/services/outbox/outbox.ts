import type { Events } from '../../events.ts';
import { currentUnitOfWork } from '../../store/current-unit-of-work.ts';
import { Conflict } from '../../store/errors.ts';
import type { Clock, Listed, Store } from '../../store/port.ts';
import { UnitOfWork } from '../../store/unit-of-work.ts';
import { type Delivery, insertDelivery, outboxIndex, postpone, readDelivery } from './record.ts';

type Handler = (about: Delivery['about']) => Promise<void>;

export interface Outbox {
  /** Committed with the work under way, and sent once that is through. */
  send(kind: string, about: Delivery['about']): Promise<void>;
  /** Who carries a kind. Fails when the other server doesn't answer as it should. */
  handle(kind: string, carrier: Handler): void;
  start(): Promise<() => Promise<void>>;
}

interface Dependencies {
  readonly store: Store;
  readonly clock: Clock;
  readonly events: Events;
  readonly onError: (error: unknown) => void;
}

/** After the first try, and each one that failed. Longer than a try takes, so that no two overlap. */
const retryPauses = [3_000, 30_000, 300_000] as const;
const maxTries = retryPauses.length + 1;
/** What another process left behind when it ended is found this late at most. */
const sweepMs = 30_000;
const batchSize = 20;

export const createOutbox = ({ store, clock, events, onError }: Dependencies): Outbox => {
  const handlers = new Map<string, Handler>();
  let running: Promise<void> | undefined;
  let again = false;
  let stopped = true;
  let timer: NodeJS.Timeout | undefined;

  const attempt = async ({ key, document }: Listed): Promise<void> => {
    const delivery = readDelivery(document);
    const carrier = delivery && handlers.get(delivery.kind);
    if (!delivery || !carrier) return;
    const tries = delivery.tries + 1;
    const pause = retryPauses[delivery.tries] ?? sweepMs;
    try {
      await store.commit([postpone(key, document, { ...delivery, tries }, clock.now() + pause)]);
    } catch (error) {
      // Another process has it.
      if (error instanceof Conflict) return;
      throw error;
    }
    const outcome = await carrier(delivery.about).then(
      () => 'ok' as const,
      () => 'failed' as const,
    );
    if (outcome === 'failed' && tries < maxTries) return scheduleSweep(pause);
    await store.commit([{ op: 'remove', key }]);
    const { client } = delivery.about;
    const details = { kind: delivery.kind, tries };
    events.emit({ type: 'delivery', outcome, details, ...(client !== undefined && { client }) });
  };

  const sweep = async (): Promise<void> => {
    do {
      again = false;
      const { items } = await store.list(outboxIndex.index, outboxIndex.of, {
        limit: batchSize,
        to: clock.now(),
      });
      await Promise.all(items.map(attempt));
      if (items.length === batchSize) again = true;
    } while (again && !stopped);
  };

  const sweepSoon = (): void => {
    if (stopped) return;
    if (running) {
      again = true;
      return;
    }
    running = sweep()
      .catch(onError)
      .finally(() => {
        running = undefined;
        scheduleSweep(sweepMs);
      });
  };

  let plannedFor = Number.POSITIVE_INFINITY;
  function scheduleSweep(inMs: number): void {
    const at = Date.now() + inMs;
    if (stopped || at >= plannedFor) return;
    clearTimeout(timer);
    plannedFor = at;
    timer = setTimeout(() => {
      plannedFor = Number.POSITIVE_INFINITY;
      sweepSoon();
    }, inMs).unref();
  }

  return {
    async send(kind, about) {
      const work = currentUnitOfWork() ?? new UnitOfWork(store);
      work.stage(insertDelivery({ kind, about, tries: 0 }, clock.now()));
      work.afterCommit(sweepSoon);
      if (work !== currentUnitOfWork()) await work.commit();
    },
    handle(kind, carrier) {
      handlers.set(kind, carrier);
    },
    async start() {
      stopped = false;
      sweepSoon();
      return async () => {
        stopped = true;
        clearTimeout(timer);
        await running;
      };
    },
  };
};
