import { authenticationMethodOf } from './authentication-methods.ts';
import type { ClientMetadata, ClientType } from './client.ts';
import { grantTypesOf } from './grant-types-of.ts';

const device = 'urn:ietf:params:oauth:grant-type:device_code';

/** The type whose presets are most like this metadata. A client doesn't keep the type that it was added with. */
export const clientTypeOf = (metadata: ClientMetadata): ClientType => {
  const grants = grantTypesOf(metadata);
  if (metadata.issuer_tokens === true) return 'issuer';
  if (grants.includes('authorization_code')) {
    if (metadata.application_type === 'native') return 'native';
    return authenticationMethodOf(metadata) === 'none' ? 'spa' : 'web';
  }
  return grants.includes(device) ? 'device' : 'machine';
};
