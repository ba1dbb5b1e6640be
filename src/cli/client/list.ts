import type { Command } from '#src/command.ts';
import { pkcePolicyOf } from '#src/provider/pkce-policy.ts';
import { authenticationMethodOf, type ClientRecord } from '#src/services/clients/index.ts';
import { addPagingOptions, answerPage, type PagingFlags, rejectBadCursor } from '../paging.ts';
import { clientData } from './present.ts';
import { withClients } from './with-clients.ts';

const usesCodes = ({ grant_types: grants }: ClientRecord['metadata']): boolean =>
  grants === undefined || grants.includes('authorization_code');

interface ListFlags extends PagingFlags {
  readonly search?: string;
}

export const list: Command = (group, context) => {
  const { output } = context;
  const command = group
    .command('list')
    .description('list clients, those of the configuration first')
    .option('--search <prefix>', 'only those with a name or id that begins with it');
  addPagingOptions(command).action(async ({ search, ...flags }: ListFlags) => {
    const { page, byDefault } = await withClients(context, async (clients, { security }) => ({
      page: await rejectBadCursor(search === undefined ? clients.list(flags) : clients.search(search, flags)),
      byDefault: security.pkce,
    }));
    const pkceOf = ({ metadata }: ClientRecord): string =>
      usesCodes(metadata)
        ? pkcePolicyOf(metadata, authenticationMethodOf(metadata) === 'none', byDefault)
        : '';
    answerPage(output, page, {
      toData: (client) => ({
        ...clientData(client),
        ...(usesCodes(client.metadata) && { pkce: pkceOf(client) }),
      }),
      headings: ['CLIENT_ID', 'METHOD', 'PKCE', 'FROM', 'STATE', 'NAME'],
      toRow: (client) => [
        client.id,
        authenticationMethodOf(client.metadata),
        pkceOf(client),
        client.from,
        client.stoppedAt === undefined ? '' : 'stopped',
        client.metadata.client_name ?? '',
      ],
      empty:
        search === undefined
          ? 'There are no clients; `client add` makes one.'
          : `No client begins with ${search}.`,
    });
  });
};
