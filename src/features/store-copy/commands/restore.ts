import { resolve } from 'node:path';
import type { Config } from '#config';
import { type Command, type CommandContext, usageError } from '../../../command.ts';
import type { KeyInfo, Stamps } from '../../../services/keys/index.ts';
import type { Store } from '../../../store/port.ts';
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

type Replaced = ReadonlyMap<string, Stamps>;

/** The keys of the store that the backup replaces. Undefined when it has none, is gone, or can't be read. */
const readReplacedKeys = async (config: Config): Promise<Replaced | undefined> => {
  const { readStamps } = await import('../../../services/keys/index.ts');
  let store: Store | undefined;
  try {
    store = await openStoreAt(config, config.store.url, true);
    const stamps = await readStamps(store);
    return stamps.size > 0 ? stamps : undefined;
  } catch {
    // A damaged store is a reason to restore one.
    return undefined;
  } finally {
    await store?.close();
  }
};

/**
 * Opens the restored store as a server would: a wrong key encryption key is reported now, and not at the next start.
 * Returns the keys that the replaced store had no longer.
 */
const checkKeys = (
  { withInstallation, output }: CommandContext,
  config: Config,
  replaced: Replaced | undefined,
): Promise<readonly KeyInfo[] | undefined> =>
  withInstallation(
    async (installation) => {
      const [{ createKeys }, { returnedKeys }] = await Promise.all([
        import('../../../services/keys/index.ts'),
        import('../returned-keys.ts'),
      ]);
      const keys = await createKeys({ ...installation, maintain: false });
      try {
        for (const { message, fix } of keys.faults()) output.note(`${message} ${fix}`);
        installation.events.emit({ type: 'store.restored', outcome: 'ok' });
        return replaced && returnedKeys(keys.list(), replaced, installation.clock.now());
      } finally {
        await keys.close();
      }
    },
    { config },
  );

const unknownKeys =
  'Keys that were removed since the backup are back, and sign. Look at `postern keys list` if one leaked.';

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
      const isFile = url.startsWith('sqlite:');
      const replaced = overwrite ? await readReplacedKeys(config) : undefined;
      if (isFile) {
        const { restoreStore } = await import('../../../open-store.ts');
        await restoreStore(backup, url, overwrite);
      } else await copyRecords(context, config, backup, overwrite);
      const returned = await checkKeys(context, config, replaced);
      if (isFile)
        context.output.answer(
          { file: backup, ...(returned && { returned_keys: returned.map(({ kid }) => kid) }) },
          `The store is restored from ${backup}.`,
        );
      const { describeReturned } = await import('../returned-keys.ts');
      for (const note of returned?.map(describeReturned) ?? [unknownKeys]) context.output.note(note);
    });
};
