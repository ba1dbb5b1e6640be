import type { Events } from '../../events.ts';
import { currentWork } from '../../store/current-work.ts';
import { Conflict } from '../../store/errors.ts';
import type { Clock, Listed, Store } from '../../store/port.ts';
import { UnitOfWork } from '../../store/unit-of-work.ts';
import { type Delivery, insertDelivery, outbox, postpone, readDelivery } from './record.ts';

type Carrier = (about: Delivery['about']) => Promise<void>;

export interface Deliveries {
  /** Committed with the work under way, and sent once that is through. */
  send(kind: string, about: Delivery['about']): Promise<void>;
  /** Who carries a kind. Fails when the other server doesn't answer as it should. */
  carry(kind: string, carrier: Carrier): void;
  start(): Promise<() => Promise<void>>;
}

interface Parts {
  readonly store: Store;
  readonly clock: Clock;
  readonly events: Events;
  readonly onFault: (error: unknown) => void;
}

/** After the first try, and each one that failed. Longer than a try takes, so that no two overlap. */
const pauses = [3_000, 30_000, 300_000] as const;
const mostTries = pauses.length + 1;
/** What another process left behind when it ended is found this late at most. */
const sweepMs = 30_000;
const atOnce = 20;

export const createDeliveries = ({ store, clock, events, onFault }: Parts): Deliveries => {
  const carriers = new Map<string, Carrier>();
  let running: Promise<void> | undefined;
  let again = false;
  let stopped = true;
  let timer: NodeJS.Timeout | undefined;

  const attempt = async ({ key, document }: Listed): Promise<void> => {
    const delivery = readDelivery(document);
    const carrier = delivery && carriers.get(delivery.kind);
    if (!delivery || !carrier) return;
    const tries = delivery.tries + 1;
    const pause = pauses[delivery.tries] ?? sweepMs;
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
    if (outcome === 'failed' && tries < mostTries) return plan(pause);
    await store.commit([{ op: 'remove', key }]);
    const { client } = delivery.about;
    const details = { kind: delivery.kind, tries };
    events.emit({ type: 'delivery', outcome, details, ...(client !== undefined && { client }) });
  };

  const sweep = async (): Promise<void> => {
    do {
      again = false;
      const { items } = await store.list(outbox.index, outbox.of, { limit: atOnce, to: clock.now() });
      await Promise.all(items.map(attempt));
      if (items.length === atOnce) again = true;
    } while (again && !stopped);
  };

  const wake = (): void => {
    if (stopped) return;
    if (running) {
      again = true;
      return;
    }
    running = sweep()
      .catch(onFault)
      .finally(() => {
        running = undefined;
        plan(sweepMs);
      });
  };

  let plannedFor = Number.POSITIVE_INFINITY;
  function plan(inMs: number): void {
    const at = Date.now() + inMs;
    if (stopped || at >= plannedFor) return;
    clearTimeout(timer);
    plannedFor = at;
    timer = setTimeout(() => {
      plannedFor = Number.POSITIVE_INFINITY;
      wake();
    }, inMs).unref();
  }

  return {
    async send(kind, about) {
      const work = currentWork() ?? new UnitOfWork(store);
      work.stage(insertDelivery({ kind, about, tries: 0 }, clock.now()));
      work.afterCommit(wake);
      if (work !== currentWork()) await work.commit();
    },
    carry(kind, carrier) {
      carriers.set(kind, carrier);
    },
    async start() {
      stopped = false;
      wake();
      return async () => {
        stopped = true;
        clearTimeout(timer);
        await running;
      };
    },
  };
};
