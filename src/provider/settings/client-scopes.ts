import { errors } from 'oidc-provider';
import type { Config, ResourceConfig } from '#config';
import { mayUseScope } from '../clients/client-limits.ts';

type ClientMetadata = Readonly<Record<string, unknown>>;

/** The code of an `issuer_tokens` client is enough for a token, so it gets none that it has to guard. */
const listsResource = ({ audience }: ResourceConfig, client: ClientMetadata): boolean =>
  client['from_registration'] !== true &&
  client['issuer_tokens'] !== true &&
  [client['resources']].flat().includes(audience);

/** Whether an API is open to clients of this kind, whatever their scopes. */
const isOpen = (resource: ResourceConfig, client: ClientMetadata): boolean =>
  client['from_registration'] !== true || resource.self_described_clients === true;

/**
 * Whether a client of the operator gets tokens for an API even without a scope of it. A registered `scope` is a limit, so
 * such a client lists the API, unless the API is open to all: as the default, or without scopes to self-registered clients.
 */
const isForClient = (resource: ResourceConfig, client: ClientMetadata): boolean =>
  typeof client['scope'] !== 'string' ||
  resource.default === true ||
  (resource.self_described_clients === true && resource.scopes.length === 0) ||
  [client['audience'] ?? client['resources']].flat().includes(resource.audience);

/** Which APIs, and which of their scopes, a client may request. */
export const createClientScopes = ({ registration }: Pick<Config, 'registration'>) => {
  const scopesOfOperator: ReadonlySet<string> = new Set(registration.scopes);

  /**
   * Two APIs may have scopes of the same name. A client that registered itself has the name from an open API or from
   * the operator, and only the latter counts at an API that isn't open.
   */
  const allowedScopes = (resource: ResourceConfig, client: ClientMetadata): readonly string[] => {
    const scopes = isOpen(resource, client)
      ? resource.scopes
      : resource.scopes.filter((scope) => scopesOfOperator.has(scope));
    if (typeof client['scope'] !== 'string') return scopes;
    return scopes.filter((scope) => mayUseScope(client, scope));
  };

  /**
   * A client that registered itself gets no token for an API unless the operator allows such clients for it, or a scope
   * of it. One with a registered `scope` gets none for an API that neither its scope nor its `resources` name. A restricted
   * API is for clients that list it.
   */
  const isResourceAllowed = (resource: ResourceConfig, client: ClientMetadata): boolean => {
    if (resource.isRestricted) return listsResource(resource, client);
    if (allowedScopes(resource, client).length > 0) return true;
    return (
      isOpen(resource, client) && (client['from_registration'] === true || isForClient(resource, client))
    );
  };

  /** The scopes of an API that a client may have: its registered `scope` limits those of APIs too (RFC 7591 §2). */
  const restrictToClient = (
    resource: ResourceConfig,
    client: ClientMetadata,
    requested: ReadonlySet<string>,
  ): ResourceConfig => {
    if (!isResourceAllowed(resource, client)) {
      throw new errors.InvalidTarget('this client may not request tokens for this resource');
    }
    const scopes = allowedScopes(resource, client);
    if (scopes.length === resource.scopes.length) return resource;
    const refused = resource.scopes.find((scope) => requested.has(scope) && !scopes.includes(scope));
    if (refused !== undefined) throw new errors.InvalidScope('requested scope is not allowed', refused);
    return { ...resource, scopes };
  };

  return { isResourceAllowed, restrictToClient };
};
