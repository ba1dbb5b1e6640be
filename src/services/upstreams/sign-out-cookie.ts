import type { IncomingHttpHeaders } from 'node:http';
import type { Config } from '#config';
import type { SecretCipher } from '../keys/index.ts';
import { createEncryptedCookie } from './encrypted-cookie.ts';
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
  const cookie = createEncryptedCookie<SignOut>({
    cipher,
    clock,
    context,
    maxAgeSeconds,
    secure,
    pathOf: upstreamPath,
  });
  return {
    begin: (signOut) => cookie.write(name, signOut),
    find: (upstream, headers) => cookie.read(name, upstream, headers),
    end: (upstream) => cookie.remove(name, upstream),
  };
};
