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
 * Some rules follow the server's own settings, as which algorithms its keys sign with. Says which of them a client
 * breaks: it would be refused at each of its requests.
 */
export const incompatibility = ({ provider }: Engine, metadata: ClientMetadata): string | undefined => {
  // Its constructor applies all rules; left out of the engine's types.
  const Client = provider.Client as unknown as new (metadata: object) => object;
  try {
    // Not by its `validate`, which also fetches: a sector that is away for now is no mistake.
    // Of a copy: keys are filled in where they lie, and what was given stays as it was.
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
