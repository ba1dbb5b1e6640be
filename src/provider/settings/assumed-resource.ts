import type { Config } from '#config';
import { createClientScopes } from './client-scopes.ts';

type ClientMetadata = Readonly<Record<string, unknown>>;

/** The API of a request that names none: of the client's own ones, otherwise of the defaults that it may have. */
export const createAssumedResource = (config: Pick<Config, 'registration' | 'resources'>) => {
  const scopesOf = new Map(config.resources.map(({ audience, scopes }) => [audience, new Set(scopes)]));
  const { isResourceAllowed } = createClientScopes(config);
  const defaults = config.resources.filter((resource) => resource.default);
  const hasScope = (audience: string, scope: string): boolean => scopesOf.get(audience)?.has(scope) ?? false;

  /** The APIs that requests of the client may mean without naming them. */
  const assumedOf = (client: ClientMetadata): readonly string[] => {
    const own: unknown = client['audience'] ?? client['resources'];
    if (own !== undefined) return [own].flat().map(String);
    return defaults.filter((resource) => isResourceAllowed(resource, client)).map(({ audience }) => audience);
  };

  /** The first API that has all scopes of APIs in the request, otherwise the first one. */
  const assume = (audiences: readonly string[], scopes: Iterable<string>): string | undefined => {
    const requested = [...scopes].filter((scope) => audiences.some((audience) => hasScope(audience, scope)));
    return (
      audiences.find((audience) => requested.every((scope) => hasScope(audience, scope))) ?? audiences[0]
    );
  };

  return { assumedOf, assume };
};
