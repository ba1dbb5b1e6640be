import type { Command } from '#src/command.ts';
import { formatMembers } from '../format-members.ts';
import { clientData } from './present.ts';
import { clientNotFound, withClients } from './with-clients.ts';

export const show: Command = (group, context) => {
  group
    .command('show')
    .description('show one client; never its secrets')
    .argument('<client_id>')
    .action(async (id: string) => {
      const record = await withClients(context, (clients) => clients.get(id));
      if (record === undefined) throw clientNotFound(id);
      context.output.answer(clientData(record), formatMembers(clientData(record)));
    });
};
