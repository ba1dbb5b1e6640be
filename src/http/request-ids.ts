import { randomFillSync } from 'node:crypto';

const bytesPerId = 9;

/**
 * Twelve random characters for each request; randomness is fetched for many of them at once. None begins with a dash:
 * `audit list --correlation` would take `-s` for an option.
 */
export const createRequestIds = (): (() => string) => {
  const pool = Buffer.alloc(bytesPerId * 256);
  let offset = pool.length;
  return () => {
    if (offset === pool.length) {
      randomFillSync(pool);
      offset = 0;
    }
    offset += bytesPerId;
    return pool.toString('base64url', offset - bytesPerId, offset).replace(/^-/, '_');
  };
};
