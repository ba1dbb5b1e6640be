import type { Command } from '../../../command.ts';
import { type OutputFlag, outputOption, writeResult } from '../../../long-result.ts';

export const exportRecords: Command = (program, { load, output, withInstallation }) => {
  program
    .command('export')
    .description(
      'accounts, clients, keys (sealed), consents and the audit record, as NDJSON on standard output',
    )
    .option(...outputOption)
    .action(async (flags: OutputFlag) => {
      const [{ withLongTimeouts }, { exportLines }] = await Promise.all([
        import('../../../open-store.ts'),
        import('../export.ts'),
      ]);
      const config = withLongTimeouts(load().config);
      await withInstallation(
        async ({ store, clock, events }) => {
          await writeResult(output, flags, async (write) => {
            for await (const text of exportLines(store, new Date(clock.now()))) await write(text);
          });
          events.emit({ type: 'records.exported', outcome: 'ok' });
        },
        { config },
      );
    });
};
