import type { Command } from '#src/command.ts';
import { exportOf } from './export.ts';
import { list } from './list.ts';
import { verify } from './verify.ts';

export const audit: Command = (program, context) => {
  const group = program.command('audit').description('list, export and verify the record of what happened');
  for (const command of [list, exportOf, verify]) command(group, context);
};
