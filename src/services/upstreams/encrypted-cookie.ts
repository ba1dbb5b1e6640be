import type { IncomingHttpHeaders } from 'node:http';
import type { Config } from '#config';
import { cookieIn, serializeCookie } from '../../cookies.ts';
import type { SecretCipher } from '../keys/index.ts';

interface Content {
  readonly upstream: string;
  /** Milliseconds since the epoch. */
  readonly at: number;
}

export interface CookieDependencies {
  readonly config: Pick<Config, 'issuer'>;
  readonly cipher: SecretCipher;
  readonly clock: { now(): number };
}

interface CookieOptions {
  /** The name on a site without TLS. With TLS it gets the prefix that only such a site can set. */
  readonly name: string;
  /** Keeps the content of one kind of cookie from being taken for that of another. */
  readonly context: string;
  readonly maxAgeSeconds: number;
  readonly pathOf: (upstream: string) => string;
}

/**
 * Cookies that a browser takes along to an upstream and brings back: it can neither read nor change them. The name of one
 * may have a suffix.
 */
export const createEncryptedCookie = <T extends Content>(
  { config: { issuer }, cipher, clock }: CookieDependencies,
  { name: plainName, context, maxAgeSeconds, pathOf }: CookieOptions,
) => {
  const secure = issuer.startsWith('https:');
  const name = secure ? `__Secure-${plainName}` : plainName;
  return {
    write: (content: T, suffix = ''): string =>
      serializeCookie(`${name}${suffix}`, cipher.encrypt(JSON.stringify(content), context), {
        maxAge: maxAgeSeconds,
        secure,
        path: pathOf(content.upstream),
      }),
    /** Undefined without a cookie, for one of another upstream, and for one that comes too late. */
    read(upstream: string, headers: IncomingHttpHeaders, suffix = ''): T | undefined {
      const text = cookieIn(headers, `${name}${suffix}`);
      if (text === undefined) return undefined;
      try {
        const content: T = JSON.parse(cipher.decrypt(text, context));
        const isCurrent = content.at > clock.now() - maxAgeSeconds * 1000;
        return content.upstream === upstream && isCurrent ? content : undefined;
      } catch {
        return undefined;
      }
    },
    remove: (upstream: string, suffix = ''): string =>
      serializeCookie(`${name}${suffix}`, '', { maxAge: 0, secure, path: pathOf(upstream) }),
  };
};
