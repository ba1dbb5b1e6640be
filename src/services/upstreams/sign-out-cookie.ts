import type { IncomingHttpHeaders } from 'node:http';
import { type CookieDependencies, createEncryptedCookie } from './encrypted-cookie.ts';
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

export const createSignOutCookies = (dependencies: CookieDependencies): SignOutCookies => {
  const cookie = createEncryptedCookie<SignOut>(dependencies, {
    name: 'postern_upstream_out',
    context: 'upstream sign-out',
    maxAgeSeconds,
    pathOf: upstreamPath,
  });
  return {
    begin: (signOut) => cookie.write(signOut),
    find: (upstream, headers) => cookie.read(upstream, headers),
    end: (upstream) => cookie.remove(upstream),
  };
};
