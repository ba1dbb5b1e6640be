import { type Configuration, errors, type KoaContextWithOIDC, type ResourceServer } from 'oidc-provider';
import type { Config, ResourceConfig } from '#config';
import { plainAudiences } from '../access-tokens/plain-audiences.ts';
import { getRequestContext } from '../request-context.ts';
import { isForGrantedApi, keepNamedResource, noteAssumedResource } from '../scopes/api-and-userinfo.ts';
import { emitDroppedScopes } from '../scopes/dropped-scopes.ts';
import { refuseMissingAudience } from '../scopes/granted-audiences.ts';
import { type GroupsOf, withMemberScopes } from '../scopes/member-scopes.ts';
import { createAssumedResource } from './assumed-resource.ts';
import { createClientScopes } from './client-scopes.ts';

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

interface KnownResource {
  readonly config: ResourceConfig;
  readonly scopes: ReadonlySet<string>;
  /** What the engine gets unless the client or the person may not have all scopes. It only reads it. */
  readonly jwt: ResourceServer;
  readonly opaque: ResourceServer;
}

const prepare = (config: ResourceConfig): KnownResource => ({
  config,
  scopes: new Set(config.scopes),
  jwt: jwtResource(config),
  opaque: opaqueResource(config),
});

const maxNamed = 20;
const maxScopeBytes = 8192;

/**
 * The engine asks about each API that a request names, also about the same one again, and each time all scopes are
 * compared. A stranger can send both lists, and the engine looks at the size of the request later.
 */
const assertFewNamed = (named: unknown, scope: unknown): void => {
  if (Array.isArray(named) && named.length > maxNamed)
    throw new errors.InvalidTarget(`a request may name ${maxNamed} resources`);
  if (typeof scope === 'string' && scope.length > maxScopeBytes)
    throw new errors.InvalidScope(`scope is longer than ${maxScopeBytes} bytes`, '');
};

/** The APIs that access tokens are for (RFC 8707). */
export const resources = (config: Config, groupsOf: GroupsOf) => {
  const known = new Map(config.resources.map((resource) => [resource.audience, prepare(resource)]));
  const rs256Audiences = new Set(
    config.resources.filter(({ signing_alg }) => signing_alg === 'RS256').map(({ audience }) => audience),
  );
  const plain = plainAudiences(config);
  const apiScopes = new Set(config.resources.flatMap(({ scopes }) => scopes));
  const { restrictToClient } = createClientScopes(config);
  const { assumedOf, assume } = createAssumedResource(config);
  const hasScope = (audience: string, scope: string): boolean =>
    known.get(audience)?.scopes.has(scope) ?? false;

  /** Says which scopes belong to APIs that the request is not for. */
  const reportForeignScopes = (
    ctx: KoaContextWithOIDC,
    requested: ReadonlySet<string>,
    audiences: readonly string[],
  ): void => {
    const foreign: string[] = [];
    for (const scope of requested) {
      if (apiScopes.has(scope) && !audiences.some((audience) => hasScope(audience, scope)))
        foreign.push(scope);
    }
    if (foreign.length > 0) emitDroppedScopes(ctx, foreign);
  };

  return {
    extraParams: { resource: keepNamedResource },
    formats: {
      customizers: {
        jwt: (_ctx, token, parts) => {
          if (plain.has(token.resourceServer?.identifier() ?? '')) parts.header = { typ: 'JWT' };
        },
      },
    },
    features: {
      resourceIndicators: {
        enabled: true,
        defaultResource: (ctx, client, oneOf) => {
          const own = assumedOf(client);
          if (oneOf?.length === 1) return oneOf[0] ?? [];
          if (oneOf) return own.find((audience) => oneOf.includes(audience)) ?? oneOf;
          noteAssumedResource(ctx);
          const assumed = assume(own, ctx.oidc.requestParamScopes);
          if (assumed === undefined) reportForeignScopes(ctx, ctx.oidc.requestParamScopes, []);
          return assumed ?? [];
        },
        getResourceServerInfo: async (ctx, audience, client) => {
          const named: unknown = ctx.oidc.params?.['resource'];
          assertFewNamed(named, ctx.oidc.params?.['scope']);
          // The engine makes a new set for each caller.
          const requested = ctx.oidc.requestParamScopes;
          reportForeignScopes(ctx, requested, Array.isArray(named) ? named : [String(named ?? audience)]);
          const isIssuerTokensClient = client['issuer_tokens'] === true;
          // A code of such a client is enough to get a token, so the token is only for the audience that the operator set.
          if (isIssuerTokensClient && client['audience'] !== undefined && client['audience'] !== audience) {
            throw new errors.InvalidTarget('this client gets tokens for its own audience only');
          }
          const registered = known.get(audience);
          // People aren't asked about first-party clients, except for a restricted API.
          const needsConsent = client['first_party'] !== true || registered?.config.isRestricted;
          if (needsConsent && ctx.oidc.entities.Grant?.getResourceScope(audience) === '')
            refuseMissingAudience(ctx);
          const ofClient = registered && restrictToClient(registered.config, client, requested);
          const resource = ofClient?.scopeRules?.length
            ? await withMemberScopes(ofClient, ctx, groupsOf)
            : ofClient;
          const isJwt =
            isIssuerTokensClient ||
            getRequestContext(ctx.req).endpoint === 'json' ||
            resource?.access_token_format === 'jwt';
          if (client['profile'] === 'fapi2' && rs256Audiences.has(audience) && isJwt) {
            throw new errors.InvalidTarget(
              'the tokens of that resource are signed with RS256, which FAPI 2.0 excludes',
            );
          }
          if (registered && resource === registered.config) return isJwt ? registered.jwt : registered.opaque;
          if (resource) return isJwt ? jwtResource(resource) : opaqueResource(resource);
          if (isIssuerTokensClient && client['audience'] === audience) {
            return { scope: '', audience, accessTokenFormat: 'jwt', jwt: { sign: { alg: 'ES256' } } };
          }
          throw new errors.InvalidTarget('this server issues no tokens for this resource');
        },
        // The engine asks for requests that don't name the API themselves (RFC 8707 §2.2).
        useGrantedResource: (ctx, model) => {
          const isForUserinfo = 'scopes' in model && model.scopes.has('openid');
          if (ctx.oidc.client?.['issuer_tokens'] === true || !isForUserinfo) return true;
          return isForGrantedApi(ctx, model, (audience) => known.get(audience)?.config);
        },
      },
    },
    scopes: ['openid', 'offline_access'],
  } satisfies Configuration;
};
