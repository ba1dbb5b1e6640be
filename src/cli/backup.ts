import { existsSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { type Command, usageError } from '#src/command.ts';
import { exitCode, Failure } from '#src/errors.ts';

/** What the operating system said about the folder of the copy, for a person. Other errors stay as they are. */
const ofTarget = (target: string, error: unknown): unknown => {
  if (!(error instanceof Error && 'path' in error && 'code' in error)) return error;
  if (!String(error.path).startsWith(dirname(target))) return error;
  return new Failure({
    code: 'cannot_write',
    message: `${target} can not be written (${error.code}): name a file in a folder that this user can write to.`,
    cause: error,
  });
};

export const backup: Command = (program, { output, load, withInstallation }) => {
  program
    .command('backup')
    .description('copy the SQLite file of the store, while the server runs')
    .argument('<file>', 'where the copy goes; must not exist')
    .action(async (file: string) => {
      const { config } = load();
      const target = resolve(file);
      if (!config.store.url.startsWith('sqlite:')) {
        throw usageError(
          'This store is no SQLite file. `postern export` writes the durable records of any store, `postern migrate --to sqlite:FILE` all records of a stopped server, and Redis has BGSAVE.',
        );
      }
      if (existsSync(target)) {
        throw new Failure({
          code: 'file_exists',
          message: `${target} exists already; name another file, or remove it.`,
          exit: exitCode.conflict,
        });
      }
      await withInstallation(
        async ({ events }) => {
          const { backupStore } = await import('#adapters/index.ts');
          await backupStore(config.store.url, target).catch((error: unknown) => {
            throw ofTarget(target, error);
          });
          events.emit({ type: 'store.copied', outcome: 'ok' });
        },
        { config },
      );
      output.answer(
        { file: target },
        `The store is copied to ${target}. Keep the key encryption key elsewhere.`,
      );
    });
};
