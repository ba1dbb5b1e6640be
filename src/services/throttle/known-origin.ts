import { randomBytes } from 'node:crypto';
import type { Clock, Document, Key, Store, Write } from '../../store/port.ts';
import { readRecord } from '../../store/record.ts';
import { updateDocument } from './update-document.ts';

const lifetimeMs = 30 * 24 * 60 * 60_000;
/** After so many failures without a success a device or address is a stranger until the next success. */
const maxFailures = 100;
/** After so many failures without a success an address waits for its network, where codes are guessed. */
const maxFailuresAtCodes = 10;

/** What is kept about a device or address that signed in to an account. */
interface KnownOrigin {
  /** A success makes a new one. With it a new count starts, so a person's own sign-ins never add up. */
  readonly generation: string;
  /** Failures since the last success. */
  readonly failures: number;
}

const read = (document: Document | undefined): KnownOrigin =>
  document
    ? readRecord('knownDevice', () => ({ failures: 0, ...JSON.parse(document.body) }))
    : { generation: '', failures: 0 };

/** The count of this origin's attempts, or undefined for a stranger. A device proves by its cookie that it is known. */
export const generationOf = (document: Document | undefined, isDevice: boolean): string | undefined => {
  const { generation, failures } = read(document);
  return (document || isDevice) && failures < maxFailures ? generation : undefined;
};

/** Whether a code that is tried at an address where nothing else is known doesn't wait for the network. */
export const passesNetwork = (document: Document | undefined): boolean =>
  document !== undefined && read(document).failures < maxFailuresAtCodes;

export const knownAfterSuccess = (key: Key, { now }: Clock): Write => ({
  op: 'put',
  key,
  body: JSON.stringify({ generation: randomBytes(6).toString('base64url'), failures: 0 }),
  expiresAt: now() + lifetimeMs,
});

interface FailureContext {
  readonly clock: Clock;
  /** What was read before the password was checked. */
  readonly document: Document | undefined;
  readonly isDevice: boolean;
}

/** Counts a failure of a known origin. An address without a document is a stranger, and a failure doesn't change that. */
export const recordKnownFailure = (
  store: Store,
  key: Key,
  { clock, document, isDevice }: FailureContext,
): Promise<void> =>
  updateDocument(store, key, document, (current) => {
    const { generation, failures } = read(current);
    const body = JSON.stringify({ generation, failures: failures + 1 });
    if (current) return { body };
    return isDevice ? { body, expiresAt: clock.now() + lifetimeMs } : undefined;
  });
