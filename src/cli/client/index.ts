import type { Command } from '#src/command.ts';
import { add } from './add.ts';
import { remove } from './delete.ts';
import { list } from './list.ts';
import { preview } from './preview.ts';
import { addSecret, makeSecret, removeSecret, rotateSecret } from './secrets.ts';
import { show } from './show.ts';
import { start, stop } from './stop-and-start.ts';
import { update } from './update.ts';

export const client: Command = (program, context) => {
  const group = program.command('client').description('clients: who may come for a token');
  const all = [
    add,
    list,
    show,
    preview,
    update,
    stop,
    start,
    remove,
    rotateSecret,
    addSecret,
    removeSecret,
    makeSecret,
  ];
  for (const command of all) command(group, context);
};
