import { errors, type KoaContextWithOIDC } from 'oidc-provider';

export interface AcrRequest {
  readonly values: readonly string[];
  /** The request fails if it can't be met. RFC 9470 §4 makes `acr_values` essential; in OpenID Connect it is voluntary. */
  readonly essential: boolean;
}

const nonEmptyStrings = (value: unknown): readonly string[] =>
  (Array.isArray(value) ? value : [value]).filter((item) => typeof item === 'string' && item !== '');

/** The parameters of a request that the engine serves, or of a stored one. */
export type AcrParameters = Pick<KoaContextWithOIDC['oidc'], 'params' | 'claims'>;

/** `acr_values` outweighs the `acr` claim of the claims parameter. */
export const acrRequestOf = ({ params, claims }: AcrParameters): AcrRequest => {
  const listed = params?.['acr_values'];
  if (typeof listed === 'string') return { values: nonEmptyStrings(listed.split(' ')), essential: true };
  const acrClaim: unknown = claims.id_token?.['acr'];
  if (typeof acrClaim !== 'object' || acrClaim === null) return { values: [], essential: false };
  const { value, values, essential }: { value?: unknown; values?: unknown; essential?: unknown } = acrClaim;
  if (values !== undefined && !Array.isArray(values)) {
    throw new errors.InvalidRequest('claims.id_token.acr.values must be a list');
  }
  if (![values ?? value ?? []].flat().every((one) => typeof one === 'string')) {
    throw new errors.InvalidRequest('values of claims.id_token.acr must be texts');
  }
  return { values: nonEmptyStrings(values ?? value), essential: essential === true };
};
