import { type Command, usageError } from '../../../command.ts';
import { InvalidStoreUrl, StoreNotFound } from '../../../store/errors.ts';
import { copyAndCompare, openStoreAt } from './copy-and-compare.ts';

interface MigrateFlags {
  readonly from?: string;
  readonly to: string;
  readonly overwrite?: boolean;
}

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
      const source = await openStoreAt(config, from, true).catch((error: unknown) => {
        throw flags.from === undefined ? error : nameFlag(error, '--from');
      });
      try {
        const target = await openStoreAt(config, to, false).catch((error: unknown) => {
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
