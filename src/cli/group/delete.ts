import type { Command, CommandContext } from '#src/command.ts';
import { withClients } from '../client/with-clients.ts';
import { withGroups } from './with-groups.ts';

/** What would keep everyone out, or stop the next start, if the group were gone. */
const findUse = (context: CommandContext, name: string): Promise<string | undefined> =>
  withClients(context, async (clients, config) => {
    const { groupNamesIn } = await import('#src/services/groups/index.ts');
    const configured = groupNamesIn(config).find((one) => one.name === name);
    if (configured !== undefined) return `${configured.path} of the configuration`;
    let cursor: string | undefined;
    do {
      const page = await clients.list({ limit: 500, ...(cursor !== undefined && { cursor }) });
      const client = page.items.find(({ metadata }) => {
        const allowed: unknown = metadata['allowed_groups'];
        return Array.isArray(allowed) && allowed.includes(name);
      });
      if (client !== undefined) return `allowed_groups of the client ${client.id}`;
      cursor = page.next;
    } while (cursor !== undefined);
    return undefined;
  });

export const remove: Command = (parent, context) => {
  parent
    .command('delete')
    .description('remove all members of a group, then the group')
    .argument('<name>')
    .action(async (name: string) => {
      const { deleteGroup, groupInUse } = await import('#src/services/groups/index.ts');
      const use = await findUse(context, name);
      if (use !== undefined) throw groupInUse(name, use);
      const members = await withGroups(context, (groups, accounts) => deleteGroup(groups, accounts, name));
      context.output.answer(
        { name, deleted: true, members },
        `The group ${name} is deleted; it had ${members} ${members === 1 ? 'member' : 'members'}.`,
      );
    });
};
