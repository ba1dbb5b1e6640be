import { randomBytes } from 'node:crypto';
import {
  chmodSync,
  closeSync,
  constants,
  copyFileSync,
  fchmodSync,
  fsyncSync,
  linkSync,
  openSync,
  realpathSync,
  renameSync,
  rmSync,
  statSync,
} from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { BackupUnusable, StoreExists, StoreInUse, StoreNotFound } from '#src/store/errors.ts';
import { makeFolder } from '#src/store/folder.ts';
import { giveFile, otherOwnerOf } from '#src/store/owner.ts';
import { realFileOf } from './file.ts';
import { isCode, placeFile, withPrivateFolder } from './private-folder.ts';
import { applicationId, readNumber, steps } from './schema.ts';
import { isBusy, isCorrupt, toUnusable } from './sqlite-errors.ts';

const sizeOf = (path: string): number | undefined => statSync(path, { throwIfNoEntry: false })?.size;

const isSameFile = (a: string, b: string): boolean =>
  sizeOf(a) !== undefined && sizeOf(b) !== undefined && realpathSync(a) === realpathSync(b);

const assertBackup = (backup: string, target: string): void => {
  const found = statSync(backup, { throwIfNoEntry: false });
  if (!found) throw new StoreNotFound(`there is no file ${backup}: name one that \`postern backup\` wrote`);
  if (!found.isFile())
    throw new BackupUnusable(`${backup} is not a file: name one that \`postern backup\` wrote`);
  if (isSameFile(backup, target))
    throw new BackupUnusable(`${backup} is the store itself: name a backup of it`);
  if ((sizeOf(`${backup}-wal`) ?? 0) > 0)
    throw new BackupUnusable(
      `${backup}-wal holds commits that ${backup} lacks: close the program that has the file open, or name one that \`postern backup\` wrote`,
    );
};

/** Throws unless the file is a whole store that this release can open. */
const assertWhole = (file: string, backup: string): void => {
  let db: DatabaseSync | undefined;
  try {
    db = new DatabaseSync(file);
    if (readNumber(db, 'application_id') !== applicationId)
      throw new BackupUnusable(
        `${backup} is not the store of a Postern: name a file that \`postern backup\` wrote`,
      );
    const version = readNumber(db, 'user_version');
    if (version > steps.length)
      throw new BackupUnusable(
        `${backup} has version ${version}, and this release knows versions up to ${steps.length}: restore it with the release that wrote it, or a newer one`,
      );
    const [verdict] = Object.values(db.prepare('PRAGMA quick_check(1)').get() ?? {});
    if (verdict !== 'ok')
      throw new BackupUnusable(`${backup} is damaged (${verdict}): restore another backup`);
  } catch (error) {
    if (!isCorrupt(error)) throw error;
    throw new BackupUnusable(
      `${backup} is not a store, or is damaged: restore another backup (\`postern import\` reads what \`postern export\` wrote)`,
      {
        cause: error,
      },
    );
  } finally {
    db?.close();
  }
};

/** SQLite takes a file out of WAL mode only when no other connection has it open. */
const assertClosed = (target: string): void => {
  let db: DatabaseSync | undefined;
  try {
    db = new DatabaseSync(target);
    db.exec('PRAGMA journal_mode = DELETE');
  } catch (error) {
    if (isBusy(error))
      throw new StoreInUse(
        `a server or a command has ${target} open: stop every program on it, then restore`,
        { cause: error },
      );
    // A damaged store is a reason to restore one.
    if (!isCorrupt(error)) throw toUnusable(target, error);
  } finally {
    db?.close();
  }
};

const flush = (path: string): void => {
  const descriptor = openSync(path, 'r');
  try {
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
};

const removeFiles = (path: string, endings: readonly string[]): void => {
  for (const ending of endings) rmSync(`${path}${ending}`, { force: true });
};

/** The log of a file that is gone would be applied to the new one. */
const logEndings = ['-wal', '-shm', '-journal'];

const alreadyThere = (target: string): StoreExists =>
  new StoreExists(`there is a store at ${target}: --overwrite replaces it, and what it holds is lost`);

/**
 * Gives the copy owner and mode of the store that it replaces. Without a store, or with one of root's, root gives it to
 * the owner of the folder: the service that runs as that user has to open it. It contains tokens, so no other user may
 * read it.
 */
const setAccess = (copy: string, target: string): void => {
  const replaced = statSync(target, { throwIfNoEntry: false });
  const owner = (replaced && otherOwnerOf(target)) ?? otherOwnerOf(dirname(target));
  const descriptor = openSync(copy, 'r');
  try {
    fchmodSync(descriptor, ((replaced?.mode ?? 0) & 0o660) | 0o600);
    giveFile(descriptor, owner);
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
};

/**
 * Puts a copy of `backup` in the place of `path`. The copy is checked and on the disk before it gets its name, so an
 * interrupted restore changes nothing.
 */
export const restoreFile = async (backup: string, path: string, overwrite: boolean): Promise<void> => {
  const target = realFileOf(resolve(path));
  assertBackup(backup, target);
  const exists = sizeOf(target) !== undefined;
  if (exists && !overwrite) throw alreadyThere(target);
  makeFolder(dirname(target));
  const placed = `${target}.${randomBytes(6).toString('hex')}`;
  try {
    await withPrivateFolder(target, (folder) => {
      const copy = join(folder, 'copy.db');
      copyFileSync(backup, copy, constants.COPYFILE_EXCL);
      chmodSync(copy, 0o600);
      assertWhole(copy, backup);
      setAccess(copy, target);
      placeFile(copy, placed);
    });
    if (exists) assertClosed(target);
    removeFiles(target, logEndings);
    if (overwrite) renameSync(placed, target);
    else linkSync(placed, target);
    flush(dirname(target));
  } catch (error) {
    if (isCode(error, 'EEXIST')) throw alreadyThere(target);
    throw toUnusable(target, error);
  } finally {
    rmSync(placed, { force: true });
  }
};
