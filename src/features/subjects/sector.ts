import type { EngineClient } from '../../provider/engine-types.ts';
import { webHostOf } from '../../redirect-target.ts';

/**
 * OpenID Connect Core §8.1: the host of the sector identifier, else of the redirect URIs, else of the keys. An app with a
 * scheme of its own is its own sector.
 */
export const sectorOf = (client: EngineClient): string => {
  const uri = client.sectorIdentifierUri ?? client.redirectUris?.[0] ?? client.jwksUri ?? '';
  return webHostOf(uri) ?? client.clientId;
};
