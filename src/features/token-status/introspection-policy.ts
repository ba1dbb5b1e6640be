import type { Configuration } from 'oidc-provider';
import type { Config } from '#config';
import type { Accounts } from '../accounts/index.ts';

type Policy = NonNullable<
  NonNullable<NonNullable<Configuration['features']>['introspection']>['allowedPolicy']
>;

/**
 * RFC 7662 §4: a client may ask about its own tokens, and an API about those that are for it. To everyone else, and
 * when the person may not sign in any more, every token is inactive.
 */
export const introspectionPolicy = (config: Config, accounts: Accounts): Policy => {
  const askers = new Map(
    config.resources.map(({ audience, introspection_clients: clients = [] }) => [audience, new Set(clients)]),
  );
  return async (_ctx, client, token) => {
    const accountId = 'accountId' in token ? token.accountId : undefined;
    if (accountId !== undefined && !(await accounts.forEngine(accountId))) return false;
    if (token.clientId === client.clientId) return true;
    if (client.clientAuthMethod === 'none' || !('aud' in token) || typeof token.aud !== 'string')
      return false;
    const own: unknown = client['resources'];
    return (
      askers.get(token.aud)?.has(client.clientId) === true || (Array.isArray(own) && own.includes(token.aud))
    );
  };
};
