import type { Configuration } from 'oidc-provider';
import type { Config } from '#config';
import { createClaimRelease, personalClaims } from '../claims/claim-release.ts';
import { checkClaimsParameter } from './claims-parameter.ts';

/** The claims of each scope (OpenID Connect Core §5.4), and of the sign-in in every ID token. */
export const claims = (config: Config) => {
  const { security, tokens } = config;
  const assurance = tokens.level_of_assurance_claim;
  const { openid = [], ...personal } = personalClaims(config);
  return {
    claims: {
      openid: [
        ...new Set(['sub', 'acr', 'amr', 'auth_time', ...(assurance === null ? [] : [assurance]), ...openid]),
      ],
      // The engine types these as mutable.
      ...Object.fromEntries(Object.entries(personal).map(([scope, names]) => [scope, [...names]])),
    },
    // `findAccount` decides which personal claims the ID tokens of a client have.
    conformIdTokenClaims: false,
    acrValues: [...security.acr_values],
    features: {
      claimsParameter: {
        enabled: true,
        assertClaimsParameter: checkClaimsParameter(createClaimRelease(config)),
      },
    },
  } satisfies Configuration;
};
