import type { KoaContextWithOIDC } from 'oidc-provider';
import type { Allowed } from './allowed.ts';

/** These claims describe the sign-in rather than the person, so they need no consent. */
const signInClaims = new Set(['sub', 'sid', 'auth_time', 'acr', 'amr', 'iss']);

/** Includes what was allowed before. The engine has already limited the request to what the client may ask for. */
export const everythingRequested = ({ oidc }: KoaContextWithOIDC): Allowed => ({
  scopes: [...oidc.requestParamOIDCScopes],
  claims: [...oidc.requestParamClaims].filter((claim) => !signInClaims.has(claim)),
  resources: Object.fromEntries(
    Object.entries(oidc.resourceServers ?? {}).map(([audience, server]) => [
      audience,
      [...oidc.requestParamScopes].filter((scope) => server.scopes.has(scope)),
    ]),
  ),
});
