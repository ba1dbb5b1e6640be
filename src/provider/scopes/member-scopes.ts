import type { KoaContextWithOIDC } from 'oidc-provider';
import type { ResourceConfig } from '#config';
import { engineAccountOf } from '../engine-account.ts';

/** The groups of an account, as of now. */
export type GroupsOf = (account: string) => Promise<readonly string[] | undefined>;

/**
 * The groups of the person that gets the scopes. When tokens are issued, the engine has found the account, and without
 * one the client asks for itself, as no member of anything. Before the sign-in nothing can be said yet.
 */
const groupsIn = async (
  ctx: KoaContextWithOIDC,
  groupsOf: GroupsOf,
): Promise<readonly string[] | undefined> => {
  const account = engineAccountOf(ctx);
  if (account !== undefined) return account.groups;
  if (ctx.oidc.route === 'token') return [];
  const signedIn = ctx.oidc.session?.accountId;
  return signedIn === undefined ? undefined : groupsOf(signedIn);
};

/**
 * The API with the scopes that its rules allow the person. RFC 6749 §3.3: fewer scopes than requested are no error, and
 * the token response says which were granted.
 */
export const withMemberScopes = async (
  resource: ResourceConfig,
  ctx: KoaContextWithOIDC,
  groupsOf: GroupsOf,
): Promise<ResourceConfig> => {
  const rules = (resource.scopeRules ?? []).filter(({ groups }) => groups !== undefined);
  if (rules.length === 0) return resource;
  const groups = await groupsIn(ctx, groupsOf);
  if (groups === undefined) return resource;
  const withheld = new Set(
    rules.filter((rule) => !rule.groups?.some((group) => groups.includes(group))).map(({ name }) => name),
  );
  return { ...resource, scopes: resource.scopes.filter((scope) => !withheld.has(scope)) };
};
