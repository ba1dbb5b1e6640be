import type { KoaContextWithOIDC } from 'oidc-provider';
import { signInClaims } from '../../provider/claim-release.ts';
import type { Allowed } from './allowed.ts';

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
