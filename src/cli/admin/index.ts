import type { Command } from '#src/command.ts';
import { invite } from './invite.ts';

export const admin: Command = (program, context) => {
  const group = program.command('admin').description('administrators: who may use the administration API');
  invite(group, context);
};
