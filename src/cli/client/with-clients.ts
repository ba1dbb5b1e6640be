import type { CommandContext } from '#src/command.ts';
import { exitCode, Failure } from '#src/errors.ts';
import type { Clients } from '#src/services/clients/index.ts';
import { type StoreCreation, withConfiguredInstallation } from '../installation.ts';

export const withClients = <T>(
  context: CommandContext & StoreCreation,
  work: (clients: Clients) => Promise<T>,
): Promise<T> =>
  withConfiguredInstallation(context, async (installation) => {
    const [{ createClients }, { createKeys }, { grantTypesOf }] = await Promise.all([
      import('#src/services/clients/index.ts'),
      import('#src/services/keys/index.ts'),
      import('#src/features/declarations.ts'),
    ]);
    const keys = await createKeys({ ...installation, maintain: false });
    const clients = createClients({ ...installation, secretCipher: keys.cipher, grantTypes: grantTypesOf() });
    try {
      return await work(clients);
    } finally {
      clients.close();
      await keys.close();
    }
  });

export const clientNotFound = (id: string): Failure =>
  new Failure({
    code: 'client_not_found',
    message: `There is no client ${id}; \`client list\` shows those there are.`,
    exit: exitCode.notFound,
  });
