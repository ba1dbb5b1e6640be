/**
 * Owns which client may introspect a token (RFC 7662, RFC 9701) and which may revoke it (RFC 7009), opaque or signed.
 * How tokens are found, and how the server remembers that a JWT is revoked, is in `provider/access-tokens/jwt-access-tokens.ts`.
 */
import { errors } from 'oidc-provider';
import type { Config } from '#config';
import type { Feature } from '../../feature.ts';
import { wrappingRoutes, wrapToken } from '../../provider/access-tokens/jwt-introspection.ts';
import type { Accounts } from '../../services/accounts/index.ts';
import { introspectionPolicy } from './introspection-policy.ts';

export const tokenStatus = (config: Config, accounts: Accounts): Feature => ({
  name: 'token-status',
  provider: {
    routes: [{ route: wrappingRoutes, clientKnown: wrapToken }],
    settings: {
      features: {
        introspection: { enabled: true, allowedPolicy: introspectionPolicy(config, accounts) },
        jwtIntrospection: { enabled: true },
        revocation: {
          enabled: true,
          allowedPolicy: (_ctx, client, token) => {
            if (token.clientId === client.clientId) return true;
            // RFC 7009 §2.1: a client learns why it is refused. A public client, which anyone can pretend to be, doesn't.
            if (client.clientAuthMethod === 'none') return false;
            throw new errors.InvalidRequest('the token was issued to another client');
          },
        },
      },
    },
  },
});
