import type { Command } from '#src/command.ts';
import { lines } from '../lines.ts';
import { clientNotFound, onClients } from './on-clients.ts';
import { clientData } from './present.ts';

export const show: Command = (group, context) => {
  group
    .command('show')
    .description('show one client; never its secrets')
    .argument('<client_id>')
    .action(async (id: string) => {
      const record = await onClients(context, (clients) => clients.get(id));
      if (record === undefined) throw clientNotFound(id);
      context.output.answer(clientData(record), lines(clientData(record)));
    });
};
