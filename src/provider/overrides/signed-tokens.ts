import type { JSONWebKeySet, JWTPayload } from 'jose';
import { Provider } from 'oidc-provider';
import { currentUnitOfWork } from '../../store/current-unit-of-work.ts';
import type { Key, Store } from '../../store/port.ts';
import { kinds } from '../../store/record-kinds.ts';
import { UnitOfWork } from '../../store/unit-of-work.ts';
import { createAccessTokenVerifier } from '../access-token-verifier.ts';
import { grantFieldsOf } from '../storage/grant-fields.ts';
import { digestOf, familyOf, grantKey, modelKey } from '../storage/ids.ts';
import { unwrapToken } from './jwt-introspection.ts';

interface Claims extends JWTPayload {
  readonly client_id?: string;
  readonly scope?: string;
  readonly cnf?: { readonly jkt?: string; readonly 'x5t#S256'?: string };
}

/** A token that verified, with what the store knows of it. */
interface LiveToken {
  readonly claims: Claims;
  readonly jti: string;
  /** Absent for a client's own token. */
  readonly grant?: { readonly id: string; readonly accountId: string | undefined };
}

interface Dependencies {
  readonly publicKeys: JSONWebKeySet;
  readonly store: Store;
}

const jwtPattern = /^[\w-]+\.[\w-]+\.[\w-]+$/;

/** Left behind when one signed token is revoked by itself. */
const revocationKey = (jti: string): Key => ({
  kind: kinds.revokedToken,
  family: familyOf(jti),
  id: digestOf(jti),
});

/** A little longer than the token could still be good for by a slower clock. */
const slackSeconds = 5;

/**
 * A signed token lives until it expires, its own mark says otherwise, or its grant is gone; mark and grant are of one
 * family and read in one trip. One that a client got for itself has no grant: it names the client as its subject.
 */
export const findSignedTokens = (provider: Provider, { publicKeys, store }: Dependencies): void => {
  const verifyAccessToken = createAccessTokenVerifier(publicKeys, provider.issuer);
  const findLiveToken = oncePerRequest(async (value: string): Promise<LiveToken | undefined> => {
    // Signed by us: it says what we made it say.
    const claims = verifyAccessToken(value) as Claims | undefined;
    const { jti, client_id: client, sub } = claims ?? {};
    if (!claims || !jti || !client || !modelKey('AccessToken', jti)) return undefined;
    const work = currentUnitOfWork() ?? new UnitOfWork(store);
    const isClientToken = sub === client;
    const revoked = await work.read(revocationKey(jti), isClientToken ? [] : [grantKey(jti)]);
    if (revoked) return undefined;
    if (isClientToken) return { claims, jti };
    const document = await work.read(grantKey(jti));
    if (!document) return undefined;
    const { grantId: id, accountId } = grantFieldsOf(document, jti);
    return { claims, jti, grant: { id, accountId } };
  });

  const { AccessToken, ClientCredentials } = provider;
  const findOpaque = AccessToken.find.bind(AccessToken);
  AccessToken.find = (async (given: string, options?: object) => {
    const value = unwrapToken(given);
    if (!jwtPattern.test(value)) return findOpaque(given, options);
    const found = await findLiveToken(value);
    if (!found?.grant) return undefined;
    const { id: grantId, accountId = found.claims.sub } = found.grant;
    return makeRevocable(new AccessToken(payloadOf(found, provider, { grantId, accountId })), found);
  }) as typeof AccessToken.find;

  const findOpaqueOfClient = ClientCredentials.find.bind(ClientCredentials);
  ClientCredentials.find = (async (given: string, options?: object) => {
    const value = unwrapToken(given);
    if (!jwtPattern.test(value)) return findOpaqueOfClient(given, options);
    const found = await findLiveToken(value);
    if (!found || found.grant) return undefined;
    return makeRevocable(new ClientCredentials(payloadOf(found, provider, {})), found);
  }) as typeof ClientCredentials.find;
};

type AccessTokenModel = Provider['AccessToken'];

const payloadOf = ({ claims, jti }: LiveToken, provider: Provider, more: object) => {
  const {
    jti: _,
    sub,
    client_id,
    scope,
    aud,
    iat,
    exp,
    cnf,
    iss: __,
    authorization_details,
    ...extra
  } = claims;
  const forUserinfo = aud === provider.issuer && Provider.ctx?.oidc.route === 'userinfo';
  return {
    jti,
    clientId: client_id,
    scope,
    iat,
    exp,
    ...(!forUserinfo && { aud }),
    ...(cnf?.jkt && { jkt: cnf.jkt }),
    ...(cnf?.['x5t#S256'] && { 'x5t#S256': cnf['x5t#S256'] }),
    extra: sub === client_id ? { ...extra, sub } : extra,
    ...(authorization_details !== undefined && { rar: authorization_details }),
    ...more,
    // The constructor takes every property that the model keeps; its type wants those of a new token.
  } as unknown as ConstructorParameters<AccessTokenModel>[0] & { client: never };
};

/** There is no document to remove: its mark says that it is revoked, for as long as it could still be used. */
const makeRevocable = <T extends { destroy(): Promise<void> }>(token: T, { claims, jti }: LiveToken): T => {
  token.destroy = async () => {
    const expiresAt = ((claims.exp ?? 0) + slackSeconds) * 1000;
    currentUnitOfWork()?.stage(
      { op: 'put', key: revocationKey(jti), body: '', expiresAt },
      { commitOnRefusal: true },
    );
  };
  return token;
};

/** The engine looks for a token as one of a person and as one of a client: its signature is checked once for both. */
const oncePerRequest = <T>(find: (value: string) => Promise<T>) => {
  const results = new WeakMap<object, { readonly value: string; readonly found: Promise<T> }>();
  return (value: string): Promise<T> => {
    const { ctx } = Provider;
    const before = ctx && results.get(ctx);
    if (before?.value === value) return before.found;
    const found = find(value);
    if (ctx) results.set(ctx, { value, found });
    return found;
  };
};
