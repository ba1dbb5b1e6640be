import type { Config } from '#config';
import { exitCode, Failure } from '#src/errors.ts';
import { splitScope } from '../../provider/client-scope.ts';
import type { Engine } from '../../provider/engine.ts';
import type { ClientMetadata, Clients } from './client.ts';

interface Dependencies {
  readonly config: Pick<Config, 'clients'>;
  readonly clients: Pick<Clients, 'find'>;
  readonly engine: Engine;
}

/**
 * Some rules depend on the settings of the server, as the algorithms that its keys sign with. Returns the rule that a
 * client breaks; the engine would refuse each of its requests.
 */
export const incompatibility = ({ provider }: Engine, metadata: ClientMetadata): string | undefined => {
  // The constructor applies all rules. It is missing in the types of oidc-provider.
  const Client = provider.Client as unknown as new (metadata: object) => object;
  try {
    // `Client.validate` would also fetch, and a sector that can't be reached now isn't a mistake.
    // The constructor fills in keys in place, so it gets a copy.
    new Client(splitScope(structuredClone(metadata)));
    return undefined;
  } catch (error) {
    if (error instanceof Error && 'error_description' in error) return String(error.error_description);
    throw error;
  }
};

/** A configured client that this server would refuse at every request stops the start. */
export const checkConfiguredClients = async ({ config, clients, engine }: Dependencies): Promise<void> => {
  const problems: string[] = [];
  for (const { client_id: id } of config.clients) {
    const metadata = await clients.find(id);
    const problem = metadata && incompatibility(engine, metadata);
    if (problem !== undefined) problems.push(`${id}: ${problem}`);
  }
  if (problems.length === 0) return;
  throw new Failure({
    code: 'bad_configuration',
    message: `Clients of the configuration can't be registered. ${problems.join('; ')}.`,
    exit: exitCode.configuration,
  });
};
