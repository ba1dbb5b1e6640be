/**
 * The key of the claims that ID tokens and `/userinfo` have in addition to those of scopes, in what `findAccount` returns
 * as claims. The override `claims-result` adds them.
 */
export const additionalClaims = Symbol('additional claims');
