import type { Command } from '#src/command.ts';
import { withGroups } from './with-groups.ts';

export const remove: Command = (parent, context) => {
  parent
    .command('delete')
    .description('remove all members of a group, then the group')
    .argument('<name>')
    .action(async (name: string) => {
      const members = await withGroups(context, async (groups, accounts) => {
        const { deleteGroup } = await import('#src/services/groups/index.ts');
        return deleteGroup(groups, accounts, name);
      });
      context.output.answer(
        { name, deleted: true, members },
        `The group ${name} is deleted; it had ${members} ${members === 1 ? 'member' : 'members'}.`,
      );
    });
};
