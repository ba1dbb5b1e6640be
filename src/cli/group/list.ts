import type { Command } from '#src/command.ts';
import { type PagingFlags, rejectBadCursor, wholeNumber } from '../paging.ts';
import { table } from '../table.ts';
import { groupData, withGroups } from './with-groups.ts';

export const list: Command = (parent, context) => {
  const { output } = context;
  parent
    .command('list')
    .description('list groups, those of the configuration first')
    .option('--limit <number>', 'how many', wholeNumber(1, 1000), 50)
    .option('--cursor <cursor>', 'where the page before ended')
    .action(async (flags: PagingFlags) => {
      const { items, next } = await withGroups(context, (groups) => rejectBadCursor(groups.list(flags)));
      const rows = items.map(({ name, from, title = '' }) => [name, from, title]);
      output.answer(
        { items: items.map(groupData), ...(next !== undefined && { next }) },
        rows.length === 0
          ? 'There are no groups; `group add` makes one.'
          : table(['NAME', 'FROM', 'TITLE'], rows),
      );
      if (next !== undefined) output.note(`More with --cursor ${next}`);
    });
};
