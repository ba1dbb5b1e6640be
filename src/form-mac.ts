import { createHmac, timingSafeEqual } from 'node:crypto';

/**
 * The purpose, then what the MAC covers: `['form', step, interaction]`. The purpose keeps a MAC from serving another
 * use.
 */
type Subject = readonly [purpose: string, ...of: string[]];

/**
 * Proves that this server made a form field or a cookie for one subject. New MACs use the newest cookie key; older keys
 * still verify.
 */
export const macOf = (subject: Subject, keys: readonly string[]): string =>
  computeMac(subject, keys[0] ?? '');

export const verifyMac = (given: string | undefined, subject: Subject, keys: readonly string[]): boolean =>
  given !== undefined &&
  keys.some((key) => {
    const expected = Buffer.from(computeMac(subject, key));
    const actual = Buffer.from(given);
    return actual.length === expected.length && timingSafeEqual(actual, expected);
  });

const computeMac = (subject: Subject, key: string): string =>
  createHmac('sha256', key).update(JSON.stringify(subject)).digest('base64url');
