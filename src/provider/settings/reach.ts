import { errors } from 'oidc-provider';
import type { ResourceConfig } from '#config';

type Restricted = Readonly<Record<string, unknown>>;

const reached = ({ scopes }: ResourceConfig, { api_scope: scope }: Restricted): readonly string[] => {
  if (typeof scope !== 'string') return scopes;
  const own = new Set(scope.split(' '));
  return scopes.filter((one) => own.has(one));
};

/** One that registered itself gets nothing for an API whose scopes the operator keeps from such clients. */
export const isWithinReach = (resource: ResourceConfig, client: Restricted): boolean =>
  client['from_registration'] !== true || reached(resource, client).length > 0;

/** What of an API is for a client: the `scope` that it is registered with holds for APIs as well (RFC 7591 §2). */
export const withinReach = (
  resource: ResourceConfig,
  client: Restricted,
  asked: ReadonlySet<string>,
): ResourceConfig => {
  if (!isWithinReach(resource, client)) {
    throw new errors.InvalidTarget('the resource is not one that this client may ask for');
  }
  const scopes = reached(resource, client);
  if (scopes.length === resource.scopes.length) return resource;
  const refused = resource.scopes.find((scope) => asked.has(scope) && !scopes.includes(scope));
  if (refused !== undefined) throw new errors.InvalidScope('requested scope is not allowed', refused);
  return { ...resource, scopes };
};
