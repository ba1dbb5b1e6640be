import type { Provider } from 'oidc-provider';
import type { Allowed } from './memory.ts';

export type Grant = InstanceType<Provider['Grant']>;

export const addTo = (grant: Grant, { scopes, claims, resources }: Allowed): void => {
  if (scopes.length > 0) grant.addOIDCScope(scopes.join(' '));
  if (claims.length > 0) grant.addOIDCClaims([...claims]);
  for (const [audience, allowed] of Object.entries(resources)) {
    if (allowed.length > 0) grant.addResourceScope(audience, allowed.join(' '));
  }
};
