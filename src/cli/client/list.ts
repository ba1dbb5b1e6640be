import type { Command } from '#src/command.ts';
import { type PagingFlags, rejectBadCursor, wholeNumber } from '../paging.ts';
import { table } from '../table.ts';
import { clientData } from './present.ts';
import { withClients } from './with-clients.ts';

export const list: Command = (group, context) => {
  const { output } = context;
  group
    .command('list')
    .description('list clients, those of the configuration first')
    .option('--limit <number>', 'how many', wholeNumber(1, 1000), 50)
    .option('--cursor <cursor>', 'where the page before ended')
    .action(async (flags: PagingFlags) => {
      const { items, next } = await withClients(context, (clients) => rejectBadCursor(clients.list(flags)));
      const rows = items.map(({ id, metadata, from }) => [
        id,
        metadata.token_endpoint_auth_method ?? 'client_secret_basic',
        from,
        metadata.client_name ?? '',
      ]);
      output.answer(
        { items: items.map((one) => clientData(one)), ...(next === undefined ? {} : { next }) },
        rows.length === 0
          ? 'There are no clients; `client add` makes one.'
          : table(['CLIENT_ID', 'METHOD', 'FROM', 'NAME'], rows),
      );
      if (next !== undefined) output.note(`More with --cursor ${next}`);
    });
};
