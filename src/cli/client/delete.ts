import type { Command } from '#src/command.ts';
import { withClients } from './with-clients.ts';

export const remove: Command = (group, context) => {
  group
    .command('delete')
    .description('delete a client; it is refused from now on')
    .argument('<client_id>')
    .action(async (id: string) => {
      await withClients(context, (clients) => clients.remove(id));
      context.output.answer({ client_id: id, deleted: true }, `The client ${id} is deleted.`);
    });
};
