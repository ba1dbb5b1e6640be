import { createHash } from 'node:crypto';
import type { Key } from '#src/store/port.ts';
import { kinds } from '#src/store/record-kinds.ts';

const digest = (parts: readonly string[]): Buffer =>
  createHash('sha256').update(JSON.stringify(parts)).digest();

/**
 * One of about a million buckets. Attackers choose names and addresses, and there is no end of those; the number of
 * buckets is fixed, so the store can't be filled. Two names that share a bucket share a delay.
 */
export const bucket = (...parts: string[]): string =>
  (digest(parts).readUInt32BE(0) >>> 12).toString(36).padStart(4, '0');

/** Different values have different ids. Only a successful sign-in writes under such an id, so attackers can't fill the store. */
export const exactId = (...parts: string[]): string => digest(parts).toString('base64url').slice(0, 27);

/** In stores the family repeats the last word of the kind. */
export const throttleKey = (kind: 'loginHold' | 'knownDevice' | 'accountDelay', id: string): Key => ({
  kind: kinds[kind],
  family: `${kinds[kind].slice('throttle-'.length)}-${id}`,
  id: '',
});
