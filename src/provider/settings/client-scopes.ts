import { errors } from 'oidc-provider';
import type { ResourceConfig } from '#config';

type ClientMetadata = Readonly<Record<string, unknown>>;

/** The keys are clients as the engine knows them: a new object whenever the metadata changes. */
const registeredScopes = new WeakMap<ClientMetadata, ReadonlySet<string>>();

const allowedScopes = ({ scopes }: ResourceConfig, client: ClientMetadata): readonly string[] => {
  const { api_scope: scope } = client;
  if (typeof scope !== 'string') return scopes;
  let own = registeredScopes.get(client);
  if (!own) {
    own = new Set(scope.split(' '));
    registeredScopes.set(client, own);
  }
  return scopes.filter((one) => own.has(one));
};

/** The code of an `issuer_tokens` client is enough for a token, so it gets none that it has to guard. */
const listsResource = ({ audience }: ResourceConfig, client: ClientMetadata): boolean =>
  client['from_registration'] !== true &&
  client['issuer_tokens'] !== true &&
  [client['resources']].flat().includes(audience);

/**
 * A client that registered itself gets no token for an API unless the operator allows such clients for it, or a scope of
 * it. A restricted API is for clients that list it.
 */
export const isResourceAllowed = (resource: ResourceConfig, client: ClientMetadata): boolean => {
  if (resource.isRestricted) return listsResource(resource, client);
  return (
    client['from_registration'] !== true ||
    resource.self_described_clients === true ||
    allowedScopes(resource, client).length > 0
  );
};

/** The scopes of an API that a client may have: its registered `scope` limits those of APIs too (RFC 7591 §2). */
export const restrictToClient = (
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
