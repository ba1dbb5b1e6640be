import type { Config } from '#config';

/** Whether the client is the API with this audience. A token for an API and for `/userinfo` has two audiences. */
export type IsClientOfApi = (client: Readonly<Record<string, unknown>>, audience: unknown) => boolean;

/** An API is a client in `introspection_clients`, or with the audience in its `resources`. A public client is anyone. */
export const createIsClientOfApi = (config: Pick<Config, 'resources'>): IsClientOfApi => {
  const introspectionClients = new Map(
    config.resources.map(({ audience, introspection_clients: clients = [] }) => [audience, new Set(clients)]),
  );
  return (client, audience) => {
    if (client['clientAuthMethod'] === 'none') return false;
    const ownAudiences: readonly unknown[] = [client['resources'] ?? []].flat();
    return [audience]
      .flat()
      .some(
        (one) =>
          typeof one === 'string' &&
          (introspectionClients.get(one)?.has(String(client['clientId'])) === true ||
            ownAudiences.includes(one)),
      );
  };
};
