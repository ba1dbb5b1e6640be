import type { Command } from '#src/command.ts';
import { addPagingOptions, answerPage, type PagingFlags, rejectBadCursor } from '../paging.ts';
import { accountData, withAccounts } from './with-accounts.ts';

interface ListFlags extends PagingFlags {
  readonly search?: string;
}

export const list: Command = (group, context) => {
  const { output } = context;
  const command = group
    .command('list')
    .description('list accounts, those of the configuration first')
    .option('--search <prefix>', 'only those with a user name, e-mail address or name that begins with it');
  addPagingOptions(command).action(async ({ search, ...flags }: ListFlags) => {
    const page = await withAccounts(context, (accounts) =>
      rejectBadCursor(search === undefined ? accounts.list(flags) : accounts.search(search, flags)),
    );
    answerPage(output, page, {
      toData: accountData,
      headings: ['USERNAME', 'STATE', 'FROM', 'SUB'],
      toRow: ({ id, username, enabled, from }) => [username, enabled ? 'enabled' : 'disabled', from, id],
      empty:
        search === undefined
          ? 'There are no accounts; `account add` makes one.'
          : `No account begins with ${search}.`,
    });
  });
};
