import type { Config } from '#config';
import type { CommandContext, InstallationOptions } from '#src/command.ts';
import { exitCode, Failure } from '#src/errors.ts';
import type { Clients } from '#src/services/clients/index.ts';
import type { Store } from '#src/store/port.ts';

export const withClients = <T>(
  { withInstallation }: CommandContext,
  work: (clients: Clients, config: Config, store: Store) => Promise<T>,
  options?: InstallationOptions,
): Promise<T> =>
  withInstallation(async (installation) => {
    const [{ createClients }, { createKeys }, { grantTypesOf }] = await Promise.all([
      import('#src/services/clients/index.ts'),
      import('#src/services/keys/index.ts'),
      import('#src/features/declarations.ts'),
    ]);
    const keys = await createKeys({ ...installation, maintain: false });
    const clients = createClients({ ...installation, secretCipher: keys.cipher, grantTypes: grantTypesOf() });
    try {
      await clients.readStopped();
      return await work(clients, installation.config, installation.store);
    } finally {
      clients.close();
      await keys.close();
    }
  }, options);

export const clientNotFound = (id: string): Failure =>
  new Failure({
    code: 'client_not_found',
    message: `There is no client ${id}; \`client list\` shows all clients.`,
    exit: exitCode.notFound,
  });
