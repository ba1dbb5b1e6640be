import type { Command } from '#src/command.ts';
import { exportOf } from './export.ts';
import { importOf } from './import.ts';
import { list } from './list.ts';
import { prune } from './prune.ts';
import { rotate } from './rotate.ts';

export const keys: Command = (program, context) => {
  const group = program.command('keys').description('list, rotate, prune, import and export keys');
  for (const command of [list, rotate, prune, importOf, exportOf]) command(group, context);
};
