import type { AdapterPayload } from 'oidc-provider';
import { scopesInGrant } from '../../provider/scopes/granted-audiences.ts';
import { decodePayload } from '../../provider/storage/payload.ts';
import { decodeSession } from '../../provider/storage/session.ts';
import {
  type LastUse,
  lastUseOf,
  type SignInOrigin,
  signInOriginOf,
} from '../../provider/storage/session-use.ts';
import type { Listed } from '../../store/port.ts';
import { kinds } from '../../store/record-kinds.ts';
import { recordIdOf } from './record-id.ts';

/** Times are milliseconds since the epoch. */
export interface SessionSummary {
  readonly id: string;
  readonly account: string;
  readonly signedInAt: number;
  readonly expiresAt?: number;
  /** How the person signed in (RFC 8176). */
  readonly methods: readonly string[];
  readonly acr?: string;
  /** The clients that the session was used for. */
  readonly clients: readonly string[];
  /** Where the sign-in came from, as the request said. */
  readonly origin: SignInOrigin;
  /** At most five minutes behind. Absent for a session that an earlier release has made. */
  readonly lastUse?: LastUse;
}

export interface GrantSummary {
  readonly id: string;
  readonly account: string;
  readonly client: string;
  readonly grantedAt: number;
  readonly expiresAt?: number;
  /** Scopes of OpenID Connect and of clients without an API. */
  readonly scopes: readonly string[];
  /** Scopes by the audience of their API. */
  readonly resources: Readonly<Record<string, readonly string[]>>;
}

/** A session and the payload that it was read from. */
export interface ReadSession {
  readonly summary: SessionSummary;
  readonly payload: AdapterPayload;
}

const lifetime = (expiresAt: number | undefined) => (expiresAt === undefined ? {} : { expiresAt });

/** Undefined for a session without an account. */
export const readSession = (
  { key, document }: Pick<Listed, 'key' | 'document'>,
  now: number,
): ReadSession | undefined => {
  const payload = key.kind === kinds.session ? decodeSession(document, key.family, 'uid', now) : undefined;
  const { accountId, amr } = payload ?? {};
  if (!payload || accountId === undefined) return undefined;
  const lastUse = lastUseOf(document);
  return {
    payload,
    summary: {
      id: recordIdOf(key),
      account: accountId,
      signedInAt: Number(payload['loginTs'] ?? payload.iat) * 1000,
      ...lifetime(document.expiresAt),
      methods: Array.isArray(amr) ? amr.map(String) : [],
      ...(payload.acr !== undefined && { acr: String(payload.acr) }),
      clients: Object.keys(payload.authorizations ?? {}),
      origin: signInOriginOf(document),
      ...(lastUse && { lastUse }),
    },
  };
};

export const readGrant = ({ key, document }: Pick<Listed, 'key' | 'document'>): GrantSummary | undefined => {
  if (key.kind !== kinds.grant) return undefined;
  const { accountId, clientId, openid, resources, iat } = decodePayload(document.body, key.kind);
  if (accountId === undefined || clientId === undefined) return undefined;
  return {
    id: recordIdOf(key),
    account: accountId,
    client: clientId,
    grantedAt: Number(iat ?? 0) * 1000,
    ...lifetime(document.expiresAt),
    scopes: scopesInGrant(Object(openid).scope),
    resources: Object.fromEntries(
      Object.entries(Object(resources)).map(([audience, scope]) => [audience, scopesInGrant(scope)]),
    ),
  };
};
