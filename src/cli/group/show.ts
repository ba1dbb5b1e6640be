import type { Command } from '#src/command.ts';
import { groupNotFound } from '#src/services/groups/index.ts';
import { formatMembers } from '../format-members.ts';
import { addPagingOptions, noteNext, type PagingFlags, rejectBadCursor } from '../paging.ts';
import { table } from '../table.ts';
import { groupData, withGroups } from './with-groups.ts';

export const show: Command = (parent, context) => {
  const { output } = context;
  const command = parent.command('show').description('show one group and its members').argument('<name>');
  addPagingOptions(command, 'how many members').action(async (name: string, flags: PagingFlags) => {
    const { group, members } = await withGroups(context, async (groups, accounts) => {
      const found = await groups.find(name);
      if (found === undefined) throw groupNotFound(name);
      return { group: found, members: await rejectBadCursor(accounts.members(name, flags)) };
    });
    const { items, next } = members;
    const rows = items.map(({ id, username, enabled }) => [username, enabled ? 'enabled' : 'disabled', id]);
    output.answer(
      {
        ...groupData(group),
        members: items.map(({ id, username, enabled }) => ({ sub: id, username, enabled })),
        ...(next !== undefined && { next }),
      },
      `${formatMembers(groupData(group))}\n\n${rows.length === 0 ? 'No members.' : table(['USERNAME', 'STATE', 'SUB'], rows)}`,
    );
    noteNext(output, next, 'More members');
  });
};
