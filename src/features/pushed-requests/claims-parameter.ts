import { errors, type KoaContextWithOIDC } from 'oidc-provider';
import { nestsTooDeeply } from '../../provider/json-depth.ts';

interface ClaimsParameter {
  readonly userinfo?: object | undefined;
  readonly id_token?: object | undefined;
}

/**
 * OpenID Connect Core §5.5: the value of each claim is null or an object. The engine copies a pushed request
 * recursively, so the nesting is limited.
 */
export const assertClaimsParameter = async (
  ctx: KoaContextWithOIDC,
  claims: ClaimsParameter,
): Promise<void> => {
  const values = [claims.userinfo, claims.id_token].flatMap((members) => Object.values(members ?? {}));
  if (values.some((value) => typeof value !== 'object' || Array.isArray(value))) {
    throw new errors.InvalidRequest(
      'each member of claims.userinfo and claims.id_token must be null or an object',
    );
  }
  if (nestsTooDeeply(String(ctx.oidc.params?.['claims']))) {
    throw new errors.InvalidRequest('claims may be nested 32 deep');
  }
};
