import type { JSONWebKeySet, JWTPayload } from 'jose';
import type { KoaContextWithOIDC } from 'oidc-provider';
import type { Key, Store } from '../../store/port.ts';
import { kinds } from '../../store/record-kinds.ts';
import { UnitOfWork } from '../../store/unit-of-work.ts';
import { getUnitOfWork } from '../request-context.ts';
import { upstreamAuthTime } from '../sessions/upstream-auth-time.ts';
import { grantFieldsOf } from '../storage/grant-fields.ts';
import { digestOf, familyOf, grantKey, modelKey } from '../storage/ids.ts';
import { createAccessTokenVerifier } from './access-token-verifier.ts';

interface Claims extends JWTPayload {
  readonly client_id?: string;
  readonly scope?: string;
  readonly gty?: string;
  readonly auth_time?: number;
  readonly [upstreamAuthTime]?: number;
  readonly amr?: readonly string[];
  /** The claims that were requested one by one for `/userinfo`. */
  readonly claims?: object;
  readonly cnf?: { readonly jkt?: string; readonly 'x5t#S256'?: string };
}

/** A JWT that is signed by this server, has not expired and is not revoked. */
export interface LiveToken {
  readonly claims: Claims;
  readonly jti: string;
  /** Absent when a client got the token for itself. */
  readonly grant?: { readonly id: string; readonly accountId: string | undefined };
  /** Marks this one token as revoked. There is no record to remove. */
  readonly revoke: () => void;
}

interface Dependencies {
  readonly publicKeys: JSONWebKeySet;
  readonly issuer: string;
  /** The audiences whose tokens have `typ: JWT`. */
  readonly plainAudiences: ReadonlySet<string>;
  readonly store: Store;
}

const pattern = /^[\w-]+\.[\w-]+\.[\w-]+$/;

export const isJwt = (token: string): boolean => pattern.test(token);

const revocationKey = (jti: string): Key => ({
  kind: kinds.revokedToken,
  family: familyOf(jti),
  id: digestOf(jti),
});

/**
 * In each token that a client gets for itself. Its subject, the client, doesn't tell such a token from one of a person:
 * a person's `sub` could be the id of a client (RFC 9068 §5).
 */
export const ownTokenClaims = { gty: 'client_credentials' } as const;

/** Tokens of the version before don't have the claim. Those of people have the time of the sign-in. */
const isOwnToken = ({ gty, sub, client_id: client, auth_time }: Claims): boolean =>
  gty === undefined ? sub === client && auth_time === undefined : gty === ownTokenClaims.gty;

const lastToken = Symbol('last token');

/** The context of a request, with the token that was looked up last. */
type Context = KoaContextWithOIDC & {
  [lastToken]?: { readonly token: string; readonly found: Promise<LiveToken | undefined> };
};

/** A server whose clock is slow accepts the token for a little longer, so the mark lives longer as well. */
const slackSeconds = 5;

/**
 * A JWT is good until it expires, unless it is marked as revoked or its grant is gone. The mark and the grant are of
 * one family and read in one round trip. A token that a client got for itself has no grant.
 */
export const createLiveTokenFinder = ({ publicKeys, issuer, plainAudiences, store }: Dependencies) => {
  const verify = createAccessTokenVerifier(publicKeys, issuer, plainAudiences);

  const find = async (work: UnitOfWork, token: string): Promise<LiveToken | undefined> => {
    // This server signed the claims, so they have the types that it gives them.
    const claims = verify(token) as Claims | undefined;
    const { jti, client_id: client, exp = 0 } = claims ?? {};
    if (!claims || !jti || !client || !modelKey('AccessToken', jti)) return undefined;
    const isOwn = isOwnToken(claims);
    const key = revocationKey(jti);
    if (await work.read(key, isOwn ? [] : [grantKey(jti)])) return undefined;
    const revoke = (): void => {
      const expiresAt = (exp + slackSeconds) * 1000;
      work.stage({ op: 'put', key, body: '', expiresAt }, { commitOnRefusal: true });
    };
    if (isOwn) return { claims, jti, revoke };
    const document = await work.read(grantKey(jti));
    if (!document) return undefined;
    const { grantId: id, accountId } = grantFieldsOf(document, jti);
    return { claims, jti, revoke, grant: { id, accountId } };
  };

  /** The engine looks for a token as one of a person and as one of a client: each request verifies it once. */
  return (ctx: Context | undefined, token: string): Promise<LiveToken | undefined> => {
    if (!ctx) return find(new UnitOfWork(store), token);
    const last = ctx[lastToken];
    if (last?.token === token) return last.found;
    const found = find(getUnitOfWork(ctx), token);
    ctx[lastToken] = { token, found };
    return found;
  };
};
