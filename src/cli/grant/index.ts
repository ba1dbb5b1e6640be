import type { Command } from '#src/command.ts';
import { list } from './list.ts';
import { revoke } from './revoke.ts';

export const grant: Command = (program, context) => {
  const group = program.command('grant').description('grants: what clients hold for an account');
  for (const command of [list, revoke]) command(group, context);
};
