import type { Config } from '#config';
import { exitCode, Failure } from '../../errors.ts';
import { plainAudiences } from '../../provider/access-tokens/plain-audiences.ts';
import { withIdentityScopes } from '../../provider/clients/client-limits.ts';
import type { Engine } from '../../provider/engine.ts';
import type { ClientMetadata, Clients } from './client.ts';

interface Dependencies {
  readonly config: Pick<Config, 'clients' | 'resources'>;
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
    new Client(withIdentityScopes(structuredClone(metadata)));
    return undefined;
  } catch (error) {
    if (error instanceof Error && 'error_description' in error) return String(error.error_description);
    throw error;
  }
};

/** A client that was stored before the resource got its `token_typ` (config/checks/resources.ts). */
const clientsWithPlainAudience = async ({ config, clients }: Dependencies): Promise<readonly string[]> => {
  const found: string[] = [];
  for (const id of plainAudiences(config)) if (await clients.find(id)) found.push(id);
  return found;
};

/** A configured client that this server would refuse at every request stops the start. */
export const checkConfiguredClients = async (dependencies: Dependencies): Promise<void> => {
  const { config, clients, engine } = dependencies;
  const [confusable] = await clientsWithPlainAudience(dependencies);
  if (confusable !== undefined) {
    throw new Failure({
      code: 'bad_configuration',
      message: `The client ${confusable} has the audience of a resource with token_typ: JWT as its id: use at+jwt, or delete the client.`,
      exit: exitCode.configuration,
    });
  }
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
