import type { Command } from '#src/command.ts';
import { end } from './end.ts';
import { list } from './list.ts';

export const session: Command = (program, context) => {
  const group = program.command('session').description('sessions: where an account is signed in');
  for (const command of [list, end]) command(group, context);
};
