import type { KoaContextWithOIDC } from 'oidc-provider';
import type { Allowed } from './stored-consent.ts';

/** Claims that tell of the sign-in and not of the person: nobody is asked about them. */
const signInClaims = new Set(['sub', 'sid', 'auth_time', 'acr', 'amr', 'iss']);

/** All that a request asks for, as the engine understands it. */
export const requestedByClient = ({ oidc }: KoaContextWithOIDC): Allowed => ({
  scopes: [...oidc.requestParamOIDCScopes],
  claims: [...oidc.requestParamClaims].filter((claim) => !signInClaims.has(claim)),
  resources: Object.fromEntries(
    Object.entries(oidc.resourceServers ?? {}).map(([audience, server]) => [
      audience,
      [...oidc.requestParamScopes].filter((scope) => server.scopes.has(scope)),
    ]),
  ),
});
