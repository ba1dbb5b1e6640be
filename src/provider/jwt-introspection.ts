/**
 * oidc-provider refuses a JWT at introspection and revocation because of its header. The parameter `token` gets a
 * prefix after it was read, so that the check passes; the lookup of tokens removes the prefix.
 */
import type { KoaContextWithOIDC } from 'oidc-provider';

const prefix = 'jwt.';

const wrappingRoutes: ReadonlySet<string | undefined> = new Set(['introspection', 'revocation']);

export const wrapToken = (route: string, params: Record<string, unknown>): void => {
  const { token } = params;
  if (wrappingRoutes.has(route) && typeof token === 'string' && token.split('.').length === 3) {
    params['token'] = prefix + token;
  }
};

export const unwrapToken = (ctx: KoaContextWithOIDC | undefined, token: string): string =>
  token.startsWith(prefix) && wrappingRoutes.has(ctx?.oidc.route) ? token.slice(prefix.length) : token;
