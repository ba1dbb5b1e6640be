import { closeSync, openSync } from 'node:fs';
import { join } from 'node:path';
import { backup, DatabaseSync } from 'node:sqlite';
import { placeFile, withPrivateFolder } from './private-folder.ts';
import { toUnusable } from './sqlite-errors.ts';

/**
 * Copies the file of a store, beside a server that writes to it: as it is at one moment, with what is still in the log.
 * `target` must not exist. It contains tokens, so only this user may read it.
 */
export const backupFile = (source: string, target: string): Promise<void> =>
  withPrivateFolder(target, async (folder) => {
    const copy = join(folder, 'copy.db');
    closeSync(openSync(copy, 'wx', 0o600));
    let db: DatabaseSync | undefined;
    try {
      db = new DatabaseSync(source, { readOnly: true });
      await backup(db, copy);
    } catch (error) {
      throw toUnusable(source, error);
    } finally {
      db?.close();
    }
    placeFile(copy, target);
  });
