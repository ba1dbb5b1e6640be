import type { Clock, Key, Put, Store } from '../../store/port.ts';
import { kinds } from '../../store/record-kinds.ts';
import type { LogoutToken } from './logout-token.ts';
import { upstreamSessionName } from './sessions.ts';

/** A sign-in by an upstream, at any of its steps. */
interface SignInByUpstream {
  readonly upstream: string;
  readonly subject: string;
  readonly sid?: string | undefined;
  /** When the person left for the upstream, in milliseconds since the epoch. */
  readonly leftAt: number;
}

/**
 * Remembers whom upstreams have signed out. A person may keep any page or redirect of a sign-in back, and there is no session
 * yet that could end.
 */
export interface UpstreamLogouts {
  note(upstream: string, token: LogoutToken): Promise<void>;
  /** Whether the upstream has signed the person out since they left for it. */
  isSignedOut(signIn: SignInByUpstream): Promise<boolean>;
}

/** The way to the upstream takes an hour at most, an arrival lives for one, and so does each page of a sign-in after it. */
const lifetimeMs = 4 * 3_600_000;

type Name = Parameters<typeof upstreamSessionName>[1];

const keyOf = (upstream: string, of: Name, value: string): Key => ({
  kind: kinds.upstreamLogoutToken,
  family: upstreamSessionName(upstream, of, value),
  id: '',
});

/** With both, a sign-in whose ID token had no `sid` ends too, because nothing tells them apart. */
const keysOfToken = (upstream: string, { subject, sid }: LogoutToken): readonly Key[] => {
  if (sid === undefined) return subject === undefined ? [] : [keyOf(upstream, 'sub', subject)];
  return [
    keyOf(upstream, 'sid', sid),
    ...(subject === undefined ? [] : [keyOf(upstream, 'sub without sid', subject)]),
  ];
};

export const createUpstreamLogouts = (store: Store, clock: Clock): UpstreamLogouts => ({
  async note(upstream, token) {
    const now = clock.now();
    const noteOf = (key: Key): Put => ({
      op: 'put',
      key,
      body: String(now),
      expiresAt: now + lifetimeMs,
    });
    await store.commit(keysOfToken(upstream, token).map(noteOf));
  },

  async isSignedOut({ upstream, subject, sid, leftAt }) {
    const documents = await store.read([
      keyOf(upstream, 'sub', subject),
      sid === undefined ? keyOf(upstream, 'sub without sid', subject) : keyOf(upstream, 'sid', sid),
    ]);
    return documents.some((document) => document !== undefined && Number(document.body) >= leftAt);
  },
});
