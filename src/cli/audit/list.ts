import type { Command } from '#src/command.ts';
import { withAccounts } from '../account/with-accounts.ts';
import { type PagingFlags, rejectBadCursor, wholeNumber } from '../paging.ts';
import { isoTime, table } from '../table.ts';
import { namesOfSubjects, resolveAccount } from './account-names.ts';
import { addQueryOptions, type QueryFlags } from './query.ts';

export const list: Command = (group, context) => {
  const { output } = context;
  addQueryOptions(group.command('list').description('what happened, the latest first'))
    .option('--limit <number>', 'how many', wholeNumber(1, 1000), 50)
    .option('--cursor <cursor>', 'where the page before ended')
    .action(async ({ limit, cursor, ...query }: PagingFlags & QueryFlags) => {
      const { items, next, nameOf } = await withAccounts(context, async (accounts, { store }) => {
        const { listRecords } = await import('#src/services/audit/index.ts');
        const asked = await resolveAccount(accounts, query);
        const page = await rejectBadCursor(
          listRecords(store, asked, { limit, ...(cursor !== undefined && { cursor }) }),
        );
        const subjects = page.items.map(({ account }) => account);
        return { ...page, nameOf: await namesOfSubjects(accounts, subjects) };
      });
      const rows = items.map((one) => [
        isoTime(one.at),
        one.type,
        one.outcome,
        one.reason ?? '',
        one.client ?? '',
        nameOf(one.account),
        one.address ?? '',
        one.correlation ?? '',
        String(one.merged?.count ?? 1),
      ]);
      output.answer(
        { items, ...(next !== undefined && { next }) },
        rows.length === 0
          ? 'Nothing of that kind is on record.'
          : table(
              ['TIME', 'TYPE', 'OUTCOME', 'REASON', 'CLIENT', 'ACCOUNT', 'ADDRESS', 'CORRELATION', 'COUNT'],
              rows,
            ),
      );
      if (next !== undefined) output.note(`More with --cursor '${next}'`);
    });
};
