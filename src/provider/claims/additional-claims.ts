import type { ClaimsContext } from '../../extension.ts';

/**
 * The key of the claims that ID tokens and `/userinfo` have in addition to those of scopes, in what `findAccount` returns
 * as claims. The override `claims-result` adds them.
 */
export const additionalClaims = Symbol('additional claims');

/** Claims that the operator's own code adds. When it rejects, the request is refused. */
export type AdditionalClaims = (
  makeContext: () => ClaimsContext,
) => Promise<Readonly<Record<string, unknown>>>;
