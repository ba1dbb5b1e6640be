import { registerDetailTypes } from './authorization-detail-types.ts';
import type { ClientFindOptions, EngineClient } from './options.ts';
import type { Override } from './override.ts';

/** Members that the types of the engine leave out. */
interface ClientKeys {
  readonly clientSecret?: string;
  readonly symmetricKeyStore: { add(key: Readonly<Record<string, string>>): void };
}

const maxCachedClients = 20_000;

/** The engine knows one secret of a client; an assertion may be made with any of them. */
const addAssertionSecrets = async (
  client: EngineClient,
  secretsOf: ClientFindOptions['assertionSecrets'],
) => {
  const { symmetricKeyStore, clientSecret } = client as unknown as ClientKeys;
  for (const secret of await secretsOf(client.clientId)) {
    if (secret === clientSecret) continue;
    const k = Buffer.from(secret).toString('base64url');
    symmetricKeyStore.add({ kty: 'oct', use: 'sig', alg: 'HS256', k });
  }
};

export const clientFind: Override = {
  name: 'client-find',
  symbols: ['Client.find'],
  reason:
    'The engine hashes the metadata of a client at each request, and builds the client anew once there are more than a hundred. Here a built client is kept for as long as its metadata is the same object.',
  test: 'test/protocol/client-authentication.test.ts',
  apply(provider, { clients, options }) {
    const cache = new Map<string, { readonly metadata: unknown; readonly client: EngineClient }>();
    const { Client } = provider;
    const find = Client.find.bind(Client);
    const secretsOf = options.clientFind?.assertionSecrets;
    const detailTypes = options.authorizationDetailTypes;

    const build = async (id: string, metadata: Readonly<Record<string, unknown>>) => {
      if (detailTypes) registerDetailTypes(provider, detailTypes, metadata);
      const client = await find(id);
      if (secretsOf && client?.clientAuthMethod === 'client_secret_jwt')
        await addAssertionSecrets(client, secretsOf);
      return client;
    };

    Client.find = async (id: string): Promise<EngineClient | undefined> => {
      if (typeof id !== 'string') return undefined;
      const metadata = await clients.find(id);
      const cached = cache.get(id);
      if (cached && cached.metadata === metadata) return cached.client;
      cache.delete(id);
      const client = metadata && (await build(id, metadata));
      if (client) {
        if (cache.size >= maxCachedClients) cache.delete(cache.keys().next().value ?? id);
        cache.set(id, { metadata, client });
      }
      return client;
    };
  },
};
