import type { Config } from '#config';
import { exitCode, Failure } from '#src/errors.ts';
import type { Feature } from '../../feature.ts';
import type { Engine } from '../../provider/engine.ts';
import { splitScope } from '../../provider/models/client-scope.ts';
import type { Clients } from './client.ts';

interface Parts {
  readonly config: Pick<Config, 'clients'>;
  readonly clients: Pick<Clients, 'find'>;
  readonly engine: () => Engine;
}

/**
 * Some rules follow the server's own settings, as which algorithms its keys sign with. A client of the configuration
 * that breaks one stops the start, where it would otherwise be refused at each of its requests.
 */
export const configuredClientsFit = ({ config, clients, engine }: Parts): Feature => ({
  name: 'clients',
  async start() {
    // Its constructor applies all rules; left out of the engine's types.
    const Client = engine().provider.Client as unknown as new (metadata: object) => object;
    const problems: string[] = [];
    for (const { client_id: id } of config.clients) {
      const metadata = await clients.find(id);
      try {
        // Not by its `validate`, which also fetches: a sector that is away for now is no mistake of the file.
        // Of a copy: keys are filled in where they lie, and the configuration stays as it was written.
        if (metadata) new Client(splitScope(structuredClone(metadata)));
      } catch (error) {
        if (!(error instanceof Error && 'error_description' in error)) throw error;
        problems.push(`${id}: ${error.error_description}`);
      }
    }
    if (problems.length === 0) return async () => {};
    throw new Failure({
      code: 'configuration_invalid',
      message: `Clients of the configuration can't be registered. ${problems.join('; ')}.`,
      exit: exitCode.configuration,
    });
  },
});
