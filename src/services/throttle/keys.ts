import { createHash } from 'node:crypto';
import type { Key } from '#src/store/port.ts';

const digest = (parts: readonly string[]): Buffer =>
  createHash('sha256').update(JSON.stringify(parts)).digest();

/**
 * One of a million places. Names and addresses are the attacker's choice and without end; places are not, so the
 * store can't be filled. Two that share a place now and then share a delay.
 */
export const bucket = (...parts: string[]): string =>
  (digest(parts).readUInt32BE(0) >>> 12).toString(36).padStart(4, '0');

/** Exact, for what only a successful sign-in writes. */
export const exactId = (...parts: string[]): string => digest(parts).toString('base64url').slice(0, 27);

export const throttleKey = (kind: string, family: string): Key => ({
  kind: `throttle-${kind}`,
  family: `${kind}-${family}`,
  id: '',
});
