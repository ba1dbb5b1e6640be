import type { Command } from '#src/command.ts';
import { pkcePolicyOf } from '#src/provider/pkce-policy.ts';
import { authenticationMethodOf, type ClientRecord } from '#src/services/clients/index.ts';
import { type PagingFlags, rejectBadCursor, wholeNumber } from '../paging.ts';
import { table } from '../table.ts';
import { clientData } from './present.ts';
import { withClients } from './with-clients.ts';

const usesCodes = ({ grant_types: grants }: ClientRecord['metadata']): boolean =>
  grants === undefined || grants.includes('authorization_code');

interface ListFlags extends PagingFlags {
  readonly search?: string;
}

export const list: Command = (group, context) => {
  const { output } = context;
  group
    .command('list')
    .description('list clients, those of the configuration first')
    .option('--search <prefix>', 'only those with a name or id that begins with it')
    .option('--limit <number>', 'how many', wholeNumber(1, 1000), 50)
    .option('--cursor <cursor>', 'where the page before ended')
    .action(async ({ search, ...flags }: ListFlags) => {
      const { items, next, byDefault } = await withClients(context, async (clients, { security }) => ({
        ...(await rejectBadCursor(
          search === undefined ? clients.list(flags) : clients.search(search, flags),
        )),
        byDefault: security.pkce,
      }));
      const pkceOf = ({ metadata }: ClientRecord): string =>
        usesCodes(metadata)
          ? pkcePolicyOf(metadata, authenticationMethodOf(metadata) === 'none', byDefault)
          : '';
      const rows = items.map((client) => [
        client.id,
        authenticationMethodOf(client.metadata),
        pkceOf(client),
        client.from,
        client.stoppedAt === undefined ? '' : 'stopped',
        client.metadata.client_name ?? '',
      ]);
      output.answer(
        {
          items: items.map((one) => ({
            ...clientData(one),
            ...(usesCodes(one.metadata) && { pkce: pkceOf(one) }),
          })),
          ...(next === undefined ? {} : { next }),
        },
        rows.length === 0
          ? search === undefined
            ? 'There are no clients; `client add` makes one.'
            : `No client begins with ${search}.`
          : table(['CLIENT_ID', 'METHOD', 'PKCE', 'FROM', 'STATE', 'NAME'], rows),
      );
      if (next !== undefined) output.note(`More with --cursor ${next}`);
    });
};
