/**
 * A token for an API needs a grant that has the API, also when the token has none of its scopes: some APIs have no scopes,
 * and accept every token for their audience.
 */
import { errors, type KoaContextWithOIDC } from 'oidc-provider';
import type { Grant } from '../sessions/session-grant.ts';
import { type GrantSource, namesResource } from './api-and-userinfo.ts';

/** The engine keeps an API in a grant only if it has a scope there. No scope has this name (RFC 6749 §3.3). */
const noScope = '""';

const wordsOf = (text: unknown): readonly string[] =>
  typeof text === 'string' ? text.split(' ').filter((word) => word !== '') : [];

/** The scopes of one API in a stored grant. */
export const scopesInGrant = (text: unknown): readonly string[] =>
  wordsOf(text).filter((word) => word !== noScope);

export const grantsAudience = (grant: Grant, audience: string): boolean =>
  grant.getResourceScope(audience) !== '';

export const addAudience = (grant: Grant, audience: string, scopes: readonly string[]): void => {
  if (scopes.length > 0) grant.addResourceScope(audience, scopes.join(' '));
  else if (!grantsAudience(grant, audience)) grant.addResourceScope(audience, noScope);
};

type Client = Readonly<Record<string, unknown>>;

/**
 * Whether a request is for the API even if it has none of its scopes. With `openid`, an API that was only assumed gets no
 * token then: the token is for `/userinfo`.
 */
export const isForApiAlone = (
  { scopes, ...source }: Pick<GrantSource, 'resource' | 'params' | 'scopes'>,
  client: Client | undefined,
): boolean => namesResource(source) || !scopes.has('openid') || client?.['issuer_tokens'] === true;

/**
 * Refuses a token for an API that its grant lacks. For a request that is for the API, the authorization endpoint
 * has asked the person; 0.1.0 did not, so a refresh token needs the grant.
 */
export const refuseMissingAudience = ({ oidc }: KoaContextWithOIDC): void => {
  const { client, entities } = oidc;
  const { RefreshToken: refreshToken } = entities;
  const source =
    entities.AuthorizationCode ?? entities.DeviceCode ?? entities.BackchannelAuthenticationRequest;
  if (!refreshToken && (!source || isForApiAlone(source, client))) return;
  throw new errors.InvalidGrant('the person has not allowed this client to use this resource');
};
