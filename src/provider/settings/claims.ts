import type { Configuration } from 'oidc-provider';
import type { Config } from '#config';
import { standardClaims } from '../standard-claims.ts';

/** OpenID Connect Core §5.4: which claims each scope means; and what every id token tells of the sign-in itself. */
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
    // Which personal claims an id token has is decided for each client where its account is found.
    conformIdTokenClaims: false,
    acrValues: [...security.acr_values],
    features: { claimsParameter: { enabled: true } },
  } satisfies Configuration;
};
