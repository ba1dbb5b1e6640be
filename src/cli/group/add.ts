import type { Command } from '#src/command.ts';
import { formatMembers } from '../format-members.ts';
import { groupData, withGroups } from './with-groups.ts';

interface TextFlags {
  readonly title?: string;
  readonly description?: string;
}

export const add: Command = (parent, context) => {
  parent
    .command('add')
    .description('add a group')
    .argument('<name>', 'up to 64 characters of a-z, 0-9, dot, underscore and dash')
    .option('--title <text>', 'what pages call it; default: its name')
    .option('--description <text>', 'what it is for')
    .action(async (name: string, texts: TextFlags) => {
      const group = await withGroups(
        context,
        async (groups, accounts) => {
          const { addGroup } = await import('#src/services/groups/index.ts');
          return addGroup(groups, accounts, { name, ...texts });
        },
        { mayCreateStore: true },
      );
      context.output.answer(groupData(group), formatMembers(groupData(group)));
    });
};
