import { effectiveValues } from '#config';
import type { Command } from '#src/command.ts';

export const check: Command = (group, { load, output }) => {
  group
    .command('check')
    .description('report every mistake of the configuration')
    .action(() => {
      const loaded = load();
      const { mode, issuer } = loaded.config;
      const store = effectiveValues(loaded).find(({ path }) => path === 'store.url')?.value;
      output.answer(
        { ok: true, mode, issuer, store },
        `The configuration is fine: ${mode} mode, issuer ${issuer}, store ${store}.`,
      );
    });
};
