import type { AddClient, ClientMetadata, ClientType } from './client.ts';
import { grantTypesOf } from './grant-types-of.ts';

type Preset = Omit<ClientMetadata, 'client_id'>;

const interactive = { grant_types: ['authorization_code', 'refresh_token'], response_types: ['code'] };

const presets: Readonly<Record<ClientType, Preset>> = {
  web: { ...interactive, application_type: 'web', token_endpoint_auth_method: 'client_secret_basic' },
  spa: { ...interactive, application_type: 'web', token_endpoint_auth_method: 'none' },
  native: { ...interactive, application_type: 'native', token_endpoint_auth_method: 'none' },
  machine: {
    grant_types: ['client_credentials'],
    response_types: [],
    token_endpoint_auth_method: 'client_secret_basic',
  },
  device: {
    grant_types: ['urn:ietf:params:oauth:grant-type:device_code', 'refresh_token'],
    response_types: [],
    application_type: 'native',
    token_endpoint_auth_method: 'none',
  },
  issuer: {
    grant_types: ['authorization_code'],
    response_types: ['code'],
    application_type: 'web',
    token_endpoint_auth_method: 'none',
    issuer_tokens: true,
  },
};

const fapi2: Preset = {
  id_token_signed_response_alg: 'ES256',
  token_endpoint_auth_method: 'private_key_jwt',
  require_pushed_authorization_requests: true,
};

/** Fills in what the type and the profile of a client imply. Metadata that was given wins. */
export const applyPresets = ({ type, metadata }: AddClient, id: string): ClientMetadata => {
  const strict = metadata.profile === 'fapi2';
  const byCertificate = metadata['tls_client_certificate_bound_access_tokens'] === true;
  return {
    ...(type === undefined ? {} : presets[type]),
    ...(strict ? fapi2 : {}),
    ...(strict && !byCertificate ? { dpop_bound_access_tokens: true } : {}),
    ...metadata,
    client_id: id,
  };
};

const signedResponses = [
  'id_token_signed_response_alg',
  'authorization_signed_response_alg',
  'introspection_signed_response_alg',
];

/** Sets metadata that would otherwise get a default of oidc-provider that Postern doesn't want. */
export const applyDefaults = (metadata: ClientMetadata): ClientMetadata => {
  const grants = grantTypesOf(metadata);
  return {
    ...(grants.includes('authorization_code') ? {} : { response_types: [] }),
    // The default of oidc-provider is RS256, which FAPI 2.0 excludes.
    ...(metadata.profile === 'fapi2'
      ? Object.fromEntries(signedResponses.map((name) => [name, 'ES256']))
      : {}),
    ...metadata,
  };
};
