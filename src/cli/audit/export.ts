import { InvalidArgumentError } from 'commander';
import type { Command } from '#src/command.ts';
import { withAccounts } from '../account/with-accounts.ts';
import { addQueryOptions, type QueryFlags } from './query.ts';

const pageSize = 500;

type Format = 'ndjson' | 'csv';

const parseFormat = (text: string): Format => {
  if (text === 'ndjson' || text === 'csv') return text;
  throw new InvalidArgumentError('Expected ndjson or csv.');
};

export const exportOf: Command = (group, context) => {
  const { output } = context;
  addQueryOptions(group.command('export').description('the record as NDJSON or CSV, the earliest first'))
    .option('--format <format>', 'ndjson or csv', parseFormat, 'ndjson')
    .action(async ({ format, ...query }: QueryFlags & { readonly format: Format }) => {
      await withAccounts(context, async (accounts, { store }) => {
        const { csvHead, csvLine, listRecords, resolveAccounts } = await import(
          '#src/services/audit/index.ts'
        );
        const asked = await resolveAccounts({ accounts, store }, query);
        if (format === 'csv') await output.stream(csvHead);
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
          if (text !== '') await output.stream(text);
          cursor = next;
        } while (cursor !== undefined);
      });
    });
};
