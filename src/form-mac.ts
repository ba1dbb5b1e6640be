import { createHmac, timingSafeEqual } from 'node:crypto';

/** What a seal is for, then what it was made for: `['form', step, interaction]`. Two purposes never share a seal. */
type Subject = readonly [purpose: string, ...of: string[]];

/**
 * Ties what travels through a browser to what it was made for, against what others make up. The seal is made with
 * the newest cookie key; older ones still verify.
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
