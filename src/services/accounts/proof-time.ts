import type { Account } from './account.ts';

/**
 * Whether what a person has proven still counts before there is a session of it: a first factor, a code by mail, the
 * answer of a passkey or of an upstream. A browser may keep each of them back. `provenAt` is a moment before the person did
 * it, in milliseconds since the epoch: it doesn't count when what was signed in has ended since.
 */
export const isProofCurrent = (
  { passwordChangedAt = 0, signedOutAt = 0, pendingSignInsEndedAt = 0 }: Account,
  provenAt: number,
): boolean => Math.max(passwordChangedAt, signedOutAt, pendingSignInsEndedAt) <= provenAt;
