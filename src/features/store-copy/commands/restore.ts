import { resolve } from 'node:path';
import type { Config } from '#config';
import { type Command, type CommandContext, usageError } from '../../../command.ts';
import { copyAndCompare, openStoreAt } from './copy-and-compare.ts';

/** The records in a file, written into the store of another kind. */
const copyRecords = async (
  { output }: CommandContext,
  config: Config,
  backup: string,
  overwrite: boolean,
): Promise<void> => {
  const from = `sqlite:${backup}`;
  const source = await openStoreAt(config, from, true);
  try {
    const target = await openStoreAt(config, config.store.url, false);
    try {
      await copyAndCompare({ source, target, from, overwrite, output });
    } finally {
      await target.close();
    }
  } finally {
    await source.close();
  }
};

/** Opens the restored store as a server would: a wrong key encryption key is reported now, and not at the next start. */
const checkKeys = async ({ withInstallation, output }: CommandContext, config: Config): Promise<void> => {
  await withInstallation(
    async (installation) => {
      const { createKeys } = await import('../../../services/keys/index.ts');
      const keys = await createKeys({ ...installation, maintain: false });
      try {
        for (const { message, fix } of keys.faults()) output.note(`${message} ${fix}`);
        installation.events.emit({ type: 'store.restored', outcome: 'ok' });
      } finally {
        await keys.close();
      }
    },
    { config },
  );
};

export const restore: Command = (program, context) => {
  program
    .command('restore')
    .argument('<file>', 'what `postern backup` wrote')
    .option('--overwrite', 'replace the store that is there')
    .description('bring back a whole store from a backup; stop the servers first')
    .action(async (file: string, { overwrite = false }: { readonly overwrite?: boolean }) => {
      const { config } = context.load();
      const backup = resolve(file);
      const { url } = config.store;
      if (url.startsWith('memory:'))
        throw usageError('A store in memory can not be restored: set store.url to sqlite:PATH or a Redis.');
      if (url.startsWith('sqlite:')) {
        const { restoreStore } = await import('../../../open-store.ts');
        await restoreStore(backup, url, overwrite);
        await checkKeys(context, config);
        context.output.answer({ file: backup }, `The store is restored from ${backup}.`);
      } else {
        await copyRecords(context, config, backup, overwrite);
        await checkKeys(context, config);
      }
    });
};
