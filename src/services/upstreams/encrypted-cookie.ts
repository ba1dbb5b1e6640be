import type { IncomingHttpHeaders } from 'node:http';
import { cookieIn, serializeCookie } from '../../cookies.ts';
import type { SecretCipher } from '../keys/index.ts';

interface Content {
  readonly upstream: string;
  /** Milliseconds since the epoch. */
  readonly at: number;
}

interface EncryptedCookieOptions {
  readonly cipher: SecretCipher;
  readonly clock: { now(): number };
  /** Keeps the content of one kind of cookie from being taken for that of another. */
  readonly context: string;
  readonly maxAgeSeconds: number;
  readonly secure: boolean;
  readonly pathOf: (upstream: string) => string;
}

/** Cookies that a browser takes along to an upstream and brings back: it can neither read nor change them. */
export const createEncryptedCookie = <T extends Content>({
  cipher,
  clock,
  context,
  maxAgeSeconds,
  secure,
  pathOf,
}: EncryptedCookieOptions) => ({
  write: (name: string, content: T): string =>
    serializeCookie(name, cipher.encrypt(JSON.stringify(content), context), {
      maxAge: maxAgeSeconds,
      secure,
      path: pathOf(content.upstream),
    }),
  /** Undefined without a cookie, for one of another upstream, and for one that comes too late. */
  read(name: string, upstream: string, headers: IncomingHttpHeaders): T | undefined {
    const text = cookieIn(headers, name);
    if (text === undefined) return undefined;
    try {
      const content: T = JSON.parse(cipher.decrypt(text, context));
      const isCurrent = content.at > clock.now() - maxAgeSeconds * 1000;
      return content.upstream === upstream && isCurrent ? content : undefined;
    } catch {
      return undefined;
    }
  },
  remove: (name: string, upstream: string): string =>
    serializeCookie(name, '', { maxAge: 0, secure, path: pathOf(upstream) }),
});
