import type { Config, ResourceConfig } from '#config';
import { mayUseScope } from '../../provider/clients/client-limits.ts';
import { identityScopes } from '../../provider/scopes/openid-scopes.ts';

type Client = Readonly<Record<string, unknown>>;

export interface ScopeDecision {
  readonly scope: string;
  readonly granted: boolean;
  readonly why: string;
}

interface Person {
  readonly groups: readonly string[];
}

/** What a client can request at most, without a token that outlives the sign-in. */
export const requestableScopes = (
  config: Config,
  client: Client,
  resource: ResourceConfig | undefined,
): readonly string[] =>
  [...identityScopes(config), ...(resource?.scopes ?? [])].filter(
    (scope) => scope !== 'offline_access' && mayUseScope(client, scope),
  );

export const decideScopes = (
  config: Config,
  client: Client,
  { groups }: Person,
  {
    requested,
    resource,
  }: { readonly requested: readonly string[]; readonly resource: ResourceConfig | undefined },
): readonly ScopeDecision[] => {
  const identity = identityScopes(config);
  return requested.map((scope): ScopeDecision => {
    const ofApi = resource?.scopes.includes(scope) ?? false;
    if (!identity.includes(scope) && !ofApi)
      return { scope, granted: false, why: 'no scope of OpenID Connect, of `claims` or of this API' };
    if (!mayUseScope(client, scope))
      return { scope, granted: false, why: 'the client may not use it (its scope)' };
    const rule = resource?.scopeRules?.find(({ name }) => name === scope)?.groups;
    if (!ofApi || rule === undefined) return { scope, granted: true, why: 'the client may use it' };
    const group = rule.find((name) => groups.includes(name));
    return group === undefined
      ? { scope, granted: false, why: `only for members of ${rule.join(', ')}` }
      : { scope, granted: true, why: `member of ${group}` };
  });
};
