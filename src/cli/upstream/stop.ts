import type { Command } from '#src/command.ts';
import { withUpstreams } from './with-upstreams.ts';

export const stop: Command = (group, context) => {
  group
    .command('stop')
    .description('let no one sign in by an upstream until it is started; accounts stay linked')
    .argument('<id>')
    .action(async (id: string) => {
      await withUpstreams(context, (upstreams) => upstreams.update(id, {}, { enabled: false }));
      context.output.answer(
        { id, enabled: false },
        `No one can sign in by ${id}. Sessions that began there go on.`,
      );
    });
};

export const start: Command = (group, context) => {
  group
    .command('start')
    .description('let people sign in by a stopped upstream again')
    .argument('<id>')
    .action(async (id: string) => {
      await withUpstreams(context, (upstreams) => upstreams.update(id, {}, { enabled: true }));
      context.output.answer({ id, enabled: true }, `People can sign in by ${id}.`);
    });
};
