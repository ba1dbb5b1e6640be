import { randomBytes } from 'node:crypto';
import type { Document, IndexEntry, Insert, Key, Merge, Replace, Store } from '../../store/port.ts';
import { record } from '../../store/record.ts';
import { kinds } from '../../store/record-kinds.ts';
import type { ReceiverShare } from './shares.ts';

/** One message. `about` identifies what it is about, and holds no secret in clear. */
export interface Delivery {
  readonly kind: string;
  readonly about: Readonly<Record<string, string>>;
  /** How often it was tried. */
  readonly tries: number;
}

interface AddressedClient {
  readonly client: string;
  /** Where the message goes. */
  readonly address: unknown;
  /** The client registered itself, so its address is chosen by a stranger. */
  readonly isFromRegistration: boolean;
}

/** What a message to a client is about. */
export const toClient = ({ client, address, isFromRegistration }: AddressedClient): Delivery['about'] => ({
  client,
  ...(typeof address === 'string' && URL.canParse(address) && { host: new URL(address).host }),
  ...(isFromRegistration && { from: 'registration' }),
});

/**
 * The receivers that have a share each: a host may have many clients, and a client many hosts. Clients that registered
 * themselves share a part as well, however many there are, and take nothing of the share that a host has for others.
 */
export const receiversOf = (
  { about: { client, host, from } }: Delivery,
  { maxPerReceiver, maxForRegistered = maxPerReceiver }: Queue,
): readonly ReceiverShare[] => {
  if (maxPerReceiver === undefined) return [];
  const isRegistered = from === 'registration';
  const hosts = isRegistered ? 'host of registered clients' : 'host';
  return [
    ...(isRegistered && maxForRegistered !== undefined
      ? [{ name: 'registered clients', most: maxForRegistered }]
      : []),
    ...(client === undefined ? [] : [{ name: `client ${client}`, most: maxPerReceiver }]),
    ...(host === undefined ? [] : [{ name: `${hosts} ${host}`, most: maxPerReceiver }]),
  ];
};

/** Messages of a process that ended are found at the latest after this time. */
export const sweepMs = 30_000;

/** The messages of one queue never wait for those of another, however slow their receivers are. */
export interface Queue {
  /** The name of the queue in the index. */
  readonly name: string;
  /** The pauses after each failed attempt. They are longer than an attempt takes, so that no two overlap. */
  readonly retryPauses: readonly number[];
  readonly lifetimeMs: number;
  /** How many messages of one process are being sent at a time. */
  readonly maxUnderWay: number;
  /** How many of them go to one client, and to one host. */
  readonly maxPerReceiver?: number;
  /** How many of them go to clients that registered themselves. */
  readonly maxForRegistered?: number;
  /** After this time the next messages begin, even if receivers of earlier ones have not answered. */
  readonly patienceMs?: number;
}

/** Requests to clients. */
export const requestQueue: Queue = {
  name: 'due',
  retryPauses: [3_000, 30_000, 300_000],
  lifetimeMs: 3_600_000,
  // Anyone who may register a client chooses how slow it is, and must not hold what is sent to others.
  maxUnderWay: 200,
  maxPerReceiver: 20,
  maxForRegistered: 100,
  patienceMs: 200,
};

/** Mail servers ask to try again later, as with greylisting, which takes up to an hour (RFC 6647 §2.3). */
export const mailQueue: Queue = {
  name: 'mail',
  retryPauses: [30_000, 120_000, 600_000, 1_800_000],
  lifetimeMs: 7_200_000,
  // All go to one mail server.
  maxUnderWay: 20,
};

const format = record<Delivery>('delivery');

export const outboxIndex = 'outbox';
/** A message to the servers that has the name of a queue makes them look into it at once. */
export const outboxTopic = 'outbox';

/** A server that misses this finds the messages with its next sweep, within half a minute. */
export const requestSweep = (store: Store, { name }: Queue): Promise<void> =>
  store.publish(outboxTopic, name).catch(() => {});

const indexEntries = ({ name }: Queue, at: number): readonly IndexEntry[] => [
  { index: outboxIndex, of: name, at },
];

const bodyOf = (delivery: Delivery): string => format.encode(delivery);

export const insertDelivery = (delivery: Delivery, now: number, queue = requestQueue): Insert => ({
  op: 'insert',
  key: { kind: kinds.delivery, family: randomBytes(12).toString('base64url'), id: '' },
  body: bodyOf(delivery),
  expiresAt: now + queue.lifetimeMs,
  index: indexEntries(queue, now),
});

interface Postponed {
  readonly delivery: Delivery;
  readonly queue: Queue;
  readonly at: number;
}

/** Replaces the record that was read, so only one process sends the message. For the others it isn't due any more. */
export const postpone = (key: Key, before: Document, { delivery, queue, at }: Postponed): Replace => ({
  op: 'replace',
  key,
  body: bodyOf(delivery),
  expected: before.body,
  index: indexEntries(queue, at),
  ...(before.expiresAt !== undefined && { expiresAt: before.expiresAt }),
});

/** Makes the message due later, and leaves it as it is otherwise. */
export const moveBack = (key: Key, queue: Queue, at: number): Merge => ({
  op: 'merge',
  key,
  index: indexEntries(queue, at),
  ifAbsent: 'skip',
});

export const readDelivery = ({ body }: Document): Delivery | undefined => format.tryDecode(body);
