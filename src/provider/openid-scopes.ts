/** The scopes of OpenID Connect Core §5.4 and §11. Any other scope belongs to an API. */
export const openidScopes: readonly string[] = [
  'openid',
  'profile',
  'email',
  'address',
  'phone',
  'offline_access',
];
