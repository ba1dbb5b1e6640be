import type { Command } from '#src/command.ts';
import { withAccounts } from '../account/with-accounts.ts';
import { addPagingOptions, answerPage, type PagingFlags, rejectBadCursor } from '../paging.ts';
import { isoTime } from '../table.ts';
import { addQueryOptions, type QueryFlags } from './query.ts';

export const list: Command = (group, context) => {
  const { output } = context;
  const command = addQueryOptions(group.command('list').description('what happened, the latest first'));
  addPagingOptions(command).action(async ({ limit, cursor, ...query }: PagingFlags & QueryFlags) => {
    const { page, nameOf } = await withAccounts(context, async (accounts, { store }) => {
      const { listRecords, namesOfSubjects, resolveAccounts } = await import('#src/services/audit/index.ts');
      const asked = await resolveAccounts({ accounts, store }, query);
      const found = await rejectBadCursor(
        listRecords(store, asked, { limit, ...(cursor !== undefined && { cursor }) }),
      );
      const subjects = found.items.map(({ account }) => account);
      return { page: found, nameOf: await namesOfSubjects(accounts, subjects) };
    });
    answerPage(output, page, {
      toData: (record) => record,
      headings: ['TIME', 'TYPE', 'OUTCOME', 'REASON', 'CLIENT', 'ACCOUNT', 'ADDRESS', 'CORRELATION', 'COUNT'],
      toRow: (record) => [
        isoTime(record.at),
        record.type,
        record.outcome,
        record.reason ?? '',
        record.client ?? '',
        record.account === undefined ? '' : nameOf(record.account),
        record.address ?? '',
        record.correlation ?? '',
        String(record.merged?.count ?? 1),
      ],
      empty: 'Nothing of that kind is on record.',
    });
  });
};
