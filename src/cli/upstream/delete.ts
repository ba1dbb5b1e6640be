import type { Command } from '#src/command.ts';
import { withUpstreams } from './with-upstreams.ts';

export const remove: Command = (group, context) => {
  group
    .command('delete')
    .description('delete an upstream; accounts stay linked, and no one signs in by it')
    .argument('<id>')
    .action(async (id: string) => {
      await withUpstreams(context, (upstreams) => upstreams.remove(id));
      context.output.answer({ id, deleted: true }, `The upstream ${id} is deleted.`);
    });
};
