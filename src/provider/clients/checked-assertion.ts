import type { KoaContextWithOIDC } from 'oidc-provider';

const assertions = new WeakMap<KoaContextWithOIDC, string>();

/** Says that the `jti` the engine marks as used next is a client assertion's and not a DPoP proof's. */
export const setCheckedAssertion = (ctx: KoaContextWithOIDC, jti: unknown): void => {
  if (typeof jti === 'string') assertions.set(ctx, jti);
};

export const takeCheckedAssertion = (ctx: KoaContextWithOIDC): string | undefined => {
  const jti = assertions.get(ctx);
  assertions.delete(ctx);
  return jti;
};
