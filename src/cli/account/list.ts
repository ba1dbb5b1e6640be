import type { Command } from '#src/command.ts';
import { type PagingFlags, rejectBadCursor, wholeNumber } from '../paging.ts';
import { table } from '../table.ts';
import { accountData, withAccounts } from './with-accounts.ts';

interface ListFlags extends PagingFlags {
  readonly search?: string;
}

export const list: Command = (group, context) => {
  const { output } = context;
  group
    .command('list')
    .description('list accounts, those of the configuration first')
    .option('--search <prefix>', 'only those with a user name, e-mail address or name that begins with it')
    .option('--limit <number>', 'how many', wholeNumber(1, 1000), 50)
    .option('--cursor <cursor>', 'where the page before ended')
    .action(async ({ search, ...flags }: ListFlags) => {
      const { items, next } = await withAccounts(context, (accounts) =>
        rejectBadCursor(search === undefined ? accounts.list(flags) : accounts.search(search, flags)),
      );
      const rows = items.map(({ id, username, enabled, from }) => [
        username,
        enabled ? 'enabled' : 'disabled',
        from,
        id,
      ]);
      output.answer(
        { items: items.map(accountData), ...(next === undefined ? {} : { next }) },
        rows.length === 0
          ? search === undefined
            ? 'There are no accounts; `account add` makes one.'
            : `No account begins with ${search}.`
          : table(['USERNAME', 'STATE', 'FROM', 'SUB'], rows),
      );
      if (next !== undefined) output.note(`More with --cursor ${next}`);
    });
};
