import { randomBytes } from 'node:crypto';
import type { Clock, Document, Key, Store } from '../../store/port.ts';
import { readRecord } from '../../store/record.ts';
import { updateDocument } from './update-document.ts';

const lifetimeMs = 24 * 60 * 60_000;
/** After so many failures in a day, all known devices of the account are strangers for the rest of it. */
const maxFailures = 300;
/** So many attempts may have failed, or be under way, in 15 minutes. */
const maxAttempts = 50;
/** A success after more attempts begins a new count, so sign-ins of one account by many people never add up. */
const attemptsToKeep = 10;

/**
 * What the known devices of one account have together. A person who can sign in can make as many devices known as they like,
 * so a limit for each device alone would be none.
 */
interface DevicesTogether {
  /** The count of attempts. */
  readonly generation: string;
  readonly failures: number;
}

const read = (document: Document | undefined): DevicesTogether =>
  document
    ? readRecord('knownDevice', () => ({ generation: '', failures: 0, ...JSON.parse(document.body) }))
    : { generation: '', failures: 0 };

export const generationOfDevices = (document: Document | undefined): string => read(document).generation;

export const failedTooOften = (document: Document | undefined): boolean =>
  read(document).failures >= maxFailures;

export const areTooMany = (attempts: number): boolean => attempts > maxAttempts;

interface Context {
  readonly clock: Clock;
  /** What was read before the password was checked. */
  readonly document: Document | undefined;
}

const update = (
  store: Store,
  key: Key,
  { clock, document }: Context,
  change: (former: DevicesTogether) => DevicesTogether,
): Promise<void> =>
  updateDocument(store, key, document, (current) => {
    const body = JSON.stringify(change(read(current)));
    return current ? { body } : { body, expiresAt: clock.now() + lifetimeMs };
  });

export const recordFailureOfDevices = (store: Store, key: Key, context: Context): Promise<void> =>
  update(store, key, context, (former) => ({ ...former, failures: former.failures + 1 }));

/** After a success, which was one of so many attempts. The failures of the day stay. */
export const forgetAttemptsOfDevices = async (
  store: Store,
  key: Key,
  { attempts, ...context }: Context & { readonly attempts: number },
): Promise<void> => {
  if (attempts <= attemptsToKeep) return;
  const generation = randomBytes(6).toString('base64url');
  await update(store, key, context, (former) => ({ ...former, generation }));
};
