import type { Command } from '#src/command.ts';
import { withKeys } from './with-keys.ts';

export const prune: Command = (group, context) => {
  const { output } = context;
  group
    .command('prune')
    .option('--kid <kid>', 'forget this key at once, unless it signs: what it signed no longer verifies')
    .description('forget keys whose last token has expired')
    .action(({ kid }: { readonly kid?: string }) =>
      withKeys(context, async (keys) => {
        const removed = await keys.prune(kid);
        const text = removed.length === 0 ? 'Nothing to forget.' : `Forgotten: ${removed.join(', ')}.`;
        output.answer({ removed }, text);
      }),
    );
};
