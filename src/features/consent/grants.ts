import type { Provider } from 'oidc-provider';
import type { Allowed, Left } from './memory.ts';

export type Grant = InstanceType<Provider['Grant']>;

/** What a grant keeps of refusals, which its types leave out: a refusal outweighs what is allowed later. */
interface Refusals {
  rejected?: { openid?: { scope?: string; claims?: readonly string[] } };
}

const forget = (grant: Grant, { scopes, claims }: Allowed): void => {
  const refused = (grant as unknown as Refusals).rejected?.openid;
  if (!refused) return;
  if (refused.scope !== undefined) {
    refused.scope = refused.scope
      .split(' ')
      .filter((scope) => !scopes.includes(scope))
      .join(' ');
  }
  if (refused.claims) refused.claims = refused.claims.filter((claim) => !claims.includes(claim));
};

export const addTo = (grant: Grant, allowed: Allowed): void => {
  const { scopes, claims, resources } = allowed;
  if (scopes.length > 0) grant.addOIDCScope(scopes.join(' '));
  if (claims.length > 0) grant.addOIDCClaims([...claims]);
  for (const [audience, names] of Object.entries(resources)) {
    if (names.length > 0) grant.addResourceScope(audience, names.join(' '));
  }
  forget(grant, allowed);
};

export const leaveOut = (grant: Grant, { scopes, claims }: Left): void => {
  if (scopes.length > 0) grant.rejectOIDCScope(scopes.join(' '));
  if (claims.length > 0) grant.rejectOIDCClaims([...claims]);
};
