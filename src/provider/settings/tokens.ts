import type { Configuration } from 'oidc-provider';
import { getRequestContext } from '../request-context.ts';
import type { ReadAuthentication } from './authentication.ts';

/** When refresh tokens are given, how long they last, and what they are tied to. */
export const tokens = (readAuthentication: ReadAuthentication) =>
  ({
    // The JSON door hands out access tokens only; a refresh token made there would be known to nobody.
    issueRefreshToken: (ctx, client, code) =>
      client.grantTypeAllowed('refresh_token') &&
      client['issuer_tokens'] !== true &&
      code.grantId !== undefined &&
      getRequestContext(ctx.req).endpoint !== 'json',
    // Without offline_access a token lives no longer than the sign-in that it comes from.
    expiresWithSession: (_ctx, code) => !code.scopes.has('offline_access'),
    // RFC 9700 §4.14.2: rotation for public clients, unless the token is bound to a key. FAPI 2.0 forbids it.
    rotateRefreshToken: (ctx) => {
      const { client, entities } = ctx.oidc;
      if (client?.['profile'] === 'fapi2') return false;
      if (entities.RefreshToken?.isSenderConstrained()) return false;
      return true;
    },
    revokeGrantPolicy: () => true,
    // RFC 9068 §2.2.1: how the person signed in, for APIs that want it stronger or more recent (RFC 9470).
    extraTokenClaims: (ctx, token) => {
      if (token.kind !== 'AccessToken') return undefined;
      const { acr, amr, authTime } = readAuthentication(ctx) ?? {};
      return {
        ...(acr !== undefined && { acr }),
        ...(amr !== undefined && { amr }),
        ...(authTime !== undefined && { auth_time: authTime }),
      };
    },
  }) satisfies Configuration;
