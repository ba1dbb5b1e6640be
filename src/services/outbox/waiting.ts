import type { Store } from '../../store/port.ts';
import { kinds } from '../../store/record-kinds.ts';
import {
  mailQueue,
  moveBack,
  outboxIndex,
  type Queue,
  readDelivery,
  requestQueue,
  requestSweep,
} from './record.ts';

/** A message that waits, for operators. Times are milliseconds since the epoch. */
export interface WaitingDelivery {
  readonly id: string;
  readonly kind: string;
  /** How often it was tried. */
  readonly tries: number;
  readonly dueAt: number;
  readonly expiresAt?: number;
  readonly client?: string;
  readonly account?: string;
}

export const queueNames = ['requests', 'mail'] as const;
export type QueueName = (typeof queueNames)[number];

const queues: Readonly<Record<QueueName, Queue>> = { requests: requestQueue, mail: mailQueue };

const keyOf = (id: string) => ({ kind: kinds.delivery, family: id, id: '' });
const idPattern = /^[A-Za-z0-9_-]{16}$/;
/** How the kinds of all mail begin (services/mail). */
const mailKind = 'mail.';

interface Paging {
  readonly limit: number;
  readonly cursor?: string;
}

/** One page of a queue, those that are due first. What a message says stays hidden: it may have a code or a link. */
export const listWaiting = async (store: Store, name: QueueName, paging: Paging) => {
  const page = await store.list(outboxIndex, queues[name].name, paging);
  const items = page.items.flatMap(({ key, at, document }): WaitingDelivery[] => {
    const delivery = readDelivery(document);
    if (delivery === undefined) return [];
    const { kind, tries, about } = delivery;
    return [
      {
        id: key.family,
        kind,
        tries,
        dueAt: at,
        ...(document.expiresAt !== undefined && { expiresAt: document.expiresAt }),
        ...(about['client'] !== undefined && { client: about['client'] }),
        ...(about['account'] !== undefined && { account: about['account'] }),
      },
    ];
  });
  return { items, ...(page.next !== undefined && { next: page.next }) };
};

/** What the message is and is about, or undefined when it is not in this queue, or not any more. */
export const findWaiting = async (
  store: Store,
  name: QueueName,
  id: string,
): Promise<Pick<WaitingDelivery, 'kind' | 'account'> | undefined> => {
  const [document] = idPattern.test(id) ? await store.read([keyOf(id)]) : [];
  const delivery = document && readDelivery(document);
  if (delivery?.kind.startsWith(mailKind) !== (name === 'mail')) return undefined;
  const { kind, about } = delivery;
  return { kind, ...(about['account'] !== undefined && { account: about['account'] }) };
};

/** Makes a message of this queue due now. */
export const sendNow = async (store: Store, name: QueueName, id: string, now: number): Promise<void> => {
  await store.commit([moveBack(keyOf(id), queues[name], now)]);
  await requestSweep(store, queues[name]);
};

export const dropDelivery = (store: Store, id: string): Promise<void> =>
  store.commit([{ op: 'remove', key: keyOf(id) }]);
