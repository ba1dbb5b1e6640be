/** Claims that the server sets. An account that could set them could forge a sign-in (RFC 7519 §4.1, OIDC Core §2). */
export const serverClaims: ReadonlySet<string> = new Set(
  'iss sub aud exp nbf iat jti auth_time upstream_auth_time nonce acr amr azp sid at_hash c_hash s_hash cnf client_id scope events act may_act gty authorization_details _claim_names _claim_sources __proto__'.split(
    ' ',
  ),
);

/** Claims that mean something for this server: an address is verified, and groups give access. People don't write them. */
export const claimsOfOperators: ReadonlySet<string> = new Set([
  'email',
  'email_verified',
  'phone_number_verified',
  'preferred_username',
  'address',
  'groups',
  'updated_at',
]);
