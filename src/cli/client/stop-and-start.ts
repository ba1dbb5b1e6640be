import type { Command } from '#src/command.ts';
import { withClients } from './with-clients.ts';

export const stop: Command = (group, context) => {
  group
    .command('stop')
    .description('refuse every request of a client, and report its tokens as inactive, until it is started')
    .argument('<client_id>')
    .action(async (id: string) => {
      await withClients(context, (clients) => clients.stop(id));
      context.output.answer(
        { client_id: id, stopped: true },
        `The client ${id} is stopped: its requests are refused, and its tokens are inactive. APIs that verify tokens locally accept them until they expire.`,
      );
    });
};

export const start: Command = (group, context) => {
  group
    .command('start')
    .description('let a stopped client be used again, with the tokens that it has')
    .argument('<client_id>')
    .action(async (id: string) => {
      await withClients(context, (clients) => clients.start(id));
      context.output.answer({ client_id: id, stopped: false }, `The client ${id} may be used.`);
    });
};
