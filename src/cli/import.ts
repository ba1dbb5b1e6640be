import { createReadStream, existsSync } from 'node:fs';
import { createInterface } from 'node:readline';
import type { Command } from '#src/command.ts';
import { exitCode, Failure } from '#src/errors.ts';
import { onInstallation } from './installation.ts';

export const importRecords: Command = {
  name: 'import',
  register(program, context) {
    program
      .command('import')
      .argument('<file>', 'what `postern export` wrote')
      .option('--overwrite', 'write over records of the same name')
      .description('bring back what was exported, with the key encryption key it was sealed with')
      .action(async (file: string, { overwrite }: { readonly overwrite?: true }) => {
        if (!existsSync(file)) {
          throw new Failure({
            code: 'usage',
            message: `There is no file ${file}: name what \`postern export\` wrote.`,
            exit: exitCode.usage,
          });
        }
        const records = await onInstallation(context, async ({ store, events }) => {
          const { importLines } = await import('#src/features/moving/index.ts');
          const lines = () =>
            createInterface({ input: createReadStream(file), crlfDelay: Number.POSITIVE_INFINITY });
          const imported = await importLines({ store, lines, overwrite: overwrite === true });
          events.emit({ type: 'records.imported', outcome: 'ok' });
          return imported;
        });
        const rows = Object.entries(records).map(([kind, count]) => `  ${kind.padEnd(14)}${count}`);
        context.output.answer({ records }, ['Imported, by kind:', ...rows].join('\n'));
      });
  },
};
