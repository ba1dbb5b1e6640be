import type { Command } from '#src/command.ts';
import { withInstallation } from './installation.ts';

export const exportRecords: Command = (program, context) => {
  program
    .command('export')
    .description(
      'accounts, clients, keys (sealed), consents and the audit record, as NDJSON on standard output',
    )
    .action(async () => {
      const { withLongTimeouts } = await import('#src/open-store.ts');
      const config = withLongTimeouts(context.load().config);
      await withInstallation({ config }, async ({ store, clock, events }) => {
        const { exportLines } = await import('#src/features/store-copy/index.ts');
        for await (const text of exportLines(store, new Date(clock.now()))) await context.output.stream(text);
        events.emit({ type: 'records.exported', outcome: 'ok' });
      });
    });
};
