import type { Configuration } from 'oidc-provider';
import type { Config } from '#config';

const standard = {
  address: ['address'],
  email: ['email', 'email_verified'],
  phone: ['phone_number', 'phone_number_verified'],
  profile: [
    'name',
    'family_name',
    'given_name',
    'middle_name',
    'nickname',
    'preferred_username',
    'profile',
    'picture',
    'website',
    'gender',
    'birthdate',
    'zoneinfo',
    'locale',
    'updated_at',
  ],
} as const;

/** OpenID Connect Core §5.4: which claims each scope means; and what every id token tells of the sign-in itself. */
export const claims = ({ claims: own, security, tokens }: Config) => {
  const assurance = tokens.level_of_assurance_claim;
  const usual: Readonly<Record<string, readonly string[]>> = {
    openid: ['sub', 'acr', 'amr', 'auth_time', ...(assurance === null ? [] : [assurance])],
    ...standard,
  };
  const scopes = [...new Set([...Object.keys(usual), ...Object.keys(own)])];
  return {
    claims: Object.fromEntries(
      scopes.map((scope) => [scope, [...new Set([...(usual[scope] ?? []), ...(own[scope] ?? [])])]]),
    ),
    // Which personal claims an id token has is decided for each client where its account is found.
    conformIdTokenClaims: false,
    acrValues: [...security.acr_values],
    features: { claimsParameter: { enabled: true } },
  } satisfies Configuration;
};
