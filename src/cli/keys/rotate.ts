import type { Command } from '#src/command.ts';
import { exitCode, Failure } from '#src/errors.ts';
import { withKeys } from './open.ts';
import { dataOf, tableOf } from './table.ts';

const named = async (what: string | undefined) => {
  const { isRotatable, rotatable } = await import('#src/features/keys/index.ts');
  if (what === undefined || isRotatable(what)) return what;
  throw new Failure({
    code: 'usage',
    exit: exitCode.usage,
    message: `There is nothing called ${what} to rotate: name one of ${rotatable.join(', ')}.`,
  });
};

export const rotate: Command = (group, { load, output }) => {
  group
    .command('rotate')
    .argument('[what]', 'an algorithm, cookie, dpop-nonce or refresh; default: all')
    .option('--now', 'sign at once: for a key that leaked; relying parties with an older key set will refuse')
    .description('publish successors; they sign when every relying party must have seen them')
    .action(async (what: string | undefined, { now = false }: { readonly now?: boolean }) => {
      const wanted = await named(what);
      await withKeys(load(), async (keys) => {
        const added = await keys.rotate(wanted, { now });
        output.answer({ added: added.map(dataOf) }, tableOf(added));
      });
    });
};
