import type { Config } from '#config';
import type { Command } from '#src/command.ts';
import { exitCode, Failure } from '#src/errors.ts';
import { Misnamed, Missing } from '#src/store/errors.ts';
import type { Store } from '#src/store/port.ts';

interface MigrateFlags {
  readonly from?: string;
  readonly to: string;
  readonly overwrite?: true;
}

const everyMs = 2_000;

const usage = (message: string): Failure => new Failure({ code: 'usage', message, exit: exitCode.usage });

const checked = (flags: MigrateFlags, config: Config): { readonly from: string; readonly to: string } => {
  const { from = config.store.url, to } = flags;
  if (from === to) throw usage('--from and --to are the same store: name another one.');
  if ([from, to].some((url) => url.startsWith('memory:'))) {
    throw usage('A store in memory is out of reach for commands: name sqlite:PATH or a Redis.');
  }
  return { from, to };
};

const tell = (number: number): string => number.toLocaleString('en');

export const migrate: Command = (program, { output, load }) => {
  program
    .command('migrate')
    .option('--from <url>', 'the store to copy; default: the one of the configuration')
    .requiredOption('--to <url>', 'the store to copy it into, an empty one')
    .option('--overwrite', 'remove what is in the target first')
    .description('copy a whole store into another one; stop the servers first')
    .action(async (flags: MigrateFlags) => {
      const { config } = load();
      const { from, to } = checked(flags, config);
      const [{ compareStores, completeCopy, copyStore }, { openStore, patient }] = await Promise.all([
        import('#src/features/moving/index.ts'),
        import('#src/open-store.ts'),
      ]);
      const open = async (flag: '--from' | '--to', url: string): Promise<Store> => {
        const mustExist = flag === '--from';
        try {
          return await openStore(patient({ ...config, store: { ...config.store, url } }), Date, {
            mustExist,
          });
        } catch (error) {
          if (mustExist && flags.from === undefined) throw error;
          if (error instanceof Missing) throw new Missing(error.message.replace('store.url', flag));
          throw error instanceof Misnamed ? usage(error.message.replace('store.url', flag)) : error;
        }
      };
      const source = await open('--from', from);
      try {
        const target = await open('--to', to);
        try {
          let told = Date.now();
          const copied = await copyStore({
            source,
            target,
            from,
            overwrite: flags.overwrite === true,
            onProgress(entries) {
              if (Date.now() - told < everyMs) return;
              told = Date.now();
              output.note(`${tell(entries)} entries copied …`);
            },
          });
          if (copied.resumed > 0) output.note(`Went on after ${tell(copied.resumed)} entries.`);
          output.note('Comparing both …');
          const compared = await compareStores(source, target, Date);
          const { documents, listed, missing, different, unlisted, extra } = compared;
          const faults = missing + different + unlisted + extra;
          const rows = Object.entries(documents).map(([kind, count]) => `  ${kind.padEnd(14)}${tell(count)}`);
          output.answer(
            { ok: faults === 0, ...copied, ...compared },
            ['The same in both, by kind:', ...rows, `  ${'in lists'.padEnd(14)}${tell(listed)}`].join('\n'),
          );
          if (faults > 0) {
            throw new Failure({
              code: 'copy_differs',
              message: `${tell(missing)} documents are missing, ${tell(different)} differ, ${tell(extra)} are in the target alone and ${tell(unlisted)} are not in their lists: stop all servers on the source and copy again with --overwrite.`,
            });
          }
          await completeCopy(target);
          for (const { message, fix } of await target.inspect()) output.note(`Note: ${message} ${fix}`);
        } finally {
          await target.close();
        }
      } finally {
        await source.close();
      }
    });
};
