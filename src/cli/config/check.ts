import { effectiveValues } from '#config';
import type { Command } from '#src/command.ts';

/** Finds what would stop `start`: the same rules, and the same code on a store in memory. */
export const check: Command = (group, { load, output }) => {
  group
    .command('check')
    .description('report every mistake of the configuration')
    .action(async () => {
      const { configurationRules } = await import('#src/configuration-rules.ts');
      const loaded = load({}, configurationRules);
      const { rehearseStart } = await import('#src/rehearse-start.ts');
      await rehearseStart(loaded.config);
      const { mode, issuer } = loaded.config;
      const store = effectiveValues(loaded).find(({ path }) => path === 'store.url')?.value;
      output.answer(
        { ok: true, mode, issuer, store },
        `The configuration is fine: ${mode} mode, issuer ${issuer}, store ${store}.`,
      );
    });
};
