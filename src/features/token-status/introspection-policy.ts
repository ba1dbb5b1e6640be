import type { Configuration } from 'oidc-provider';
import type { Config } from '#config';
import { hasAccess } from '../../provider/access.ts';
import { createHiddenClaims, withoutClaims } from '../../provider/claims/claims-for-apis.ts';
import type { EngineClient } from '../../provider/engine-types.ts';
import { signInOf } from '../../provider/settings/account.ts';
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
  const introspectionClients = new Map(
    config.resources.map(({ audience, introspection_clients: clients = [] }) => [audience, new Set(clients)]),
  );
  const hiddenClaims = createHiddenClaims(config);
  const currentScope = createCurrentScope(config);

  /** Whether the client is the API of the token, or one of them: a token for an API and for userinfo has two. */
  const isForApiOf = (client: EngineClient, token: object): boolean => {
    if (client.clientAuthMethod === 'none' || !('aud' in token)) return false;
    const audiences: readonly unknown[] = [token.aud].flat();
    const ownAudiences: unknown = client['resources'];
    return audiences.some(
      (audience) =>
        typeof audience === 'string' &&
        (introspectionClients.get(audience)?.has(client.clientId) === true ||
          (Array.isArray(ownAudiences) && ownAudiences.includes(audience))),
    );
  };

  return async ({ oidc: { entities, provider } }, client, token) => {
    const accountId = 'accountId' in token ? token.accountId : undefined;
    const account =
      accountId === undefined ? undefined : await accounts.forEngine(accountId, signInOf(token));
    // The client was found together with the token, so it is in the cache.
    const issuedTo = await provider.Client.find(token.clientId ?? '');
    if (!issuedTo) return false;
    if (accountId !== undefined && (!account || !hasAccess(issuedTo, account.groups))) return false;
    // The engine reads it next, for the response.
    token.scope = currentScope(token, { client: issuedTo, groups: account?.groups ?? [] });
    if (isForApiOf(client, token)) return true;
    if (token.clientId !== client.clientId) return false;
    if ('extra' in token && token.extra && 'aud' in token) {
      token.extra = withoutClaims(token.extra, hiddenClaims(token.aud, client, entities.Grant));
    }
    return true;
  };
};
