import type { KoaContextWithOIDC, Provider } from 'oidc-provider';
import { createLiveTokenFinder, isJwt, type LiveToken } from '../access-tokens/jwt-access-tokens.ts';
import { unwrapToken } from '../access-tokens/jwt-introspection.ts';
import { isOfFormerClient } from '../clients/client-limits.ts';
import { currentContext } from '../request-context.ts';
import { isForUserinfo } from '../scopes/api-and-userinfo.ts';
import type { Override } from './override.ts';

/** What the three kinds of tokens have in common. */
interface Token {
  readonly clientId?: string | undefined;
  readonly iat?: number | undefined;
  grantId?: string | undefined;
  aud?: unknown;
  destroy(): Promise<void>;
}

interface Model {
  find(value: string, options?: object): Promise<Token | undefined>;
}

type Payload = ConstructorParameters<Provider['AccessToken']>[0] & { client: never };

/** The properties that the model would have read from the store. */
const payloadOf = (
  { claims, jti, grant: grantOfPerson }: LiveToken,
  hidesAudience: boolean,
  grant: { readonly grantId?: string; readonly accountId?: string | undefined },
): Payload => {
  const {
    jti: _,
    iss,
    sub,
    client_id,
    scope,
    aud,
    iat,
    exp,
    cnf,
    authorization_details,
    claims: named,
    ...others
  } = claims;
  // An API may have a claim of that name in its tokens.
  const requestedClaims = isForUserinfo(aud, iss ?? '') ? named : undefined;
  const extra = named === requestedClaims ? others : { ...others, claims: named };
  return {
    jti,
    clientId: client_id,
    scope,
    iat,
    exp,
    // The engine refuses a token with an audience at userinfo.
    ...(!hidesAudience && { aud }),
    ...(cnf?.jkt && { jkt: cnf.jkt }),
    ...(cnf?.['x5t#S256'] && { 'x5t#S256': cnf['x5t#S256'] }),
    extra: grantOfPerson === undefined ? { ...extra, sub } : extra,
    ...(authorization_details !== undefined && { rar: authorization_details }),
    ...(requestedClaims !== undefined && { claims: requestedClaims }),
    ...grant,
    // The constructor takes every property that the model keeps; its type has those of a new token.
  } as unknown as Payload;
};

/**
 * RFC 7009 §2.1: to revoke an access token ends that token, and to revoke a refresh token ends the grant. The engine
 * would end the grant that the token names.
 */
const revokeAlone = (token: Token): Token => {
  const destroy = token.destroy.bind(token);
  const destroyAlone = async (): Promise<void> => {
    await destroy();
    token.grantId = undefined;
  };
  token.destroy = destroyAlone;
  return token;
};

const endBy = (token: Token, { revoke }: LiveToken): void => {
  // Written behind the assignment, it would be an old object for V8 (adapters/redis/connection.ts) and keep the token.
  const destroy = async (): Promise<void> => revoke();
  token.destroy = destroy;
};

export const tokenFind: Override = {
  name: 'token-find',
  symbols: ['AccessToken.find', 'ClientCredentials.find', 'RefreshToken.find'],
  reason:
    'The engine stores opaque tokens only and accepts no JWT at introspection, revocation and userinfo. It ' +
    'ends a whole grant with one access token, and introspects tokens of clients that were removed (RFC 7592 ' +
    '§2.3). Tokens of stopped clients, and of a former client with the same id, are found nowhere.',
  test: 'test/protocol/token-status.test.ts',
  apply(provider, { store, keys, clients, plainAudiences }) {
    const { AccessToken, ClientCredentials, RefreshToken } = provider;
    const findLiveToken = createLiveTokenFinder({
      publicKeys: { keys: [...keys.publicJwks.keys] },
      issuer: provider.issuer,
      plainAudiences,
      store,
    });

    const withoutRefusedClient = async (
      ctx: KoaContextWithOIDC | undefined,
      token: Token | undefined,
    ): Promise<Token | undefined> => {
      const { clientId } = token ?? {};
      if (!token || clientId === undefined) return ctx?.oidc.route === 'introspection' ? undefined : token;
      if (clients.isStopped(clientId)) return undefined;
      const found = clients.find(clientId);
      const client = found instanceof Promise ? await found : found;
      if (isOfFormerClient(client, token.iat)) return undefined;
      if (ctx?.oidc.route === 'introspection' && !(await provider.Client.find(clientId))) return undefined;
      return token;
    };

    const accessTokens = AccessToken as unknown as Model;
    const findOpaque = accessTokens.find.bind(AccessToken);
    const findAccessToken = async (
      ctx: KoaContextWithOIDC | undefined,
      value: string,
      options: object | undefined,
    ): Promise<Token | undefined> => {
      const jwt = unwrapToken(ctx, value);
      const isUserinfo = ctx?.oidc.route === 'userinfo';
      if (!isJwt(jwt)) {
        const token = await findOpaque(value, options);
        if (token && isUserinfo && isForUserinfo(token.aud, provider.issuer)) token.aud = undefined;
        return token;
      }
      const found = await findLiveToken(ctx, jwt);
      if (!found?.grant) return undefined;
      const { id: grantId, accountId = found.claims.sub } = found.grant;
      const hidesAudience = isUserinfo && isForUserinfo(found.claims.aud, provider.issuer);
      const token: Token = new AccessToken(payloadOf(found, hidesAudience, { grantId, accountId }));
      endBy(token, found);
      return token;
    };
    accessTokens.find = async (value, options) => {
      const ctx = currentContext();
      const token = await findAccessToken(ctx, value, options);
      if (token && ctx?.oidc.route === 'revocation') return revokeAlone(token);
      return await withoutRefusedClient(ctx, token);
    };

    const clientTokens = ClientCredentials as unknown as Model;
    const findOpaqueOfClient = clientTokens.find.bind(ClientCredentials);
    clientTokens.find = async (value, options) => {
      const ctx = currentContext();
      const jwt = unwrapToken(ctx, value);
      if (!isJwt(jwt)) return await withoutRefusedClient(ctx, await findOpaqueOfClient(value, options));
      const found = await findLiveToken(ctx, jwt);
      if (!found || found.grant) return undefined;
      const token: Token = new ClientCredentials(payloadOf(found, false, {}));
      endBy(token, found);
      return withoutRefusedClient(ctx, token);
    };

    const refreshTokens = RefreshToken as unknown as Model;
    const findRefreshToken = refreshTokens.find.bind(RefreshToken);
    refreshTokens.find = async (value, options) =>
      withoutRefusedClient(currentContext(), await findRefreshToken(value, options));
  },
};
