import type { ClientMetadata } from './client.ts';
import { applyDefaults } from './presets.ts';

/**
 * The reserved id of the client by which people sign in to their account pages and the console
 * (services/account-pages).
 */
export const accountClientId = 'postern-account';
export const accountPath = '/account';
/** Where administrators arrive. They sign in by the same client. */
export const consolePath = '/admin';
export const accountCallbackPath = `${accountPath}/callback`;

interface Installation {
  readonly issuer: string;
  readonly pages: { readonly name: string };
}

/**
 * The only client that every server has. It isn't listed, and it can't be registered, changed or removed. It has
 * no secret, so no endpoint accepts it: its codes are redeemed inside the process.
 */
export const accountClient = ({ issuer, pages }: Installation): ClientMetadata =>
  applyDefaults({
    client_id: accountClientId,
    client_name: pages.name,
    client_uri: `${issuer}${accountPath}`,
    redirect_uris: [`${issuer}${accountCallbackPath}`],
    grant_types: ['authorization_code'],
    response_types: ['code'],
    token_endpoint_auth_method: 'client_secret_basic',
    scope: 'openid',
    pkce: 'required',
    first_party: true,
  });
