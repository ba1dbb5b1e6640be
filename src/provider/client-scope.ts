import { openidScopes } from './openid-scopes.ts';

/**
 * The engine accepts only scopes of OpenID Connect in the `scope` of a client. Scopes of APIs move to `api_scope`. A
 * client without `api_scope` may request all of them.
 */
export const splitScope = <T extends { readonly scope?: unknown }>(
  metadata: T,
): T & { readonly api_scope?: string } => {
  if (typeof metadata.scope !== 'string') return metadata;
  const all = metadata.scope.split(' ').filter((scope) => scope !== '');
  const own = all.filter((scope) => openidScopes.includes(scope));
  return {
    ...metadata,
    // The engine would take an empty scope for no limit.
    scope: own.join(' ') || 'openid',
    api_scope: all.filter((scope) => !openidScopes.includes(scope)).join(' '),
  };
};
