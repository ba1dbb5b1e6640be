import type { Configuration } from 'oidc-provider';
import { ownTokenClaims } from '../access-tokens/jwt-access-tokens.ts';
import type { AdditionalClaims } from '../claims/additional-claims.ts';
import { describeAccount, describeClient } from '../claims/claims-context.ts';
import { type HiddenClaims, withoutClaims } from '../claims/claims-for-apis.ts';
import type { ResourceClaims } from '../claims/resource-claims.ts';
import { engineAccountOf } from '../engine-account.ts';
import { getRequestContext } from '../request-context.ts';
import { upstreamAuthTime } from '../sessions/upstream-auth-time.ts';
import type { ReadAuthentication } from './authentication.ts';

/** When refresh tokens are issued and rotated, and what access tokens say about the person and the sign-in. */
export const tokens = (
  readAuthentication: ReadAuthentication,
  resourceClaims: ResourceClaims | undefined,
  hiddenClaimsOfJwts: HiddenClaims,
  operatorClaims: AdditionalClaims | undefined,
  administration: string,
) =>
  ({
    // The JSON token endpoint returns access tokens only, so no client would get to know a refresh token.
    issueRefreshToken: (ctx, client, code) =>
      client.grantTypeAllowed('refresh_token') &&
      client['issuer_tokens'] !== true &&
      code.grantId !== undefined &&
      getRequestContext(ctx.req).endpoint !== 'json',
    // Without offline_access a token ends with the session that it comes from.
    expiresWithSession: (_ctx, code) => !code.scopes.has('offline_access'),
    // RFC 9700 §4.14.2: refresh tokens rotate, unless they are bound to a key. FAPI 2.0 §5.3.2.1 forbids rotation.
    rotateRefreshToken: (ctx) => {
      const { client, entities } = ctx.oidc;
      if (client?.['profile'] === 'fapi2') return false;
      if (entities.RefreshToken?.isSenderConstrained()) return false;
      return true;
    },
    revokeGrantPolicy: () => true,
    // RFC 9068 §2.2.1: how and when the person signed in, for APIs that require step-up (RFC 9470).
    extraTokenClaims: async (ctx, token) => {
      if (token.kind !== 'AccessToken') return ownTokenClaims;
      const account = (resourceClaims ?? operatorClaims) && engineAccountOf(ctx);
      const { client } = ctx.oidc;
      const [audience] = [token.aud].flat();
      const { acr, amr, authTime, authTs } = readAuthentication(ctx) ?? {};
      const { userinfo = {} } = token.claims ?? {};
      // It is for `/userinfo` as well (api-and-userinfo.ts).
      const claimsOfApi = account && resourceClaims?.(token.aud, account.readPersonal());
      const hidden =
        claimsOfApi && client && token.format === 'jwt'
          ? hiddenClaimsOfJwts(token.aud, client, ctx.oidc.grant)
          : [];
      const isSharedJwt = token.format === 'jwt' && Array.isArray(token.aud);
      return {
        ...(claimsOfApi && withoutClaims(claimsOfApi, hidden)),
        ...(account &&
          client &&
          operatorClaims &&
          audience !== undefined &&
          (await operatorClaims(() => ({
            use: 'access_token',
            account: describeAccount(account.accountId, account.groups, account.readPersonal()),
            client: describeClient(client),
            scopes: [...token.scopes],
            audience,
          })))),
        // A JWT that is for an API too has the names of the claims that `/userinfo` has to answer.
        ...(isSharedJwt &&
          Object.keys(userinfo).length > 0 && {
            claims: { userinfo: Object.fromEntries(Object.keys(userinfo).map((name) => [name, null])) },
          }),
        ...(acr !== undefined && { acr }),
        ...(amr !== undefined && { amr }),
        ...(authTime !== undefined && { auth_time: authTime }),
        ...(authTs !== undefined && audience === administration && { [upstreamAuthTime]: authTs }),
      };
    },
  }) satisfies Configuration;
