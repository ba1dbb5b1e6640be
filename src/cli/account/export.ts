import type { Command } from '#src/command.ts';
import { toLine } from './import/entry.ts';
import { withAccounts } from './with-accounts.ts';

export const exportAccounts: Command = (group, context) => {
  const { output } = context;
  group
    .command('export')
    .description(
      'print the accounts of the store, one JSON object in each line, as `account import` reads them',
    )
    .option('--with-hashes', 'also the hashes of their passwords: keep the output as safe as the store')
    .action(async ({ withHashes }: { readonly withHashes?: true }) => {
      await withAccounts(context, async (accounts, { events }) => {
        let exported = 0;
        let cursor: string | undefined;
        do {
          const { items, next } = await accounts.exportPage(cursor);
          const lines = items.map(({ passwordHash, ...rest }) =>
            JSON.stringify(
              toLine(withHashes && passwordHash !== undefined ? { ...rest, passwordHash } : rest),
            ),
          );
          if (lines.length > 0) await output.stream(`${lines.join('\n')}\n`);
          exported += items.length;
          cursor = next;
        } while (cursor !== undefined);
        events.emit({
          type: 'account.exported',
          outcome: 'ok',
          details: { exported, hashes: withHashes === true },
        });
      });
    });
};
