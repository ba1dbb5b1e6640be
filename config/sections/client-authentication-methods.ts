/** The values of `token_endpoint_auth_method` that clients may have (RFC 7591 §2, RFC 8705 §2). */
export const clientAuthenticationMethods = [
  'none',
  'client_secret_basic',
  'client_secret_post',
  'client_secret_jwt',
  'private_key_jwt',
  'tls_client_auth',
  'self_signed_tls_client_auth',
] as const;
