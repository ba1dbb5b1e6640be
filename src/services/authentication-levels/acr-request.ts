import { errors, type KoaContextWithOIDC } from 'oidc-provider';

export interface AcrRequest {
  readonly values: readonly string[];
  /** Answered with an error when it can't be met. `acr_values` is, as RFC 9470 §4 wants; OpenID Connect alone would not. */
  readonly essential: boolean;
}

const nonEmptyStrings = (value: unknown): readonly string[] =>
  (Array.isArray(value) ? value : [value]).filter((item) => typeof item === 'string' && item !== '');

/** Of a request under way, or of one that was kept. */
export type AcrParameters = Pick<KoaContextWithOIDC['oidc'], 'params' | 'claims'>;

/** What the request says about `acr`: by `acr_values`, or by the claims parameter. */
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
