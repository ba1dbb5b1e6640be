import type { Config } from '#config';

/** The scopes of OpenID Connect Core §5.4 and §11. */
export const openidScopes: readonly string[] = [
  'openid',
  'profile',
  'email',
  'address',
  'phone',
  'offline_access',
];

/** The scopes that concern the person, with those that the operator defined for claims. Any other scope belongs to an API. */
export const identityScopes = ({ claims }: Pick<Config, 'claims'>): readonly string[] => [
  ...new Set([...openidScopes, ...Object.keys(claims)]),
];
