import { isDeepStrictEqual } from 'node:util';
import { errors, type KoaContextWithOIDC } from 'oidc-provider';
import { type Detail, requestedDetails } from './detail.ts';

export interface DetailsToken {
  readonly resourceServer?: { identifier(): string } | undefined;
}

/** The code, refresh token or other grant that a token is issued for. */
export interface GrantSource {
  readonly rar?: readonly Detail[] | undefined;
}

/** A token request may leave out granted details, but neither change nor repeat them (RFC 9396 §6.1). */
const grantedDetails = (
  ctx: KoaContextWithOIDC,
  source: GrantSource | undefined,
): readonly Detail[] | undefined => {
  const requested = requestedDetails(ctx);
  if (!source) return requested;
  if (!requested) return source.rar;
  const remaining = [...(source.rar ?? [])];
  const isWithinGrant = requested.every((detail) => {
    const index = remaining.findIndex((granted) => isDeepStrictEqual(granted, detail));
    return index >= 0 && remaining.splice(index, 1).length === 1;
  });
  if (isWithinGrant) return requested;
  throw new errors.InvalidAuthorizationDetails('authorization_details go beyond what was granted');
};

/** A token has only the details for its API (RFC 9396 §6.2). A token for userinfo has none. */
export const tokenDetails = (
  ctx: KoaContextWithOIDC,
  { resourceServer }: DetailsToken,
  source: GrantSource | undefined,
): readonly Detail[] | undefined => {
  const granted = grantedDetails(ctx, source);
  const audience = resourceServer?.identifier();
  if (!granted || audience === undefined) return undefined;
  const details = granted.filter(({ locations }) => locations?.includes(audience) ?? true);
  return details.length > 0 ? details : undefined;
};
