import type { Config } from '#config';
import { type Command, type Output, usageError } from '#src/command.ts';
import { Failure } from '#src/errors.ts';
import { systemClock } from '#src/store/clock.ts';
import { InvalidStoreUrl, StoreNotFound } from '#src/store/errors.ts';
import type { Store } from '#src/store/port.ts';
import type { Comparison } from '../compare.ts';

interface MigrateFlags {
  readonly from?: string;
  readonly to: string;
  readonly overwrite?: boolean;
}

const progressIntervalMs = 2_000;

const checkUrls = (from: string, to: string): void => {
  if (from === to) throw usageError('--from and --to are the same store: name another one.');
  if ([from, to].some((url) => url.startsWith('memory:'))) {
    throw usageError('A store in memory is out of reach for commands: name sqlite:PATH or a Redis.');
  }
};

/** The store's own errors name `store.url`, but the operator wrote the flag. */
const nameFlag = (error: unknown, flag: '--from' | '--to'): unknown => {
  if (error instanceof StoreNotFound) return new StoreNotFound(error.message.replace('store.url', flag));
  return error instanceof InvalidStoreUrl ? usageError(error.message.replace('store.url', flag)) : error;
};

const formatCount = (number: number): string => number.toLocaleString('en');

const reportProgress = (output: Output): ((entries: number) => void) => {
  let reportedAt = performance.now();
  return (entries) => {
    if (performance.now() - reportedAt < progressIntervalMs) return;
    reportedAt = performance.now();
    output.note(`${formatCount(entries)} entries copied …`);
  };
};

const formatComparison = ({ documents, listed }: Comparison): string => {
  const rows = Object.entries(documents).map(([kind, count]) => `  ${kind.padEnd(14)}${formatCount(count)}`);
  return ['The same in both, by kind:', ...rows, `  ${'in lists'.padEnd(14)}${formatCount(listed)}`].join(
    '\n',
  );
};

const copyDiffers = ({ missing, different, extra, unlisted }: Comparison): Failure =>
  new Failure({
    code: 'copy_differs',
    message: `${formatCount(missing)} documents are missing, ${formatCount(different)} differ, ${formatCount(extra)} are in the target alone and ${formatCount(unlisted)} are not in their lists: stop all servers on the source and copy again with --overwrite.`,
  });

interface Migration {
  readonly source: Store;
  readonly target: Store;
  /** The URL of the source. */
  readonly from: string;
  readonly overwrite: boolean;
  readonly output: Output;
}

const copyAndCompare = async ({ source, target, from, overwrite, output }: Migration): Promise<void> => {
  const { compareStores, completeCopy, copyStore } = await import('../index.ts');
  const copied = await copyStore({ source, target, from, overwrite, onProgress: reportProgress(output) });
  if (copied.resumed > 0) output.note(`Went on after ${formatCount(copied.resumed)} entries.`);
  output.note('Comparing both …');
  const compared = await compareStores(source, target, systemClock);
  const ok = compared.missing + compared.different + compared.unlisted + compared.extra === 0;
  output.answer({ ok, ...copied, ...compared }, formatComparison(compared));
  if (!ok) throw copyDiffers(compared);
  await completeCopy(target);
  for (const { message, fix } of await target.inspect()) output.note(`Note: ${message} ${fix}`);
};

export const migrate: Command = (program, { output, load }) => {
  program
    .command('migrate')
    .option('--from <url>', 'the store to copy; default: the one of the configuration')
    .requiredOption('--to <url>', 'the store to copy it into, an empty one')
    .option('--overwrite', 'remove what is in the target first')
    .description('copy a whole store into another one; stop the servers first')
    .action(async (flags: MigrateFlags) => {
      const { config } = load();
      const { from = config.store.url, to, overwrite = false } = flags;
      checkUrls(from, to);
      const { openStore, withLongTimeouts } = await import('#src/open-store.ts');
      const open = (url: string, mustExist: boolean): Promise<Store> => {
        const ofUrl: Config = { ...config, store: { ...config.store, url } };
        return openStore(withLongTimeouts(ofUrl), systemClock, { mustExist });
      };
      const source = await open(from, true).catch((error: unknown) => {
        throw flags.from === undefined ? error : nameFlag(error, '--from');
      });
      try {
        const target = await open(to, false).catch((error: unknown) => {
          throw nameFlag(error, '--to');
        });
        try {
          await copyAndCompare({ source, target, from, overwrite, output });
        } finally {
          await target.close();
        }
      } finally {
        await source.close();
      }
    });
};
