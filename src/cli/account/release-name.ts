import type { Command } from '#src/command.ts';
import { withAccounts } from './with-accounts.ts';

export const releaseName: Command = (group, context) => {
  group
    .command('release-name')
    .description('free the user name of an account that was deleted or renamed, before its time')
    .argument('<name>')
    .action(async (name: string) => {
      await withAccounts(context, (accounts) => accounts.releaseName(name));
      context.output.answer({ name, released: true }, `The name ${name} is free.`);
    });
};
