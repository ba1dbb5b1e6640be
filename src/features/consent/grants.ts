import { addAudience, scopesInGrant } from '../../provider/scopes/granted-audiences.ts';
import type { Grant } from '../../provider/sessions/session-grant.ts';
import type { Allowed, Declined } from './allowed.ts';

/** The types of the engine leave it out. A rejection in a grant outweighs what is added to the grant later. */
interface StoredRejections {
  rejected?: { openid?: { scope?: string; claims?: readonly string[] } };
}

const clearRejections = (grant: Grant, { scopes, claims }: Allowed): void => {
  const rejected = (grant as unknown as StoredRejections).rejected?.openid;
  if (!rejected) return;
  if (rejected.scope !== undefined) {
    rejected.scope = rejected.scope
      .split(' ')
      .filter((scope) => !scopes.includes(scope))
      .join(' ');
  }
  if (rejected.claims) rejected.claims = rejected.claims.filter((claim) => !claims.includes(claim));
};

export const addAllowed = (grant: Grant, allowed: Allowed): void => {
  const { scopes, claims, resources } = allowed;
  if (scopes.length > 0) grant.addOIDCScope(scopes.join(' '));
  if (claims.length > 0) grant.addOIDCClaims([...claims]);
  for (const [audience, names] of Object.entries(resources)) addAudience(grant, audience, names);
  clearRejections(grant, allowed);
};

/** Removes what isn't allowed. Rejections stay. */
export const keepAllowed = (grant: Grant, { scopes, claims, resources }: Allowed): void => {
  grant.openid = {
    scope: grant.getOIDCScopeFiltered(new Set(scopes)),
    claims: grant.getOIDCClaimsFiltered(new Set(claims)),
  };
  const { resources: granted = {} } = grant;
  grant.resources = {};
  for (const [audience, text] of Object.entries(granted)) {
    const allowed = resources[audience];
    if (!allowed) continue;
    const names = scopesInGrant(text).filter((name) => allowed.includes(name));
    addAudience(grant, audience, names);
  }
};

export const rejectDeclined = (grant: Grant, { scopes, claims }: Declined): void => {
  if (scopes.length > 0) grant.rejectOIDCScope(scopes.join(' '));
  if (claims.length > 0) grant.rejectOIDCClaims([...claims]);
};
