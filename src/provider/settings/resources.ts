import { type Configuration, errors, type ResourceServer } from 'oidc-provider';
import type { Config, ResourceConfig } from '#config';
import { factsOf } from '../facts.ts';
import { isWithinReach, withinReach } from './reach.ts';

const signed = (resource: ResourceConfig): ResourceServer => ({
  scope: resource.scopes.join(' '),
  audience: resource.audience,
  accessTokenFormat: 'jwt',
  ...(resource.access_token_ttl !== undefined && { accessTokenTTL: resource.access_token_ttl }),
  jwt: { sign: { alg: resource.signing_alg } },
});

const opaque = (resource: ResourceConfig): ResourceServer => {
  const { jwt: _, ...rest } = signed(resource);
  return { ...rest, accessTokenFormat: 'opaque' };
};

/** RFC 8707: the APIs that tokens are for. */
export const resources = (config: Config) => {
  const known = new Map(config.resources.map((resource) => [resource.audience, resource]));
  const weak = new Set(
    config.resources.filter(({ signing_alg }) => signing_alg === 'RS256').map(({ audience }) => audience),
  );
  const usual = config.resources.filter((resource) => resource.default);
  return {
    features: {
      resourceIndicators: {
        enabled: true,
        defaultResource: (_ctx, client, oneOf) => {
          const wanted: unknown = client['audience'] ?? client['resources'];
          const own = Array.isArray(wanted)
            ? wanted.map(String)
            : wanted === undefined
              ? usual.filter((resource) => isWithinReach(resource, client)).map(({ audience }) => audience)
              : [String(wanted)];
          const [first] = oneOf ? own.filter((audience) => oneOf.includes(audience)) : own;
          return first ?? oneOf ?? [];
        },
        getResourceServerInfo: (ctx, audience, client) => {
          const marked = client['issuer_tokens'] === true;
          // A code of theirs is all that it takes to get a token: it is for nothing but what the operator named.
          if (marked && client['audience'] !== undefined && client['audience'] !== audience) {
            throw new errors.InvalidTarget('this client gets tokens for its own audience only');
          }
          const named = known.get(audience);
          const resource = named && withinReach(named, client, new Set(ctx.oidc.requestParamScopes));
          const isJwt = marked || factsOf(ctx.req).door === 'json' || resource?.access_token_format === 'jwt';
          if (client['profile'] === 'fapi2' && weak.has(audience) && isJwt) {
            throw new errors.InvalidTarget(
              'the tokens of that resource are signed with RS256, which FAPI 2.0 excludes',
            );
          }
          if (resource) return isJwt ? signed(resource) : opaque(resource);
          if (marked && client['audience'] === audience) {
            return { scope: '', audience, accessTokenFormat: 'jwt', jwt: { sign: { alg: 'ES256' } } };
          }
          throw new errors.InvalidTarget('the resource is not one that this server issues tokens for');
        },
        // One that asks for openid and an API gets a token for the API only when it names it again (RFC 8707 §2.2).
        useGrantedResource: (ctx, model) =>
          ctx.oidc.client?.['issuer_tokens'] === true || !('scopes' in model && model.scopes.has('openid')),
      },
    },
    scopes: ['openid', 'offline_access'],
  } satisfies Configuration;
};
