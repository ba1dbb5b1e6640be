import type { Config } from '#config';
import type { Command } from '#src/command.ts';
import { exitCode, Failure } from '#src/errors.ts';
import { InvalidStoreUrl, StoreNotFound } from '#src/store/errors.ts';
import type { Store } from '#src/store/port.ts';

interface MigrateFlags {
  readonly from?: string;
  readonly to: string;
  readonly overwrite?: true;
}

const progressIntervalMs = 2_000;

const usage = (message: string): Failure => new Failure({ code: 'usage', message, exit: exitCode.usage });

const checkStores = (flags: MigrateFlags, config: Config): { readonly from: string; readonly to: string } => {
  const { from = config.store.url, to } = flags;
  if (from === to) throw usage('--from and --to are the same store: name another one.');
  if ([from, to].some((url) => url.startsWith('memory:'))) {
    throw usage('A store in memory is out of reach for commands: name sqlite:PATH or a Redis.');
  }
  return { from, to };
};

const formatCount = (number: number): string => number.toLocaleString('en');

export const migrate: Command = (program, { output, load }) => {
  program
    .command('migrate')
    .option('--from <url>', 'the store to copy; default: the one of the configuration')
    .requiredOption('--to <url>', 'the store to copy it into, an empty one')
    .option('--overwrite', 'remove what is in the target first')
    .description('copy a whole store into another one; stop the servers first')
    .action(async (flags: MigrateFlags) => {
      const { config } = load();
      const { from, to } = checkStores(flags, config);
      const [{ compareStores, completeCopy, copyStore }, { openStore, withLongTimeouts }] = await Promise.all(
        [import('#src/features/store-copy/index.ts'), import('#src/open-store.ts')],
      );
      const open = async (flag: '--from' | '--to', url: string): Promise<Store> => {
        const mustExist = flag === '--from';
        try {
          return await openStore(withLongTimeouts({ ...config, store: { ...config.store, url } }), Date, {
            mustExist,
          });
        } catch (error) {
          if (mustExist && flags.from === undefined) throw error;
          if (error instanceof StoreNotFound)
            throw new StoreNotFound(error.message.replace('store.url', flag));
          throw error instanceof InvalidStoreUrl ? usage(error.message.replace('store.url', flag)) : error;
        }
      };
      const source = await open('--from', from);
      try {
        const target = await open('--to', to);
        try {
          let reportedAt = Date.now();
          const copied = await copyStore({
            source,
            target,
            from,
            overwrite: flags.overwrite === true,
            onProgress(entries) {
              if (Date.now() - reportedAt < progressIntervalMs) return;
              reportedAt = Date.now();
              output.note(`${formatCount(entries)} entries copied …`);
            },
          });
          if (copied.resumed > 0) output.note(`Went on after ${formatCount(copied.resumed)} entries.`);
          output.note('Comparing both …');
          const compared = await compareStores(source, target, Date);
          const { documents, listed, missing, different, unlisted, extra } = compared;
          const faults = missing + different + unlisted + extra;
          const rows = Object.entries(documents).map(
            ([kind, count]) => `  ${kind.padEnd(14)}${formatCount(count)}`,
          );
          output.answer(
            { ok: faults === 0, ...copied, ...compared },
            ['The same in both, by kind:', ...rows, `  ${'in lists'.padEnd(14)}${formatCount(listed)}`].join(
              '\n',
            ),
          );
          if (faults > 0) {
            throw new Failure({
              code: 'copy_differs',
              message: `${formatCount(missing)} documents are missing, ${formatCount(different)} differ, ${formatCount(extra)} are in the target alone and ${formatCount(unlisted)} are not in their lists: stop all servers on the source and copy again with --overwrite.`,
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
