import type { CommandContext } from '#src/command.ts';
import { exitCode, Failure } from '#src/errors.ts';
import type { Clients } from '#src/features/clients/index.ts';
import { type Beginning, onInstallation } from '../installation.ts';

export const onClients = <T>(
  context: CommandContext & Beginning,
  work: (clients: Clients) => Promise<T>,
): Promise<T> =>
  onInstallation(context, async (installation) => {
    const [{ createClients }, { createKeys }] = await Promise.all([
      import('#src/features/clients/index.ts'),
      import('#src/features/keys/index.ts'),
    ]);
    const keys = await createKeys({ ...installation, maintain: false });
    const clients = createClients({ ...installation, secretBox: keys.box });
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
