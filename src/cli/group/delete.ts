import type { Command } from '#src/command.ts';
import { withClients } from '../client/with-clients.ts';
import { withGroups } from './with-groups.ts';

export const remove: Command = (parent, context) => {
  parent
    .command('delete')
    .description('remove all members of a group, then the group')
    .argument('<name>')
    .action(async (name: string) => {
      const { deleteGroup, findGroupUse, groupInUse } = await import('#src/services/groups/index.ts');
      const use = await withClients(context, (clients, config, store) =>
        findGroupUse({ config, clients, store }, name),
      );
      if (use !== undefined) throw groupInUse(name, use);
      const members = await withGroups(context, (groups, accounts) =>
        deleteGroup(groups, accounts, name, { mayChangeRoles: true }),
      );
      context.output.answer(
        { name, deleted: true, members },
        `The group ${name} is deleted; it had ${members} ${members === 1 ? 'member' : 'members'}.`,
      );
    });
};
