import { createHash } from 'node:crypto';

/**
 * Folds compatibility forms and case, and is idempotent. Every comparison, count or key by user name has to use it;
 * otherwise another spelling of the name counts as another person.
 */
export const foldUsername = (username: string): string =>
  username.normalize('NFKC').toLowerCase().normalize('NFKC').trim();

/** A store key of fixed length, whatever characters the name has. */
export const nameFamily = (folded: string): string =>
  createHash('sha256').update(folded).digest('base64url').slice(0, 27);
