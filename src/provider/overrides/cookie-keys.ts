import { createHmac, createSecretKey, type KeyObject, timingSafeEqual } from 'node:crypto';
import type { Override } from './override.ts';

/** The interface that Koa expects of the keys of its cookies. */
interface CookieSigner {
  sign(data: string): string;
  /** The number of the key that made the MAC, or -1. */
  index(data: string, mac: string): number;
  verify(data: string, mac: string): boolean;
}

/**
 * How many verified cookies are remembered. The request that sent one sets it again within milliseconds, and its browser
 * often sends the next one within seconds.
 */
const maxVerified = 1000;

const isSame = (one: string, other: string): boolean => {
  const [a, b] = [Buffer.from(one), Buffer.from(other)];
  return a.length === b.length && timingSafeEqual(a, b);
};

export const createCookieSigner = (keys: readonly string[]): CookieSigner => {
  const secretKeys = keys.map((key) => createSecretKey(Buffer.from(key)));
  const [first] = secretKeys;
  if (!first) throw new Error('cookies need a key');
  const macOf = (data: string, key: KeyObject): string =>
    createHmac('sha256', key).update(data).digest('base64url');
  /** MACs by the first key, so that a cookie that is sent or set again isn't signed again. The oldest are first. */
  const verified = new Map<string, string>();
  const remember = (data: string, mac: string): void => {
    verified.set(data, mac);
    if (verified.size <= maxVerified) return;
    for (const [oldest] of verified) {
      verified.delete(oldest);
      break;
    }
  };
  const index = (data: string, mac: string): number => {
    const known = verified.get(data);
    if (known !== undefined && isSame(known, mac)) return 0;
    const found = secretKeys.findIndex((key) => isSame(macOf(data, key), mac));
    if (found === 0) remember(data, mac);
    return found;
  };
  return {
    sign: (data) => verified.get(data) ?? macOf(data, first),
    index,
    verify: (data, mac) => index(data, mac) >= 0,
  };
};

export const cookieKeys: Override = {
  name: 'cookie-keys',
  symbols: ['keys'],
  reason:
    'Koa signs cookies by HMAC-SHA1 and imports each key anew. HMAC-SHA256 over imported keys takes a third ' +
    'of the time.',
  test: 'test/provider/cookie-signature.test.ts',
  apply(provider, { keys }) {
    provider.keys = createCookieSigner(keys.cookieKeys);
  },
};
