/** Metadata names of clients, by the shape of their value: RFC 7591, its registered extensions, and those of Postern. */
const responseAlgorithmNames = (use: string): string[] => [
  `${use}_signed_response_alg`,
  `${use}_encrypted_response_alg`,
  `${use}_encrypted_response_enc`,
];

export const algorithmNames = [
  ...['id_token', 'userinfo', 'introspection', 'authorization'].flatMap(responseAlgorithmNames),
  'request_object_signing_alg',
  'request_object_encryption_alg',
  'request_object_encryption_enc',
  'token_endpoint_auth_signing_alg',
  'backchannel_authentication_request_signing_alg',
];

/** URIs that people see or the server fetches. They are https, or http on loopback. */
export const uriNames = [
  'client_uri',
  'logo_uri',
  'policy_uri',
  'tos_uri',
  'jwks_uri',
  'sector_identifier_uri',
  'initiate_login_uri',
  'backchannel_logout_uri',
  'backchannel_client_notification_endpoint',
];

/** URIs that the engine accepts only with https. */
export const httpsNames: readonly string[] = [
  'sector_identifier_uri',
  'initiate_login_uri',
  'backchannel_client_notification_endpoint',
];

/** RFC 8705 §2.1.2: exactly one of them identifies the certificate of a `tls_client_auth` client. */
export const certificateNames = [
  'tls_client_auth_subject_dn',
  'tls_client_auth_san_dns',
  'tls_client_auth_san_uri',
  'tls_client_auth_san_ip',
  'tls_client_auth_san_email',
];

/** Metadata that only operators may set. */
export const operatorOnlyNames = [
  'assertion_audience',
  'authorization_details_types',
  'issuer_tokens',
  'audience',
  'first_party',
  'pkce',
  'id_token_claims',
  'claims',
  'allowed_groups',
  'required_acr',
  'allowed_upstreams',
  'resources',
];

const textNames = [
  'client_id',
  'client_name',
  'application_type',
  'token_endpoint_auth_method',
  'scope',
  'subject_type',
  'backchannel_token_delivery_mode',
  'profile',
  'assertion_audience',
  'audience',
  'pkce',
  'required_acr',
  ...certificateNames,
  ...algorithmNames,
  ...uriNames,
];
const booleanNames = [
  'require_auth_time',
  'require_pushed_authorization_requests',
  'require_signed_request_object',
  'dpop_bound_access_tokens',
  'tls_client_certificate_bound_access_tokens',
  'use_mtls_endpoint_aliases',
  'backchannel_logout_session_required',
  'backchannel_user_code_parameter',
  'issuer_tokens',
  'first_party',
];
const listNames = [
  'redirect_uris',
  'post_logout_redirect_uris',
  'grant_types',
  'response_types',
  'response_modes',
  'contacts',
  'default_acr_values',
  'authorization_details_types',
  'resources',
  'allowed_groups',
  'allowed_upstreams',
];
const numberNames = ['default_max_age', 'client_id_issued_at'];

export type Shape = 'text' | 'flag' | 'list' | 'text or list' | 'number' | 'map';

export const metadataShapes: ReadonlyMap<string, Shape> = new Map<string, Shape>([
  ...textNames.map((name) => [name, 'text'] as const),
  ...booleanNames.map((name) => [name, 'flag'] as const),
  ...listNames.map((name) => [name, 'list'] as const),
  ...numberNames.map((name) => [name, 'number'] as const),
  ['id_token_claims', 'text or list'],
  ['jwks', 'map'],
  ['claims', 'map'],
]);
