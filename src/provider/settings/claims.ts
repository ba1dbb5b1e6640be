import type { Configuration } from 'oidc-provider';
import type { Config } from '#config';
import { standardClaims } from '../standard-claims.ts';

/** The claims of each scope (OpenID Connect Core §5.4), and of the sign-in in every ID token. */
export const claims = ({ claims: configuredClaims, security, tokens }: Config) => {
  const assurance = tokens.level_of_assurance_claim;
  const standardByScope: Readonly<Record<string, readonly string[]>> = {
    openid: ['sub', 'acr', 'amr', 'auth_time', ...(assurance === null ? [] : [assurance])],
    ...standardClaims,
  };
  const scopes = [...new Set([...Object.keys(standardByScope), ...Object.keys(configuredClaims)])];
  return {
    claims: Object.fromEntries(
      scopes.map((scope) => [
        scope,
        [...new Set([...(standardByScope[scope] ?? []), ...(configuredClaims[scope] ?? [])])],
      ]),
    ),
    // `findAccount` decides which personal claims the ID tokens of a client have.
    conformIdTokenClaims: false,
    acrValues: [...security.acr_values],
    features: { claimsParameter: { enabled: true } },
  } satisfies Configuration;
};
