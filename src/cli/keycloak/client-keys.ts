import type { ClientMetadata } from '#src/services/clients/index.ts';
import { absoluteAddresses } from './addresses.ts';
import type { Notes } from './notes.ts';
import type { KeycloakClient } from './realm.ts';

type ClientKeys = Pick<ClientMetadata, 'jwks_uri'> | Pick<ClientMetadata, 'jwks'>;

const parse = (text: string): ReturnType<typeof JSON.parse> => {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
};

/**
 * The keys of a client that signs its assertions, undefined when they are a certificate or a single public key. Keycloak
 * keeps the address of a key set after it was switched off, and the present owner of that address must not become the
 * client.
 */
export const keysOf = (client: KeycloakClient, notes: Notes): ClientKeys | undefined => {
  const { attributes = {} } = client;
  const { 'jwks.url': url, 'jwks.string': keySet } = attributes;
  if (attributes['use.jwks.url'] === 'true') {
    const [uri] = typeof url === 'string' && url !== '' ? absoluteAddresses([url], client, notes) : [];
    return uri === undefined ? undefined : { jwks_uri: uri };
  }
  if (attributes['use.jwks.string'] !== 'true' || typeof keySet !== 'string') return undefined;
  const jwks = parse(keySet);
  return jwks === undefined ? undefined : { jwks };
};
