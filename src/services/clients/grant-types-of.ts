import type { ClientMetadata } from './client.ts';

/** RFC 7591 §2: without `grant_types` a client is registered for `authorization_code`. */
export const grantTypesOf = ({ grant_types }: Pick<ClientMetadata, 'grant_types'>): readonly string[] =>
  grant_types ?? ['authorization_code'];
