import { hash } from 'node:crypto';
import { familyOf } from '../../provider/storage/ids.ts';
import type { Document, IndexEntry, Key, Put, Remove } from '../../store/port.ts';
import { record } from '../../store/record.ts';
import { kinds } from '../../store/record-kinds.ts';

/** How a session began, when it began at an upstream. It holds no token. */
export interface UpstreamSession {
  readonly upstream: string;
  readonly subject: string;
  /** The session at the upstream. */
  readonly sid?: string;
}

const format = record<UpstreamSession>('upstreamSession');
export const upstreamSessionIndex = 'upstream-sessions';

/** It is in the family of the session, whose id here is `uid`. */
export const upstreamSessionKey = (uid: string): Key => ({
  kind: kinds.upstreamSession,
  family: familyOf(uid),
  id: '',
});

/** Under which a session is listed: a person or a session of an upstream. */
export const upstreamSessionName = (
  ...parts: readonly [upstream: string, of: 'sub' | 'sid' | 'sub without sid', value: string]
) => hash('sha256', JSON.stringify(parts), 'base64url');

const entries = ({ upstream, subject, sid }: UpstreamSession, at: number): readonly IndexEntry[] => [
  { index: upstreamSessionIndex, of: upstreamSessionName(upstream, 'sub', subject), at },
  ...(sid === undefined
    ? []
    : [{ index: upstreamSessionIndex, of: upstreamSessionName(upstream, 'sid', sid), at }]),
];

export const putUpstreamSession = (
  uid: string,
  session: UpstreamSession,
  { now, expiresAt }: { readonly now: number; readonly expiresAt: number },
): Put => ({
  op: 'put',
  key: upstreamSessionKey(uid),
  body: format.encode(session),
  expiresAt,
  index: entries(session, now),
});

export const removeUpstreamSession = (uid: string): Remove => ({
  op: 'remove',
  key: upstreamSessionKey(uid),
});

export const readUpstreamSession = (document: Document | undefined): UpstreamSession | undefined =>
  document && format.decode(document.body);
