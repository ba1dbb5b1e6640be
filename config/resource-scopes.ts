import { adminScopeTexts } from './admin-api.ts';
import type { Config, EnteredConfig, ResourceScope } from './sections/index.ts';

/**
 * Nearly all code needs only the names of the scopes of an API. Their rules come beside them. The administration API is
 * on in development, unless the operator says otherwise.
 */
export const toConfig = (entered: EnteredConfig): Config => ({
  ...entered,
  admin: { ...entered.admin, enabled: entered.admin.enabled ?? entered.mode === 'development' },
  resources: entered.resources.map(({ scopes, ...resource }) => ({
    ...resource,
    scopes: scopes.map((scope) => (typeof scope === 'string' ? scope : scope.name)),
    scopeRules: scopes.filter((scope): scope is ResourceScope => typeof scope !== 'string'),
  })),
});

/** The operator's texts for scopes. `scopes` may have several languages, so it comes first. */
export const scopeDescriptions = ({
  resources,
  scopes,
}: Pick<Config, 'resources' | 'scopes'>): Config['scopes'] => ({
  ...(resources.some(({ isRestricted }) => isRestricted) && adminScopeTexts),
  ...Object.fromEntries(
    resources
      .flatMap(({ scopeRules = [] }) => scopeRules)
      .flatMap(({ name, description }) => (description === undefined ? [] : [[name, description] as const])),
  ),
  ...scopes,
});
