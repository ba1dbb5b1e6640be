import { errors, Provider } from 'oidc-provider';
import type { GrantType } from '../grant-types.ts';

export interface ClientSource {
  /** The same object as long as the client is unchanged. */
  find(id: string): Promise<Record<string, unknown> | undefined>;
  /** Whether this is a secret of that client, now. */
  verifySecret(id: string, secret: string): Promise<boolean>;
}

type EngineClient = InstanceType<Provider['Client']>;

const maxCachedClients = 20_000;

/**
 * The engine would hash a client's metadata at each request, and build it anew once there are more than a hundred.
 * Here a built client is kept as long as what it was built from.
 */
export const cacheClients = (provider: Provider, clients: ClientSource): void => {
  const cache = new Map<string, { from: unknown; client: EngineClient }>();
  const build = provider.Client.find.bind(provider.Client);
  provider.Client.find = async (id: string): Promise<EngineClient | undefined> => {
    if (typeof id !== 'string') return undefined;
    const from = await clients.find(id);
    const cached = cache.get(id);
    if (cached && cached.from === from) return cached.client;
    cache.delete(id);
    const client = from && (await build(id));
    if (client) {
      if (cache.size >= maxCachedClients) cache.delete(cache.keys().next().value ?? id);
      cache.set(id, { from, client });
    }
    return client;
  };
};

interface ClientWithSecret {
  clientId: string;
  compareClientSecret(secret: string): boolean | Promise<boolean>;
}

export const compareHashedSecrets = (provider: Provider, clients: ClientSource): void => {
  // Not in the engine's types; awaited by its client authentication.
  const prototype = provider.Client.prototype as unknown as ClientWithSecret;
  prototype.compareClientSecret = function (this: ClientWithSecret, secret: string) {
    return clients.verifySecret(this.clientId, secret);
  };
};

/** RFC 6749 §5.2 has a name of its own for a grant that the client may not use; the engine says `invalid_request`. */
export const answerUnauthorizedClient = (provider: Provider, grantTypes: readonly GrantType[]): void => {
  const grantTypeByRoute = new Map<string | undefined, string>(
    grantTypes.flatMap(({ name, beginsAt }) => (beginsAt ? [[beginsAt, name]] : [])),
  );
  const { prototype } = provider.Client;
  const { grantTypeAllowed } = prototype;
  prototype.grantTypeAllowed = function (type) {
    if (grantTypeAllowed.call(this, type)) return true;
    const oidc = Provider.ctx?.oidc;
    const requested =
      oidc?.route === 'token' ? oidc.params?.['grant_type'] : grantTypeByRoute.get(oidc?.route);
    if (requested === type) throw new errors.UnauthorizedClient(`${type} is not a grant type of this client`);
    return false;
  };
};
