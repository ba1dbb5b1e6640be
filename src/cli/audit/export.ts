import { InvalidArgumentError } from 'commander';
import type { Command } from '#src/command.ts';
import { type OutputFlag, outputOption, writeResult } from '#src/long-result.ts';
import { withAccounts } from '../account/with-accounts.ts';
import { addQueryOptions, type QueryFlags } from './query.ts';

const pageSize = 500;

type Format = 'ndjson' | 'csv';

const parseFormat = (text: string): Format => {
  if (text === 'ndjson' || text === 'csv') return text;
  throw new InvalidArgumentError('Expected ndjson or csv.');
};

interface ExportFlags extends QueryFlags, OutputFlag {
  readonly format: Format;
}

export const exportOf: Command = (group, context) => {
  addQueryOptions(group.command('export').description('the record as NDJSON or CSV, the earliest first'))
    .option('--format <format>', 'ndjson or csv', parseFormat, 'ndjson')
    .option(...outputOption)
    .action(async ({ format, output: file, ...query }: ExportFlags) => {
      await withAccounts(context, async (accounts, { store }) => {
        const { csvHead, csvLine, listRecords, resolveAccounts } = await import(
          '#src/services/audit/index.ts'
        );
        const asked = await resolveAccounts({ accounts, store }, query);
        await writeResult(context.output, { output: file }, async (write) => {
          if (format === 'csv') await write(csvHead);
          let cursor: string | undefined;
          do {
            const { items, next } = await listRecords(store, asked, {
              limit: pageSize,
              order: 'ascending',
              ...(cursor !== undefined && { cursor }),
            });
            const text = items
              .map((one) => (format === 'csv' ? csvLine(one) : `${JSON.stringify(one)}\n`))
              .join('');
            if (text !== '') await write(text);
            cursor = next;
          } while (cursor !== undefined);
        });
      });
    });
};
