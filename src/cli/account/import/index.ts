import { accessSync, constants, statSync } from 'node:fs';
import { Option } from 'commander';
import { type Command, usageError } from '#src/command.ts';
import { exitCode, Failure } from '#src/errors.ts';
import { withAccounts } from '../with-accounts.ts';
import type { FileEntry } from './file-entry.ts';
import { type Report, reportText } from './report.ts';

interface ImportFlags {
  readonly format?: 'ndjson' | 'csv';
  readonly dryRun?: true;
  readonly skipBad?: true;
  readonly withRoles?: true;
}

const progressEveryMs = 2_000;

/** The file is read twice, first to check it, which a pipe doesn't allow. */
const assertFile = (file: string): void => {
  const found = statSync(file, { throwIfNoEntry: false });
  if (!found) throw usageError(`There is no file ${file}.`);
  if (!found.isFile()) throw usageError(`${file} is not a file.`);
  try {
    accessSync(file, constants.R_OK);
  } catch {
    throw usageError(`The file ${file} can't be read: give this user read access to it.`);
  }
};

const openEntries = async (
  file: string,
  format: ImportFlags['format'],
): Promise<() => AsyncIterable<FileEntry>> => {
  if (format === 'csv' || (format === undefined && file.toLowerCase().endsWith('.csv'))) {
    const { readCsv } = await import('./read-csv.ts');
    return () => readCsv(file);
  }
  const { readNdjson } = await import('./read-ndjson.ts');
  return () => readNdjson(file);
};

const refusedLines = ({ refused, lines }: Report, what: string): Failure =>
  new Failure({
    code: 'lines_refused',
    message: `${refused} of ${lines} ${refused === 1 ? 'was' : 'were'} refused; ${what}`,
    exit: exitCode.failure,
  });

export const importAccounts: Command = (group, context) => {
  const { output } = context;
  group
    .command('import')
    .description('add the accounts of a file, with the hashes of their passwords; can be run again')
    .argument('<file>', 'NDJSON as `account export` writes it, or CSV with a header')
    .addOption(new Option('--format <format>', 'default: by the name of the file').choices(['ndjson', 'csv']))
    .option('--dry-run', 'check every line and import nothing')
    .option('--skip-bad', 'import the good lines even if others are refused')
    .option('--with-roles', 'accept memberships of the groups that give a role in the administration')
    .action(async (file: string, { format, dryRun, skipBad, withRoles }: ImportFlags) => {
      const right = { mayChangeRoles: withRoles === true };
      assertFile(file);
      const [{ withLongTimeouts }, { importEntries }, entries] = await Promise.all([
        import('#src/open-store.ts'),
        import('./import-entries.ts'),
        openEntries(file, format),
      ]);
      await withAccounts(
        context,
        async (accounts, { events, clock }) => {
          let notedAt = clock.now();
          const noteProgress = (what: string) => (line: number) => {
            if (clock.now() - notedAt < progressEveryMs) return;
            notedAt = clock.now();
            output.note(`${what}: line ${line}`);
          };
          const checked = await importEntries(
            entries(),
            accounts.importer({ dryRun: true, ...right }),
            noteProgress('checked'),
          );
          const isRefused = checked.refused > 0 && !skipBad;
          if (dryRun || isRefused) {
            output.answer(checked, reportText(checked, { done: false }));
            if (checked.refused > 0)
              throw refusedLines(checked, 'nothing was imported. Correct them, or give --skip-bad.');
            return;
          }
          const report = await importEntries(
            entries(),
            accounts.importer({ dryRun: false, ...right }),
            noteProgress('imported'),
          );
          const { added, unchanged, refused } = report;
          events.emit({ type: 'account.imported', outcome: 'ok', details: { added, unchanged, refused } });
          output.answer(report, reportText(report, { done: true }));
          if (refused > 0) throw refusedLines(report, 'the others are imported.');
        },
        { config: withLongTimeouts(context.load().config), mayCreateStore: !dryRun },
      );
    });
};
