import type { Command } from '#src/command.ts';
import { type OutputFlag, outputOption, writeResult } from '#src/long-result.ts';
import type { Accounts } from '#src/services/accounts/index.ts';
import { toLine } from './import/entry.ts';
import { withAccounts } from './with-accounts.ts';

interface ExportFlags extends OutputFlag {
  readonly withHashes?: boolean;
}

/** Returns how many accounts there are. */
const exportLines = async (
  accounts: Accounts,
  withHashes: boolean,
  write: (text: string) => Promise<void>,
): Promise<number> => {
  let exported = 0;
  let cursor: string | undefined;
  do {
    const { items, next } = await accounts.exportPage(cursor);
    const lines = items.map(({ passwordHash, ...rest }) =>
      JSON.stringify(toLine(withHashes && passwordHash !== undefined ? { ...rest, passwordHash } : rest)),
    );
    if (lines.length > 0) await write(`${lines.join('\n')}\n`);
    exported += items.length;
    cursor = next;
  } while (cursor !== undefined);
  return exported;
};

export const exportAccounts: Command = (group, context) => {
  group
    .command('export')
    .description(
      'print the accounts of the store, one JSON object in each line, as `account import` reads them',
    )
    .option('--with-hashes', 'also the hashes of their passwords: keep the output as safe as the store')
    .option(...outputOption)
    .action(async ({ withHashes = false, ...flags }: ExportFlags) => {
      await withAccounts(context, async (accounts, { events }) => {
        await writeResult(context.output, flags, async (write) => {
          const exported = await exportLines(accounts, withHashes, write);
          events.emit({ type: 'account.exported', outcome: 'ok', details: { exported, hashes: withHashes } });
        });
      });
    });
};
