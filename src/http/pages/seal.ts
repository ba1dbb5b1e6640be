import { createHmac, timingSafeEqual } from 'node:crypto';

/**
 * Ties a form to what it was made for (an interaction, a session), against forms that others post. The seal is made
 * with the newest cookie key; older ones still verify.
 */
export const sealOf = (subject: string, keys: readonly string[]): string => seal(subject, keys[0] ?? '');

export const sealsMatch = (given: string | undefined, subject: string, keys: readonly string[]): boolean =>
  given !== undefined &&
  keys.some((key) => {
    const expected = Buffer.from(seal(subject, key));
    const actual = Buffer.from(given);
    return actual.length === expected.length && timingSafeEqual(actual, expected);
  });

const seal = (subject: string, key: string): string =>
  createHmac('sha256', key).update(`form\n${subject}`).digest('base64url');
