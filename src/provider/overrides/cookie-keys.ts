import { createHmac, createSecretKey, type KeyObject, timingSafeEqual } from 'node:crypto';
import type { Override } from './override.ts';

/** The interface that Koa expects of the keys of its cookies. */
interface CookieSigner {
  sign(data: string): string;
  /** The number of the key that made the MAC, or -1. */
  index(data: string, mac: string): number;
  verify(data: string, mac: string): boolean;
}

export const createCookieSigner = (keys: readonly string[]): CookieSigner => {
  const secretKeys = keys.map((key) => createSecretKey(Buffer.from(key)));
  const [first] = secretKeys;
  if (!first) throw new Error('cookies need a key');
  const macOf = (data: string, key: KeyObject): string =>
    createHmac('sha256', key).update(data).digest('base64url');
  const index = (data: string, mac: string): number => {
    const given = Buffer.from(mac);
    return secretKeys.findIndex((key) => {
      const expected = Buffer.from(macOf(data, key));
      return given.length === expected.length && timingSafeEqual(given, expected);
    });
  };
  return {
    sign: (data) => macOf(data, first),
    index,
    verify: (data, mac) => index(data, mac) >= 0,
  };
};

export const cookieKeys: Override = {
  name: 'cookie-keys',
  symbols: ['keys'],
  reason:
    'Koa signs cookies by HMAC-SHA1 and imports each key anew. HMAC-SHA256 over imported keys takes a third of the time.',
  test: 'test/provider/cookie-signature.test.ts',
  apply(provider, { keys }) {
    provider.keys = createCookieSigner(keys.cookieKeys);
  },
};
