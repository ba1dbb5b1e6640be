import { errors } from 'oidc-provider';

type Client = Readonly<Record<string, unknown>>;

/**
 * Whether a person may use a client: without `allowed_groups` everyone may, otherwise the members of one of the groups.
 * Groups are those of now, so this is asked again for every token.
 */
export const hasAccess = (client: Client, groups: readonly string[]): boolean => {
  const allowed: unknown = client['allowed_groups'];
  if (allowed === undefined) return true;
  return Array.isArray(allowed) && groups.some((group) => allowed.includes(group));
};

/** RFC 6749 §4.1.2.1: the person isn't told apart from one who declined, and the description says why. */
export const noAccess = (): errors.AccessDenied =>
  new errors.AccessDenied('this person may not use the client: it is for members of certain groups');
