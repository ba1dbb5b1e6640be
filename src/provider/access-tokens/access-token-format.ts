import type { KoaContextWithOIDC, Provider } from 'oidc-provider';
import { getRequestContext } from '../request-context.ts';

/** Members of access tokens that the types of the engine leave out. */
export interface UnformattedToken {
  resourceServer?: unknown;
  readonly claims?: { readonly userinfo?: object };
}

/**
 * A token without a resource is for `/userinfo`. The engine makes it opaque; here it is a JWT whose audience is the
 * issuer. A token that carries a request for single claims stays opaque, because a JWT has no place for those, except
 * at the JSON token endpoint, which answers with JWTs only.
 */
export const chooseFormat = (
  provider: Provider,
  ctx: KoaContextWithOIDC | undefined,
  token: UnformattedToken,
): void => {
  const mustBeJwt = ctx !== undefined && getRequestContext(ctx.req).endpoint === 'json';
  const hasRequest = Object.keys(token.claims?.userinfo ?? {}).length > 0;
  if (hasRequest && !mustBeJwt) return;
  token.resourceServer = new provider.ResourceServer(provider.issuer, {
    scope: '',
    accessTokenFormat: 'jwt',
    jwt: { sign: { alg: 'ES256' } },
  });
};
