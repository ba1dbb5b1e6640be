import type { Provider } from 'oidc-provider';
import type { SecretSource } from './assertion.ts';

interface WithKeys {
  readonly clientSecret?: string;
  readonly symmetricKeyStore: { add(key: Readonly<Record<string, string>>): void };
}

/** The engine knows one secret of a client; while one is being replaced, assertions may be made with either. */
export const acceptEverySecret = (provider: Provider, clients: SecretSource): void => {
  const prepared = new WeakSet<object>();
  const find = provider.Client.find.bind(provider.Client);
  provider.Client.find = async (id: string) => {
    const client = await find(id);
    if (client?.clientAuthMethod !== 'client_secret_jwt' || prepared.has(client)) return client;
    prepared.add(client);
    // Left out of the engine's types.
    const { symmetricKeyStore, clientSecret } = client as unknown as WithKeys;
    for (const secret of await clients.recoverSecrets(id)) {
      if (secret === clientSecret) continue;
      const k = Buffer.from(secret).toString('base64url');
      symmetricKeyStore.add({ kty: 'oct', use: 'sig', alg: 'HS256', k });
    }
    return client;
  };
};
