import type { Command } from '#src/command.ts';
import { keyData, keyTable } from './table.ts';
import { withKeys } from './with-keys.ts';

export const list: Command = (group, context) => {
  const { output } = context;
  group
    .command('list')
    .description('every key and secret of the server, nothing private')
    .action(() =>
      withKeys(context, async (keys) => {
        const faults = keys.faults();
        output.answer({ keys: keys.list().map(keyData), faults }, keyTable(keys.list()));
        for (const { message, fix } of faults) output.note(`${message} ${fix}`);
      }),
    );
};
