import type { Configuration } from 'oidc-provider';
import type { Config } from '#config';
import { hasAccess } from '../../provider/access.ts';
import { createIsClientOfApi } from '../../provider/claims/api-clients.ts';
import { createHiddenClaims, withoutClaims } from '../../provider/claims/claims-for-apis.ts';
import type { EngineClient } from '../../provider/engine-types.ts';
import { signInOf } from '../../provider/settings/account.ts';
import { createClientScopes } from '../../provider/settings/client-scopes.ts';
import type { Accounts } from '../../services/accounts/index.ts';
import { createCurrentScope } from './current-scope.ts';

type IntrospectionPolicy = NonNullable<
  NonNullable<NonNullable<Configuration['features']>['introspection']>['allowedPolicy']
>;

/**
 * RFC 7662 §4: a client may introspect its own tokens, and an API those whose audience it is. For all others a token is
 * inactive, and so it is for everyone once the account of its person is disabled or signed out, or may not use the client
 * any more. The client of a token learns from it no claims that are for the API only, and both read the scope of now.
 */
export const introspectionPolicy = (config: Config, accounts: Accounts): IntrospectionPolicy => {
  const isClientOfApi = createIsClientOfApi(config);
  const hiddenClaims = createHiddenClaims(config);
  const currentScope = createCurrentScope(config);
  const { isResourceAllowed } = createClientScopes(config);
  const resources = new Map(config.resources.map((resource) => [resource.audience, resource]));

  /** An operator may have taken an API from a client since. An API without scopes accepts every token for its audience. */
  const hasAllowedAudience = (client: EngineClient, token: object): boolean => {
    const audiences: readonly unknown[] = 'aud' in token ? [token.aud].flat() : [];
    const named = audiences.flatMap((audience) => resources.get(String(audience)) ?? []);
    return named.length === 0 || named.some((resource) => isResourceAllowed(resource, client));
  };

  return async ({ oidc: { entities, provider } }, client, token) => {
    const accountId = 'accountId' in token ? token.accountId : undefined;
    const account =
      accountId === undefined ? undefined : await accounts.forEngine(accountId, signInOf(token));
    // The client was found together with the token, so it is in the cache.
    const issuedTo = await provider.Client.find(token.clientId ?? '');
    if (!issuedTo || !hasAllowedAudience(issuedTo, token)) return false;
    if (accountId !== undefined && (!account || !hasAccess(issuedTo, account.groups))) return false;
    // The engine reads it next, for the response.
    token.scope = currentScope(token, { client: issuedTo, groups: account?.groups ?? [] });
    if ('aud' in token && isClientOfApi(client, token.aud)) return true;
    if (token.clientId !== client.clientId) return false;
    if ('extra' in token && token.extra && 'aud' in token) {
      token.extra = withoutClaims(token.extra, hiddenClaims(token.aud, client, entities.Grant));
    }
    return true;
  };
};
