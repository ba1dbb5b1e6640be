/**
 * oidc-provider refuses a JWT at introspection and revocation because of its header. The parameter `token` gets a
 * prefix after it was read, so that the check passes; the lookup of tokens removes the prefix.
 */
import type { KoaContextWithOIDC } from 'oidc-provider';
import type { EngineRoute } from '../engine-route.ts';

const prefix = 'jwt.';

export const wrappingRoutes: readonly EngineRoute[] = ['introspection', 'revocation'];

export const wrapToken = ({ oidc: { params } }: KoaContextWithOIDC): void => {
  const token = params?.['token'];
  if (params && typeof token === 'string' && token.split('.').length === 3) params['token'] = prefix + token;
};

export const unwrapToken = (ctx: KoaContextWithOIDC | undefined, token: string): string => {
  const isWrapped = token.startsWith(prefix) && wrappingRoutes.some((route) => route === ctx?.oidc.route);
  return isWrapped ? token.slice(prefix.length) : token;
};
