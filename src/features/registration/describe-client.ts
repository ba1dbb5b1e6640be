import type { RegistrationDependencies } from './dependencies.ts';

const hiddenFields = new Set([
  'client_secret',
  'client_secret_expires_at',
  'from_registration',
  'own_loopback',
  'registered_scope',
]);

/** The metadata in force, including the engine's defaults, without the secret (RFC 7591 §3.2.1). */
export const describeClient = async (
  id: string,
  { clients, engine }: Pick<RegistrationDependencies, 'clients' | 'engine'>,
): Promise<Readonly<Record<string, unknown>> | undefined> => {
  const client = await engine().provider.Client.find(id);
  if (client?.['from_registration'] !== true) return undefined;
  const metadata = Object.entries(client.metadata());
  return {
    ...Object.fromEntries(metadata.filter(([name, value]) => value !== undefined && !hiddenFields.has(name))),
    scope: (await clients.get(id))?.metadata.scope,
  };
};
