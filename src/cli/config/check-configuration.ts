import { effectiveValues } from '#config';
import type { CommandContext } from '#src/command.ts';

interface Verdict {
  readonly data: Readonly<Record<string, unknown>>;
  readonly text: string;
}

/** Finds what would stop `start`: the same rules, and the same code on a store in memory. */
export const checkConfiguration = async ({ load }: Pick<CommandContext, 'load'>): Promise<Verdict> => {
  const { configurationRules } = await import('#src/configuration-rules.ts');
  const loaded = load({}, configurationRules);
  const { rehearseStart } = await import('#src/rehearse-start.ts');
  await rehearseStart(loaded.config);
  const { mode, issuer } = loaded.config;
  const store = effectiveValues(loaded).find(({ path }) => path === 'store.url')?.value;
  return {
    data: { ok: true, mode, issuer, store },
    text: `The configuration is fine: ${mode} mode, issuer ${issuer}, store ${store}.`,
  };
};
