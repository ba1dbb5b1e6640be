import { createHash, createHmac } from 'node:crypto';
import type { Key } from '../../store/port.ts';
import { kinds } from '../../store/record-kinds.ts';

export type Bucket = (...parts: string[]) => string;

/**
 * Names one of about a million buckets. Attackers choose names and addresses, and there is no end of those; the number
 * of buckets is fixed, so the store can't be filled. Two names that share a bucket share a delay. The secret keeps
 * attackers from working out a name that shares the bucket of their victim.
 */
export const createBuckets =
  (secret: () => string): Bucket =>
  (...parts) => {
    const digest = createHmac('sha256', `throttle ${secret()}`).update(JSON.stringify(parts)).digest();
    return (digest.readUInt32BE(0) >>> 12).toString(36).padStart(4, '0');
  };

/** Different values have different ids. So only what follows a successful sign-in is kept under such an id. */
export const exactId = (...parts: string[]): string =>
  createHash('sha256').update(JSON.stringify(parts)).digest().toString('base64url').slice(0, 27);

/** In stores the family repeats the last word of the kind. */
export const throttleKey = (kind: 'loginHold' | 'knownDevice' | 'accountFailures', id: string): Key => ({
  kind: kinds[kind],
  family: `${kinds[kind].slice('throttle-'.length)}-${id}`,
  id: '',
});
