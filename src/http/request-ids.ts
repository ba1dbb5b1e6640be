import { randomFillSync } from 'node:crypto';

const bytesPerId = 9;

/**
 * Makes ids of twelve random characters, with one call for randomness per 256 ids. No id begins with a dash, because
 * `audit list --correlation` would read it as an option.
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
