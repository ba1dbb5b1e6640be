import type { Command } from '../../../command.ts';

export const exportRecords: Command = (program, { load, output, withInstallation }) => {
  program
    .command('export')
    .description(
      'accounts, clients, keys (sealed), consents and the audit record, as NDJSON on standard output',
    )
    .action(async () => {
      const [{ withLongTimeouts }, { exportLines }] = await Promise.all([
        import('../../../open-store.ts'),
        import('../export.ts'),
      ]);
      const config = withLongTimeouts(load().config);
      await withInstallation(
        async ({ store, clock, events }) => {
          for await (const text of exportLines(store, new Date(clock.now()))) await output.stream(text);
          events.emit({ type: 'records.exported', outcome: 'ok' });
        },
        { config },
      );
    });
};
