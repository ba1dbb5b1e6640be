import type { EngineClient } from '../../provider/engine-types.ts';

/** OpenID Connect Core §8.1: the host of the sector identifier, else of the redirect URIs, else of the keys. */
export const sectorOf = (client: EngineClient): string => {
  const uri = client.sectorIdentifierUri ?? client.redirectUris?.[0] ?? client.jwksUri ?? '';
  return URL.parse(uri)?.host || client.clientId;
};
