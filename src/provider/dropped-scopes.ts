import type { KoaContextWithOIDC } from 'oidc-provider';

const dropped = new WeakMap<KoaContextWithOIDC, ReadonlySet<string>>();

/** Keeps scopes that the client may use and that the request doesn't get, for the event of the request. */
export const noteDroppedScopes = (ctx: KoaContextWithOIDC, scopes: Iterable<string>): void => {
  const all = new Set([...(dropped.get(ctx) ?? []), ...scopes]);
  if (all.size > 0) dropped.set(ctx, all);
};

/** Separated by spaces; undefined when no scope was dropped. */
export const droppedScopesOf = (ctx: KoaContextWithOIDC): string | undefined => {
  const scopes = dropped.get(ctx);
  return scopes && [...scopes].join(' ');
};
