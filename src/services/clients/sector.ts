import { webHostOf } from '../../redirect-target.ts';
import type { StoredClient } from './record.ts';
import { isLoopbackHost } from './redirect-uri.ts';

export interface SectorSource {
  readonly clientId: string;
  readonly sectorIdentifierUri?: string | undefined;
  readonly redirectUris?: readonly string[] | undefined;
  readonly jwksUri?: string | undefined;
  /**
   * On loopback, the client is its own sector. Clients that registered themselves before there was this rule share the
   * sector of the loopback host, as those of operators do: their subjects stay.
   */
  readonly ownLoopback?: boolean | undefined;
}

const hostOf = (uri: string, ownLoopback: boolean | undefined): string | undefined => {
  const host = webHostOf(uri);
  return ownLoopback && isLoopbackHost(URL.parse(uri)?.hostname ?? '') ? undefined : host;
};

/**
 * OpenID Connect Core §8.1: the host of the sector identifier, else of the redirect URIs, else of the keys. An app with a
 * scheme of its own is its own sector.
 */
export const sectorOf = (client: SectorSource): string => {
  const { clientId, sectorIdentifierUri, redirectUris, jwksUri, ownLoopback } = client;
  // Its list was fetched from there.
  if (sectorIdentifierUri !== undefined) return webHostOf(sectorIdentifierUri) ?? clientId;
  return hostOf(redirectUris?.[0] ?? jwksUri ?? '', ownLoopback) ?? clientId;
};

export const sectorOfStored = ({ id, metadata, ownLoopback }: StoredClient): string => {
  const { sector_identifier_uri: uri, redirect_uris: redirectUris, jwks_uri: jwksUri } = metadata;
  return sectorOf({
    clientId: id,
    sectorIdentifierUri: typeof uri === 'string' ? uri : undefined,
    redirectUris,
    jwksUri,
    ownLoopback,
  });
};
