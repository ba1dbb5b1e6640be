import { accessSync, constants, createReadStream, statSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { type Command, usageError } from '../../../command.ts';

/** An import reads the file twice, which a pipe doesn't allow. */
const assertFile = (file: string): void => {
  const found = statSync(file, { throwIfNoEntry: false });
  if (!found) throw usageError(`There is no file ${file}: name what \`postern export\` wrote.`);
  if (!found.isFile()) throw usageError(`${file} is not a file: name one that \`postern export\` wrote.`);
  try {
    accessSync(file, constants.R_OK);
  } catch {
    throw usageError(`The file ${file} can't be read: give this user read access to it.`);
  }
};

export const importRecords: Command = (program, { load, output, withInstallation }) => {
  program
    .command('import')
    .argument('<file>', 'what `postern export` wrote')
    .option('--overwrite', 'write over records of the same name')
    .description('import records that `postern export` wrote; needs the same key encryption key')
    .action(async (file: string, { overwrite = false }: { readonly overwrite?: boolean }) => {
      assertFile(file);
      const [{ withLongTimeouts }, { importLines }] = await Promise.all([
        import('../../../open-store.ts'),
        import('../import.ts'),
      ]);
      const config = withLongTimeouts(load().config);
      const lines = () =>
        createInterface({ input: createReadStream(file), crlfDelay: Number.POSITIVE_INFINITY });
      const records = await withInstallation(
        async ({ store, events }) => {
          const imported = await importLines({ store, lines, overwrite });
          events.emit({ type: 'records.imported', outcome: 'ok' });
          return imported;
        },
        { config, mayCreateStore: true },
      );
      const rows = Object.entries(records).map(([kind, count]) => `  ${kind.padEnd(14)}${count}`);
      output.answer({ records }, ['Imported, by kind:', ...rows].join('\n'));
    });
};
