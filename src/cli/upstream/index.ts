import type { Command } from '#src/command.ts';
import { add } from './add.ts';
import { remove } from './delete.ts';
import { list } from './list.ts';
import { start, stop } from './stop.ts';
import { update } from './update.ts';

export const upstream: Command = (program, context) => {
  const group = program
    .command('upstream')
    .description('upstreams: other identity providers that people sign in with');
  for (const command of [add, list, update, stop, start, remove]) command(group, context);
};
