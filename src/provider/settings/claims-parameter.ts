import { type Configuration, errors, type KoaContextWithOIDC } from 'oidc-provider';
import { type IsReleased, signInClaims } from '../claims/claim-release.ts';
import type { EngineClient } from '../engine-types.ts';
import { nestsTooDeeply } from '../json-depth.ts';

type ClaimsParameter = NonNullable<NonNullable<Configuration['features']>['claimsParameter']>;

type Members = Readonly<Record<string, unknown>>;

interface Claims {
  readonly userinfo?: Members | undefined;
  readonly id_token?: Members | undefined;
}

/**
 * OpenID Connect Core §5.5: the value of each claim is null or an object. The engine copies a pushed request
 * recursively, so the nesting is limited.
 */
const assertShape = ({ oidc }: KoaContextWithOIDC, { userinfo, id_token }: Claims): void => {
  const values = [userinfo, id_token].flatMap((members) => Object.values(members ?? {}));
  if (values.some((value) => typeof value !== 'object' || Array.isArray(value))) {
    throw new errors.InvalidRequest(
      'each member of claims.userinfo and claims.id_token must be null or an object',
    );
  }
  if (nestsTooDeeply(String(oidc.params?.['claims']))) {
    throw new errors.InvalidRequest('claims may be nested 32 deep');
  }
};

/**
 * Drops the claims that the client can't receive, so that no page asks for them. A request for a claim that is not
 * released is no error (OpenID Connect Core §5.5.1).
 */
export const checkClaimsParameter =
  (isReleased: IsReleased): ClaimsParameter['assertClaimsParameter'] =>
  async (ctx, claims: Claims, client: EngineClient) => {
    assertShape(ctx, claims);
    const { params } = ctx.oidc;
    if (!params) return;
    const receivable = (members: Members | undefined): Members | undefined =>
      members &&
      Object.fromEntries(
        Object.entries(members).filter(([name]) => signInClaims.has(name) || isReleased(client, name)),
      );
    params['claims'] = JSON.stringify({
      ...claims,
      userinfo: receivable(claims.userinfo),
      id_token: receivable(claims.id_token),
    });
  };
