import { setTimeout as sleep } from 'node:timers/promises';
import type { Events } from '../../events.ts';
import { Draft } from '../../store/draft.ts';
import { Conflict } from '../../store/errors.ts';
import type { Clock, Listed, Store } from '../../store/port.ts';
import { UnitOfWork } from '../../store/unit-of-work.ts';
import { DeliveryFailed } from './delivery-failed.ts';
import {
  type Delivery,
  insertDelivery,
  moveBack,
  outboxIndex,
  outboxTopic,
  postpone,
  type Queue,
  readDelivery,
  receiversOf,
  requestSweep,
} from './record.ts';
import { createRetryTimes } from './retry-times.ts';
import { createShares } from './shares.ts';

type Handler = (about: Delivery['about']) => Promise<void>;

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

/** Messages that this process can't send are looked at again after this time. */
const unknownPauseMs = 60_000;
/** How often messages are looked for while some wait for their turn. */
const turnsMs = 1_000;
/** Messages of a process that ended are found at the latest after this time. */
const sweepMs = 30_000;
const batchSize = 20;

/** Besides 5xx, the statuses that another try may change (RFC 9110 §15.5.9, RFC 8470 §5.2, RFC 6585 §4). */
const retryableStatuses: ReadonlySet<unknown> = new Set([408, 425, 429]);

/** Without an answer there is no status. oidc-provider adds the response to the error. */
const mayRetry = (error: unknown): boolean => {
  if (error instanceof DeliveryFailed) return !error.isFinal;
  const response = error instanceof Error && 'response' in error ? error.response : undefined;
  if (!(response instanceof Response)) return true;
  return response.status >= 500 || retryableStatuses.has(response.status);
};

export const createOutbox = ({ store, clock, events, onError, queue }: Dependencies): Outbox => {
  const { name, retryPauses, maxUnderWay, patienceMs } = queue;
  const shares = createShares(clock);
  const retryTimes = createRetryTimes();
  const handlers = new Map<string, Handler>();
  const underWay = new Set<Promise<void>>();
  let running: Promise<void> | undefined;
  let again = false;
  let stopped = true;
  let timer: NodeJS.Timeout | undefined;

  /** Returns false when another process is sending it. */
  const moveTo = async ({ key, document }: Listed, delivery: Delivery, at: number): Promise<boolean> => {
    try {
      await store.commit([postpone(key, document, { delivery, queue, at })]);
      return true;
    } catch (error) {
      if (error instanceof Conflict) return false;
      throw error;
    }
  };

  /** Returns false when another process is sending it. */
  const deliver = async (item: Listed, delivery: Delivery, handler: Handler): Promise<boolean> => {
    const tries = delivery.tries + 1;
    const pause = retryPauses[delivery.tries] ?? sweepMs;
    if (!(await moveTo(item, { ...delivery, tries }, clock.now() + pause))) return false;
    const failure = await handler(delivery.about).then(
      () => undefined,
      (error: unknown) => ({ error }),
    );
    const { client } = delivery.about;
    const event = {
      outcome: failure ? ('failed' as const) : ('ok' as const),
      details: { kind: delivery.kind, tries },
      ...(client !== undefined && { client }),
      ...(failure?.error instanceof DeliveryFailed && { reason: failure.error.reason }),
    };
    if (failure && mayRetry(failure.error) && tries <= retryPauses.length) {
      if (event.reason !== undefined) events.emit({ ...event, type: 'delivery.postponed' });
      retryTimes.add(pause);
      scheduleSweep(pause);
      return true;
    }
    await store.commit([{ op: 'remove', key: item.key }]);
    events.emit({ ...event, type: 'delivery' });
    return true;
  };

  const attempt = async (item: Listed): Promise<void> => {
    const { key, document } = item;
    const delivery = readDelivery(document);
    const handler = delivery && handlers.get(delivery.kind);
    if (!delivery || !handler) {
      // A newer process may know the kind. Moved back, the message doesn't stand in front of others.
      await store.commit([moveBack(key, queue, clock.now() + unknownPauseMs)]);
      return;
    }
    const place = shares.begin(receiversOf(delivery, queue));
    if ('turn' in place) {
      await moveTo(item, delivery, place.turn);
      return;
    }
    let isSent = false;
    try {
      isSent = await deliver(item, delivery, handler);
    } finally {
      place.end(isSent);
    }
  };

  const waitFor = async (begun: readonly Promise<void>[]): Promise<void> => {
    const all = Promise.all(begun).then(() => {});
    await (patienceMs === undefined
      ? all
      : Promise.race([all, sleep(patienceMs, undefined, { ref: false })]));
    if (underWay.size >= maxUnderWay) await Promise.race(underWay);
  };

  const sweep = async (): Promise<void> => {
    let hasFailed = false;
    const begin = (item: Listed): Promise<void> => {
      const begun = attempt(item)
        .catch((error: unknown) => {
          hasFailed = true;
          onError(error);
        })
        .finally(() => underWay.delete(begun));
      underWay.add(begun);
      return begun;
    };
    do {
      again = false;
      const limit = Math.min(batchSize, maxUnderWay - underWay.size);
      const { items } = await store.list(outboxIndex, name, { limit, to: clock.now() });
      await waitFor(items.map(begin));
      if (items.length === limit) again = true;
    } while (again && !stopped && !hasFailed);
  };

  const sweepSoon = (): void => {
    if (stopped) return;
    if (running) {
      again = true;
      return;
    }
    const begunAt = performance.now();
    running = sweep()
      .catch(onError)
      .finally(() => {
        running = undefined;
        retryTimes.forgetUntil(begunAt);
        scheduleSweep(Math.min(shares.isAwaited() ? turnsMs : sweepMs, retryTimes.untilNext()));
      });
  };

  let plannedFor = Number.POSITIVE_INFINITY;
  function scheduleSweep(inMs: number): void {
    const at = performance.now() + inMs;
    if (stopped || at >= plannedFor) return;
    clearTimeout(timer);
    plannedFor = at;
    timer = setTimeout(() => {
      plannedFor = Number.POSITIVE_INFINITY;
      sweepSoon();
    }, inMs).unref();
  }

  const draft = (kind: string, about: Delivery['about']): Draft =>
    new Draft([insertDelivery({ kind, about, tries: 0 }, clock.now(), queue)], async () => {
      // Commands store messages too, and only servers send them.
      if (stopped) await requestSweep(store, queue);
      else sweepSoon();
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
      stopped = false;
      const unsubscribe = store.subscribe(outboxTopic, (queueName) => queueName === name && sweepSoon());
      sweepSoon();
      return async () => {
        stopped = true;
        unsubscribe();
        clearTimeout(timer);
        await running;
        await Promise.all(underWay);
      };
    },
  };
};
