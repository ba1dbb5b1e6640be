import { openidScopes } from '#config';

/**
 * Splits the `scope` of a client. The engine accepts only identity scopes there, and refuses a client with any other.
 * `api_scope` has those of APIs; when it is absent, the client may request all of them.
 */
export const splitScope = <T extends { readonly scope?: unknown }>(
  metadata: T,
  identityScopes: readonly string[] = openidScopes,
): T & { readonly api_scope?: string } => {
  if (typeof metadata.scope !== 'string') return metadata;
  const all = metadata.scope.split(' ').filter((scope) => scope !== '');
  const own = all.filter((scope) => identityScopes.includes(scope));
  return {
    ...metadata,
    // An empty scope would mean no limit to the engine.
    scope: own.join(' ') || 'openid',
    api_scope: all.filter((scope) => !openidScopes.includes(scope)).join(' '),
  };
};

type Client = Readonly<Record<string, unknown>>;

const wordsOf = (text: unknown): readonly string[] =>
  typeof text === 'string' ? text.split(' ').filter((word) => word !== '') : [];

const usable = new WeakMap<Client, ReadonlySet<string>>();

/** Whether a client, as the engine knows it, may use a scope: its registered `scope` limits all others (RFC 7591 §2). */
export const mayUseScope = (client: Client, scope: string): boolean => {
  if (typeof client['scope'] !== 'string') return true;
  let scopes = usable.get(client);
  if (!scopes) {
    scopes = new Set([...wordsOf(client['scope']), ...wordsOf(client['api_scope'])]);
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
