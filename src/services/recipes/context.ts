import { randomBytes } from 'node:crypto';
import { routes } from '../../provider/paths.ts';
import type { RecipeContext } from './recipe.ts';

interface ContextOptions {
  readonly issuer: string;
  readonly url: string;
  readonly clientId: string;
  readonly clientSecret: string;
  readonly redirectUri: string;
}

export const recipeContext = (options: ContextOptions): RecipeContext => {
  const { issuer } = options;
  return {
    ...options,
    endpoints: {
      discovery: `${issuer}/.well-known/openid-configuration`,
      authorization: `${issuer}${routes.authorization}`,
      token: `${issuer}${routes.token}`,
      userinfo: `${issuer}${routes.userinfo}`,
      introspection: `${issuer}${routes.introspection}`,
      jwks: `${issuer}${routes.jwks}`,
      endSession: `${issuer}${routes.end_session}`,
    },
    // oauth2-proxy takes 16, 24 or 32 bytes in base64url.
    randomText: () => randomBytes(32).toString('base64url'),
  };
};

/**
 * The address without a slash at its end. Configuration files have many ways of quoting, so only characters that need
 * none are accepted. Whether http is fine is decided with the redirect URIs.
 */
export const applicationUrl = (text: string): string | undefined => {
  const url = URL.parse(text);
  if (url === null || !/^https?:\/\/[\w.:[\]~/-]+$/.test(text) || url.pathname.includes('//'))
    return undefined;
  return `${url.origin}${url.pathname}`.replace(/\/$/, '');
};

/** The same for a client id that the operator chose. */
export const fitsRecipes = (clientId: string): boolean => /^[\w.~-]+$/.test(clientId);
