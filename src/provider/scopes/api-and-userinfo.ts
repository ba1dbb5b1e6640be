/**
 * A sign-in that asks for scopes of an API, without naming the API, gets one access token for the API and for
 * `/userinfo`. A request that names resources gets the audience that it names (RFC 8707 §2), so what the client named
 * has to be told from what the server assumed, on the way from the authorization request to the last refresh: a
 * resource that was named is kept as a list, an assumed one as a text.
 */
import type { KoaContextWithOIDC } from 'oidc-provider';
import type { ResourceConfig } from '#config';
import { emitDroppedScopes } from './dropped-scopes.ts';

type Resource = string | readonly string[] | undefined;

/** The parameter `claims` (OpenID Connect Core §5.5). */
interface RequestedClaims {
  readonly userinfo?: object | undefined;
}

/** What a token is issued for: a code, a refresh token, a device code or a backchannel request. */
export interface GrantSource {
  readonly resource?: Resource;
  readonly claims?: RequestedClaims | undefined;
  readonly scopes: ReadonlySet<string>;
  /** Device codes and backchannel requests keep the parameters of their request. */
  readonly params?: { readonly resource?: Resource } | undefined;
}

const requestsWithAssumedResource = new WeakSet<KoaContextWithOIDC>();

/** Called when the server assumes a resource, or none, for a request that names none. */
export const noteAssumedResource = (ctx: KoaContextWithOIDC): void => {
  requestsWithAssumedResource.add(ctx);
};

/**
 * Makes a list of a resource that the request names. A pushed request drops an assumed one, which is assumed again when
 * the request is used: from then on it could not be told from a named one.
 */
export const keepNamedResource = (ctx: KoaContextWithOIDC): void => {
  const { params, route } = ctx.oidc;
  if (!params) return;
  if (!requestsWithAssumedResource.has(ctx)) {
    if (typeof params['resource'] === 'string') params['resource'] = [params['resource']];
  } else if (route === 'pushed_authorization_request') {
    params['resource'] = undefined;
  }
};

export const namesResource = ({ resource, params }: Pick<GrantSource, 'resource' | 'params'>): boolean =>
  Array.isArray(resource) || Array.isArray(params?.resource);

/** The engine makes a text of a list of one. This keeps the list, for a new code or refresh token. */
export const keepList = (model: { resource?: string | readonly string[] }, isNamed: boolean): void => {
  if (isNamed && typeof model.resource === 'string') model.resource = [model.resource];
};

/** Whether tokens of the client for this API may be good at `/userinfo` as well. */
export const mayReadUserinfo = (
  { userinfo }: Pick<ResourceConfig, 'userinfo'>,
  client: Readonly<Record<string, unknown>>,
): boolean =>
  userinfo !== false &&
  client['profile'] !== 'fapi2' &&
  client['from_registration'] !== true &&
  client['issuer_tokens'] !== true;

/** The scopes that the token is for: a refresh may request fewer than it has (RFC 6749 §6). */
const wantedScopes = ({ oidc }: KoaContextWithOIDC, source: GrantSource): ReadonlySet<string> =>
  oidc.params?.['scope'] === undefined ? source.scopes : oidc.requestParamScopes;

interface SharedToken {
  readonly audience: string;
  readonly scopes: ReadonlySet<string>;
  readonly claims: RequestedClaims | undefined;
}

const sharedTokens = new WeakMap<KoaContextWithOIDC, SharedToken>();

/**
 * Whether a request with `openid` gets a token for the API of its code or refresh token. A token for an API that was
 * assumed is for `/userinfo` too; `addUserinfo` completes it.
 */
export const isForGrantedApi = (
  ctx: KoaContextWithOIDC,
  source: GrantSource,
  resourceOf: (audience: string) => ResourceConfig | undefined,
): boolean => {
  const { client } = ctx.oidc;
  const { resource: audience, claims } = source;
  if (namesResource(source)) return [audience].flat().length === 1;
  const resource = typeof audience === 'string' ? resourceOf(audience) : undefined;
  if (!client || !resource) return false;
  const scopes = wantedScopes(ctx, source);
  const scopesOfApi = resource.scopes.filter((scope) => scopes.has(scope));
  if (scopesOfApi.length === 0) return false;
  if (!mayReadUserinfo(resource, client)) {
    if (scopes.has('openid') && !ctx.oidc.entities.RefreshToken) emitDroppedScopes(ctx, scopesOfApi);
    return false;
  }
  if (scopes.has('openid')) sharedTokens.set(ctx, { audience: resource.audience, scopes, claims });
  return true;
};

interface AccessToken {
  aud?: string | readonly string[];
  scope?: string | undefined;
  claims?: RequestedClaims;
  readonly resourceServer?: { identifier(): string };
}

/** The scopes of OpenID Connect come first, as in the request of nearly every client. */
export const addUserinfo = (ctx: KoaContextWithOIDC, token: AccessToken): void => {
  const shared = sharedTokens.get(ctx);
  const { grant, issuer } = ctx.oidc;
  if (!shared || !grant || token.resourceServer?.identifier() !== shared.audience) return;
  token.aud = [shared.audience, issuer];
  const scopes = `${grant.getOIDCScopeFiltered(new Set(shared.scopes))} ${token.scope ?? ''}`.split(' ');
  token.scope = [...new Set(scopes)].join(' ').trim();
  if (shared.claims) token.claims = shared.claims;
};

/** Whether a token with this audience is good at `/userinfo`. */
export const isForUserinfo = (audience: unknown, issuer: string): boolean =>
  audience === issuer || (Array.isArray(audience) && audience.includes(issuer));
