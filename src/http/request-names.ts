import { randomFillSync } from 'node:crypto';

const bytes = 9;

/**
 * Twelve random characters for each request; randomness is fetched for many of them at once. None begins with a dash:
 * `audit list --correlation` would take `-s` for an option.
 */
export const createNames = (): (() => string) => {
  const pool = Buffer.alloc(bytes * 256);
  let at = pool.length;
  return () => {
    if (at === pool.length) {
      randomFillSync(pool);
      at = 0;
    }
    at += bytes;
    return pool.toString('base64url', at - bytes, at).replace(/^-/, '_');
  };
};
