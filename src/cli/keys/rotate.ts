import { type Command, usageError } from '#src/command.ts';
import { keyData, keyTable } from './table.ts';
import { withKeys } from './with-keys.ts';

const parseRotatable = async (what: string | undefined) => {
  const { isRotatable, rotatable } = await import('#src/services/keys/index.ts');
  if (what === undefined || isRotatable(what)) return what;
  throw usageError(`There is nothing called ${what} to rotate: name one of ${rotatable.join(', ')}.`);
};

export const rotate: Command = (group, context) => {
  const { output } = context;
  group
    .command('rotate')
    .argument('[what]', 'an algorithm, cookie, dpop-nonce or refresh; default: all')
    .option('--now', 'sign at once: for a key that leaked; relying parties with an older key set will refuse')
    .description('publish successors; they sign when every relying party must have seen them')
    .action(async (what: string | undefined, { now = false }: { readonly now?: boolean }) => {
      const wanted = await parseRotatable(what);
      await withKeys(context, async (keys) => {
        const added = await keys.rotate(wanted, { now });
        output.answer({ added: added.map(keyData) }, keyTable(added));
      });
    });
};
