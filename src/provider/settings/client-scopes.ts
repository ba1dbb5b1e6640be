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

/** Whether a client may request tokens for an API, and the rule that decides it. */
export interface ResourceDecision {
  readonly allowed: boolean;
  readonly why: string;
}

const allowed = (why: string): ResourceDecision => ({ allowed: true, why });
const refused = (why: string): ResourceDecision => ({ allowed: false, why });

/**
 * A client of the operator gets tokens for an API even without a scope of it. A registered `scope` is a limit, so such a
 * client lists the API, unless the API is open to all: as the default, or without scopes to self-registered clients.
 */
const decideForClientOfOperator = (resource: ResourceConfig, client: ClientMetadata): ResourceDecision => {
  if (typeof client['scope'] !== 'string') return allowed('the client has no scope that limits it');
  if ([client['audience'] ?? client['resources']].flat().includes(resource.audience))
    return allowed('the resources of the client name it');
  if (resource.default === true) return allowed('it is the default');
  if (resource.self_described_clients === true && resource.scopes.length === 0)
    return allowed('it has no scopes, and any client may have it (self_described_clients)');
  return refused(
    'the client has a scope, which has none of this API: add the API to its resources, or a scope of the API to its scope',
  );
};

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
  const decideResource = (resource: ResourceConfig, client: ClientMetadata): ResourceDecision => {
    if (resource.isRestricted)
      return listsResource(resource, client)
        ? allowed('the resources of the client name it')
        : refused('it is for clients of the operator alone whose resources name it');
    if (allowedScopes(resource, client).length > 0) return allowed('the client may use scopes of it');
    if (client['from_registration'] !== true) return decideForClientOfOperator(resource, client);
    return isOpen(resource, client)
      ? allowed('any client may have it (self_described_clients)')
      : refused(
          'the client registered itself, and neither self_described_clients nor registration.scopes allow it',
        );
  };

  const isResourceAllowed = (resource: ResourceConfig, client: ClientMetadata): boolean =>
    decideResource(resource, client).allowed;

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
    const foreign = resource.scopes.find((scope) => requested.has(scope) && !scopes.includes(scope));
    if (foreign !== undefined) throw new errors.InvalidScope('requested scope is not allowed', foreign);
    return { ...resource, scopes };
  };

  return { decideResource, isResourceAllowed, restrictToClient };
};
