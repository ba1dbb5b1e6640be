import type { Configuration } from 'oidc-provider';
import type { Config } from '#config';

/** OpenID Connect Core §5.4: which claims each scope means; and what every id token tells of the sign-in itself. */
export const claims = ({ security, tokens }: Config) => {
  const assurance = tokens.level_of_assurance_claim;
  return {
    claims: {
      openid: ['sub', 'acr', 'amr', 'auth_time', ...(assurance === null ? [] : [assurance])],
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
    },
    // Which personal claims an id token has is decided for each client where its account is found.
    conformIdTokenClaims: false,
    acrValues: [...security.acr_values],
    features: { claimsParameter: { enabled: true } },
  } satisfies Configuration;
};
