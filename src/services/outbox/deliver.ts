import type { Events } from '../../events.ts';
import { Conflict } from '../../store/errors.ts';
import type { Clock, Listed, Store } from '../../store/port.ts';
import { DeliveryFailed } from './delivery-failed.ts';
import {
  type Delivery,
  moveBack,
  postpone,
  type Queue,
  readDelivery,
  receiversOf,
  sweepMs,
} from './record.ts';
import type { Shares } from './shares.ts';

export type Handler = (about: Delivery['about']) => Promise<void>;

interface Dependencies {
  readonly store: Store;
  readonly clock: Clock;
  readonly events: Events;
  readonly queue: Queue;
  readonly shares: Shares;
  readonly handlerOf: (kind: string) => Handler | undefined;
  /** Called when a message will be tried again after so many milliseconds. */
  readonly onRetry: (inMs: number) => void;
}

/** Messages that this process can't send are looked at again after this time. */
const unknownPauseMs = 60_000;

/** Besides 5xx, the statuses that another try may change (RFC 9110 §15.5.9, RFC 8470 §5.2, RFC 6585 §4). */
const retryableStatuses: ReadonlySet<unknown> = new Set([408, 425, 429]);

/** Without an answer there is no status. oidc-provider adds the response to the error. */
const mayRetry = (error: unknown): boolean => {
  if (error instanceof DeliveryFailed) return !error.isFinal;
  const response = error instanceof Error && 'response' in error ? error.response : undefined;
  if (!(response instanceof Response)) return true;
  return response.status >= 500 || retryableStatuses.has(response.status);
};

interface Failure {
  readonly error: unknown;
}

const eventOf = ({ kind, about: { client } }: Delivery, tries: number, failure: Failure | undefined) => ({
  outcome: failure ? ('failed' as const) : ('ok' as const),
  details: { kind, tries },
  ...(client !== undefined && { client }),
  ...(failure?.error instanceof DeliveryFailed && { reason: failure.error.reason }),
});

/**
 * Delivers one message of the queue. A message is moved back before it is sent, so that other processes leave it alone
 * meanwhile, and so that it is found again when this process ends.
 */
export const createDeliver = (dependencies: Dependencies): ((item: Listed) => Promise<void>) => {
  const { store, clock, events, queue, shares, handlerOf, onRetry } = dependencies;
  const { retryPauses } = queue;

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
  const send = async (item: Listed, delivery: Delivery, handler: Handler): Promise<boolean> => {
    const tries = delivery.tries + 1;
    const pause = retryPauses[delivery.tries] ?? sweepMs;
    if (!(await moveTo(item, { ...delivery, tries }, clock.now() + pause))) return false;
    const failure = await handler(delivery.about).then(
      () => undefined,
      (error: unknown): Failure => ({ error }),
    );
    const event = eventOf(delivery, tries, failure);
    if (failure && mayRetry(failure.error) && tries <= retryPauses.length) {
      if (event.reason !== undefined) events.emit({ ...event, type: 'delivery.postponed' });
      onRetry(pause);
      return true;
    }
    await store.commit([{ op: 'remove', key: item.key }]);
    events.emit({ ...event, type: 'delivery' });
    return true;
  };

  return async (item) => {
    const { key, document } = item;
    const delivery = readDelivery(document);
    const handler = delivery && handlerOf(delivery.kind);
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
      isSent = await send(item, delivery, handler);
    } finally {
      place.end(isSent);
    }
  };
};
