import type { IncomingHttpHeaders } from 'node:http';
import type { Config } from '#config';
import { cookieIn, serializeCookie } from '../../cookies.ts';
import type { SecretCipher } from '../keys/index.ts';
import { upstreamPath } from './paths.ts';

/** What a browser takes along to sign out at an upstream. */
interface SignOut {
  readonly upstream: string;
  /** Comes back from the upstream. */
  readonly state: string;
  /** The person there. */
  readonly subject: string;
  /** Where the sign-out here leads: the engine has compared it with what the client registered. */
  readonly returnTo: string;
  /** Milliseconds since the epoch. */
  readonly at: number;
}

export interface SignOutCookies {
  begin(signOut: SignOut): string;
  /** Undefined for a browser that didn't sign out here, and for one that comes too late. */
  find(upstream: string, headers: IncomingHttpHeaders): SignOut | undefined;
  end(upstream: string): string;
}

const maxAgeSeconds = 900;
const context = 'upstream sign-out';

export const createSignOutCookies = ({
  config: { issuer },
  cipher,
  clock,
}: {
  readonly config: Pick<Config, 'issuer'>;
  readonly cipher: SecretCipher;
  readonly clock: { now(): number };
}): SignOutCookies => {
  const secure = issuer.startsWith('https:');
  const name = secure ? '__Secure-postern_upstream_out' : 'postern_upstream_out';
  return {
    begin: (signOut) =>
      serializeCookie(name, cipher.encrypt(JSON.stringify(signOut), context), {
        maxAge: maxAgeSeconds,
        secure,
        path: upstreamPath(signOut.upstream),
      }),
    find(upstream, headers) {
      const text = cookieIn(headers, name);
      if (text === undefined) return undefined;
      try {
        const signOut: SignOut = JSON.parse(cipher.decrypt(text, context));
        const isCurrent = signOut.at > clock.now() - maxAgeSeconds * 1000;
        return signOut.upstream === upstream && isCurrent ? signOut : undefined;
      } catch {
        return undefined;
      }
    },
    end: (upstream) => serializeCookie(name, '', { maxAge: 0, secure, path: upstreamPath(upstream) }),
  };
};
