import { randomBytes } from 'node:crypto';
import type { Document, IndexEntry, Insert, Key, Replace } from '../../store/port.ts';
import { record } from '../../store/record.ts';
import { kinds } from '../../store/record-kinds.ts';

/** One message. `about` identifies what it is about, and holds no secret in clear. */
export interface Delivery {
  readonly kind: string;
  readonly about: Readonly<Record<string, string>>;
  /** How often it was tried. */
  readonly tries: number;
}

const format = record<Delivery>('delivery');
const lifetimeMs = 3_600_000;

export const outboxIndex = { index: 'outbox', of: 'due' } as const;

const indexEntries = (at: number): readonly IndexEntry[] => [{ ...outboxIndex, at }];

const bodyOf = (delivery: Delivery): string => format.encode(delivery);

export const insertDelivery = (delivery: Delivery, now: number): Insert => ({
  op: 'insert',
  key: { kind: kinds.delivery, family: randomBytes(12).toString('base64url'), id: '' },
  body: bodyOf(delivery),
  expiresAt: now + lifetimeMs,
  index: indexEntries(now),
});

/** Replaces the record that was read, so only one process sends the message. For the others it isn't due any more. */
export const postpone = (key: Key, before: Document, next: Delivery, at: number): Replace => ({
  op: 'replace',
  key,
  body: bodyOf(next),
  expected: before.body,
  index: indexEntries(at),
  ...(before.expiresAt !== undefined && { expiresAt: before.expiresAt }),
});

export const readDelivery = ({ body }: Document): Delivery | undefined => format.tryDecode(body);
