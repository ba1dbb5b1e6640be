import type { Command } from '#src/command.ts';
import { check } from './check.ts';
import { print } from './print.ts';
import { referenceCommand } from './reference.ts';
import { schemaCommand } from './schema.ts';

export const config: Command = (program, context) => {
  const group = program.command('config').description('check, show and describe the configuration');
  for (const command of [check, print, schemaCommand, referenceCommand]) command(group, context);
};
