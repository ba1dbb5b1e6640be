import type { Command } from '#src/command.ts';
import { list } from './list.ts';
import { remove } from './remove.ts';

export const factors: Command = (account, context) => {
  const group = account.command('factors').description('second factors of an account');
  for (const command of [list, remove]) command(group, context);
};
