import type { Command } from '#src/command.ts';
import { addPagingOptions, answerPage, type PagingFlags, rejectBadCursor } from '../paging.ts';
import { groupData, withGroups } from './with-groups.ts';

export const list: Command = (parent, context) => {
  const { output } = context;
  const command = parent.command('list').description('list groups, those of the configuration first');
  addPagingOptions(command).action(async (flags: PagingFlags) => {
    const page = await withGroups(context, (groups) => rejectBadCursor(groups.list(flags)));
    answerPage(output, page, {
      toData: groupData,
      headings: ['NAME', 'FROM', 'TITLE'],
      toRow: ({ name, from, title = '' }) => [name, from, title],
      empty: 'There are no groups; `group add` makes one.',
    });
  });
};
