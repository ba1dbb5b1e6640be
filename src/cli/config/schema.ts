import { editorSchema } from '#config';
import type { Command } from '#src/command.ts';

export const schemaCommand: Command = (group, { output }) => {
  group
    .command('schema')
    .description('JSON Schema of postern.yaml, for editors')
    .action(() => output.answer(editorSchema(), JSON.stringify(editorSchema(), null, 2)));
};
