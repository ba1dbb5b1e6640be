import type { KoaContextWithOIDC } from 'oidc-provider';
import { signInClaims } from '../../provider/claims/claim-release.ts';
import { isForApiAlone } from '../../provider/scopes/granted-audiences.ts';
import type { Allowed } from './allowed.ts';

/** Includes what was allowed before. The engine has already limited the request to what the client may ask for. */
export const everythingRequested = ({ oidc }: KoaContextWithOIDC): Allowed => {
  const requested = [...oidc.requestParamScopes];
  const source = { params: Object(oidc.params), scopes: oidc.requestParamScopes };
  const resources: Record<string, readonly string[]> = {};
  for (const [audience, server] of Object.entries(oidc.resourceServers ?? {})) {
    // The engine makes a new set for each caller.
    const { scopes } = server;
    const names = requested.filter((scope) => scopes.has(scope));
    if (names.length > 0 || isForApiAlone(source, oidc.client)) resources[audience] = names;
  }
  return {
    scopes: [...oidc.requestParamOIDCScopes],
    claims: [...oidc.requestParamClaims].filter((claim) => !signInClaims.has(claim)),
    resources,
  };
};
