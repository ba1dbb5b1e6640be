import { type Configuration, errors, type ResourceServer } from 'oidc-provider';
import type { Config, ResourceConfig } from '#config';
import { getRequestContext } from '../request-context.ts';
import { isResourceAllowed, restrictToClient } from './client-scopes.ts';

const jwtResource = (resource: ResourceConfig): ResourceServer => ({
  scope: resource.scopes.join(' '),
  audience: resource.audience,
  accessTokenFormat: 'jwt',
  ...(resource.access_token_ttl !== undefined && { accessTokenTTL: resource.access_token_ttl }),
  jwt: { sign: { alg: resource.signing_alg } },
});

const opaqueResource = (resource: ResourceConfig): ResourceServer => {
  const { jwt: _, ...rest } = jwtResource(resource);
  return { ...rest, accessTokenFormat: 'opaque' };
};

/** The APIs that access tokens are for (RFC 8707). */
export const resources = (config: Config) => {
  const known = new Map(config.resources.map((resource) => [resource.audience, resource]));
  const rs256Audiences = new Set(
    config.resources.filter(({ signing_alg }) => signing_alg === 'RS256').map(({ audience }) => audience),
  );
  const defaults = config.resources.filter((resource) => resource.default);
  return {
    features: {
      resourceIndicators: {
        enabled: true,
        defaultResource: (_ctx, client, oneOf) => {
          const wanted: unknown = client['audience'] ?? client['resources'];
          const own = Array.isArray(wanted)
            ? wanted.map(String)
            : wanted === undefined
              ? defaults
                  .filter((resource) => isResourceAllowed(resource, client))
                  .map(({ audience }) => audience)
              : [String(wanted)];
          const [first] = oneOf ? own.filter((audience) => oneOf.includes(audience)) : own;
          return first ?? oneOf ?? [];
        },
        getResourceServerInfo: (ctx, audience, client) => {
          const isIssuerTokensClient = client['issuer_tokens'] === true;
          // A code of such a client is enough to get a token, so the token is only for the audience that the operator set.
          if (isIssuerTokensClient && client['audience'] !== undefined && client['audience'] !== audience) {
            throw new errors.InvalidTarget('this client gets tokens for its own audience only');
          }
          const named = known.get(audience);
          const resource = named && restrictToClient(named, client, new Set(ctx.oidc.requestParamScopes));
          const isJwt =
            isIssuerTokensClient ||
            getRequestContext(ctx.req).endpoint === 'json' ||
            resource?.access_token_format === 'jwt';
          if (client['profile'] === 'fapi2' && rs256Audiences.has(audience) && isJwt) {
            throw new errors.InvalidTarget(
              'the tokens of that resource are signed with RS256, which FAPI 2.0 excludes',
            );
          }
          if (resource) return isJwt ? jwtResource(resource) : opaqueResource(resource);
          if (isIssuerTokensClient && client['audience'] === audience) {
            return { scope: '', audience, accessTokenFormat: 'jwt', jwt: { sign: { alg: 'ES256' } } };
          }
          throw new errors.InvalidTarget('this server issues no tokens for this resource');
        },
        // A client with openid and an API gets a token for the API when it names the API in the token request (RFC 8707 §2.2).
        useGrantedResource: (ctx, model) =>
          ctx.oidc.client?.['issuer_tokens'] === true || !('scopes' in model && model.scopes.has('openid')),
      },
    },
    scopes: ['openid', 'offline_access'],
  } satisfies Configuration;
};
