import type { ClientMetadata } from './client.ts';

/** RFC 7591 §2: without a `token_endpoint_auth_method` it is `client_secret_basic`. */
export const authenticationMethodOf = (
  metadata: Pick<ClientMetadata, 'token_endpoint_auth_method'>,
): string => metadata.token_endpoint_auth_method ?? 'client_secret_basic';

export const needsSecret = (metadata: Pick<ClientMetadata, 'token_endpoint_auth_method'>): boolean =>
  authenticationMethodOf(metadata).startsWith('client_secret_');
