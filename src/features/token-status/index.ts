/**
 * Owns who may ask whether a token is good (RFC 7662, RFC 9701) and who may end one (RFC 7009), opaque or signed.
 * Not how tokens are found and what remembers that one is revoked: `provider/jwt-access-tokens.ts`.
 */
import { errors } from 'oidc-provider';
import type { Config } from '#config';
import type { Feature } from '../../feature.ts';
import type { Accounts } from '../../services/accounts/index.ts';
import { introspectionPolicy } from './introspection-policy.ts';

export const tokenStatus = (config: Config, accounts: Accounts): Feature => ({
  name: 'token-status',
  provider: {
    settings: {
      features: {
        introspection: { enabled: true, allowedPolicy: introspectionPolicy(config, accounts) },
        jwtIntrospection: { enabled: true },
        revocation: {
          enabled: true,
          allowedPolicy: (_ctx, client, token) => {
            if (token.clientId === client.clientId) return true;
            // §2.1: a client is told that it asked too much; one that anybody may pretend to be learns nothing.
            if (client.clientAuthMethod === 'none') return false;
            throw new errors.InvalidRequest('the token was issued to another client');
          },
        },
      },
    },
  },
});
