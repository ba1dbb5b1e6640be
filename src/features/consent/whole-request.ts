import type { KoaContextWithOIDC } from 'oidc-provider';
import type { Allowed } from './memory.ts';

/** Claims that tell of the sign-in and not of the person: nobody is asked about them. */
const ofTheSignIn = new Set(['sub', 'sid', 'auth_time', 'acr', 'amr', 'iss']);

/** All that a request asks for, as the engine understands it. */
export const wholeRequest = ({ oidc }: KoaContextWithOIDC): Allowed => ({
  scopes: [...oidc.requestParamOIDCScopes],
  claims: [...oidc.requestParamClaims].filter((claim) => !ofTheSignIn.has(claim)),
  resources: Object.fromEntries(
    Object.entries(oidc.resourceServers ?? {}).map(([audience, server]) => [
      audience,
      [...oidc.requestParamScopes].filter((scope) => server.scopes.has(scope)),
    ]),
  ),
});
