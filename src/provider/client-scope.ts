import { openidScopes } from './openid-scopes.ts';

/**
 * The engine takes a client's `scope` for those of OpenID Connect alone, and refuses a client with any other. Those of
 * APIs stand beside it: absent, the client may ask for all of them.
 */
export const splitScope = <T extends { readonly scope?: unknown }>(
  metadata: T,
): T & { readonly api_scope?: string } => {
  if (typeof metadata.scope !== 'string') return metadata;
  const all = metadata.scope.split(' ').filter((scope) => scope !== '');
  const own = all.filter((scope) => openidScopes.includes(scope));
  return {
    ...metadata,
    // None at all would be no limit to the engine.
    scope: own.join(' ') || 'openid',
    api_scope: all.filter((scope) => !openidScopes.includes(scope)).join(' '),
  };
};
