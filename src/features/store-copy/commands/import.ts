import { accessSync, constants, createReadStream, statSync } from 'node:fs';
import { createInterface } from 'node:readline';
import type { Command } from '#src/command.ts';
import { exitCode, Failure } from '#src/errors.ts';
import { withInstallation } from './installation.ts';

const usage = (message: string): Failure => new Failure({ code: 'usage', message, exit: exitCode.usage });

/** A pipe could be read once only, and the file is read twice. */
const assertFile = (file: string): void => {
  const found = statSync(file, { throwIfNoEntry: false });
  if (!found) throw usage(`There is no file ${file}: name what \`postern export\` wrote.`);
  if (!found.isFile()) throw usage(`${file} is not a file: name one that \`postern export\` wrote.`);
  try {
    accessSync(file, constants.R_OK);
  } catch {
    throw usage(`The file ${file} can't be read: give this user read access to it.`);
  }
};

export const importRecords: Command = (program, context) => {
  program
    .command('import')
    .argument('<file>', 'what `postern export` wrote')
    .option('--overwrite', 'write over records of the same name')
    .description('bring back what was exported, with the key encryption key it was sealed with')
    .action(async (file: string, { overwrite }: { readonly overwrite?: true }) => {
      assertFile(file);
      const { withLongTimeouts } = await import('#src/open-store.ts');
      const config = withLongTimeouts(context.load().config);
      const records = await withInstallation({ config, mayCreateStore: true }, async ({ store, events }) => {
        const { importLines } = await import('#src/features/store-copy/index.ts');
        const lines = () =>
          createInterface({ input: createReadStream(file), crlfDelay: Number.POSITIVE_INFINITY });
        const imported = await importLines({ store, lines, overwrite: overwrite === true });
        events.emit({ type: 'records.imported', outcome: 'ok' });
        return imported;
      });
      const rows = Object.entries(records).map(([kind, count]) => `  ${kind.padEnd(14)}${count}`);
      context.output.answer({ records }, ['Imported, by kind:', ...rows].join('\n'));
    });
};
