import { reference } from '#config';
import type { Command } from '#src/command.ts';

export const referenceCommand: Command = (group, { output }) => {
  group
    .command('reference')
    .description('every key, in Markdown')
    .action(() => output.answer({ markdown: reference() }, reference().trimEnd()));
};
