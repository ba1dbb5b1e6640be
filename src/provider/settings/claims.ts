import type { Configuration } from 'oidc-provider';
import type { Config } from '#config';

/** OpenID Connect Core §5.4: which claims each scope means, all of them at `/userinfo`. */
export const claims = (config: Config) =>
  ({
    claims: {
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
    conformIdTokenClaims: true,
    acrValues: config.security.acr_values,
  }) satisfies Configuration;
