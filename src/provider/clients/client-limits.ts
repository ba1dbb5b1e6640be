import { openidScopes } from '#config';

/**
 * The engine builds a client only if its `scope` has nothing but identity scopes, and isn't empty. The built client gets its
 * registered scope back (overrides/client-find.ts).
 */
export const withIdentityScopes = <T extends { readonly scope?: unknown }>(
  metadata: T,
  identityScopes: readonly string[] = openidScopes,
): T & { readonly registered_scope?: string } => {
  if (typeof metadata.scope !== 'string') return metadata;
  const own = metadata.scope.split(' ').filter((scope) => identityScopes.includes(scope));
  return { ...metadata, scope: own.join(' ') || 'openid', registered_scope: metadata.scope };
};

type Client = Readonly<Record<string, unknown>>;

const usable = new WeakMap<Client, ReadonlySet<string>>();

/** Whether a client may use a scope: its registered `scope` limits all others (RFC 7591 §2). */
export const mayUseScope = (client: Client, scope: string): boolean => {
  if (typeof client['scope'] !== 'string') return true;
  let scopes = usable.get(client);
  if (!scopes) {
    scopes = new Set(client['scope'].split(' ').filter((word) => word !== ''));
    usable.set(client, scopes);
  }
  return scopes.has(scope);
};

/**
 * A client that is added under the id of a deleted one is another client. Whether something was issued to the former
 * one, in seconds since 1970. Clients of the configuration have no time.
 */
export const isOfFormerClient = (client: Client | undefined, issuedAt: number | undefined): boolean =>
  issuedAt !== undefined && issuedAt < Number(client?.['client_id_issued_at'] ?? 0);
