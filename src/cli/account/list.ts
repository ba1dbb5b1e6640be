import type { Command } from '#src/command.ts';
import type { Account } from '#src/services/accounts/index.ts';
import { addPagingOptions, answerPage, type PagingFlags, rejectBadCursor } from '../paging.ts';
import { accountData, withAccounts } from './with-accounts.ts';

interface ListFlags extends PagingFlags {
  readonly search?: string;
}

const stateOf = ({ enabled, isSuperseded }: Account): string =>
  isSuperseded ? 'superseded' : enabled ? 'enabled' : 'disabled';

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
      toRow: (account) => [account.username, stateOf(account), account.from, account.id],
      empty:
        search === undefined
          ? 'There are no accounts; `account add` makes one.'
          : `No account begins with ${search}.`,
    });
  });
};
