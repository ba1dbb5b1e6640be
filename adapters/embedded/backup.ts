import { closeSync, openSync, rmSync } from 'node:fs';
import { backup, DatabaseSync } from 'node:sqlite';
import { toUnusable } from './sqlite-errors.ts';

/**
 * Copies the file of a store, beside a server that writes to it: as it is at one moment, with what is still in the log.
 * `target` must not exist. It contains tokens, so only this user may read it.
 */
export const backupFile = async (source: string, target: string): Promise<void> => {
  closeSync(openSync(target, 'wx', 0o600));
  let db: DatabaseSync | undefined;
  try {
    db = new DatabaseSync(source, { readOnly: true });
    await backup(db, target);
  } catch (error) {
    rmSync(target, { force: true });
    throw toUnusable(source, error);
  } finally {
    db?.close();
  }
};
