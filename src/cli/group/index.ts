import type { Command } from '#src/command.ts';
import { add } from './add.ts';
import { remove } from './delete.ts';
import { importClaims } from './import-claims.ts';
import { list } from './list.ts';
import { addMember, removeMember } from './members.ts';
import { show } from './show.ts';
import { update } from './update.ts';

export const group: Command = (program, context) => {
  const parent = program.command('group').description('groups of people, for claims and for access');
  for (const command of [add, list, show, update, remove, addMember, removeMember, importClaims])
    command(parent, context);
};
