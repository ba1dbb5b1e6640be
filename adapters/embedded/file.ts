import { accessSync, closeSync, constants, lstatSync, openSync, realpathSync, statSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { setTimeout as sleep } from 'node:timers/promises';
import { InvalidStoreUrl, StoreNotFound, StoreUnusable } from '#src/store/errors.ts';
import { makeFolder } from '#src/store/folder.ts';
import { giveFile, otherOwnerOf } from '#src/store/owner.ts';
import { lockWaitMs, retryWhileBusy } from './retry-while-busy.ts';
import { applicationId, migrate, readNumber, steps } from './schema.ts';
import { toUnusable } from './sqlite-errors.ts';

export const inMemory = ':memory:';

const codeOf = (error: unknown): string =>
  error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : 'unknown error';

const isLink = (path: string): boolean => {
  try {
    return lstatSync(path).isSymbolicLink();
  } catch {
    return false;
  }
};

/**
 * The file that a link leads to. SQLite keeps its log beside that file, and not beside the link. A new store is never made
 * where a link leads, because that may be anywhere.
 */
export const realFileOf = (path: string): string => {
  if (path === inMemory) return path;
  try {
    return realpathSync(path);
  } catch (cause) {
    if (!isLink(path)) return path;
    throw new StoreUnusable(
      `${path} is a link to a file that can not be reached (${codeOf(cause)}): correct the link, or name the file in store.url`,
      { cause },
    );
  }
};

/** How long the process that creates a file may take until the file has its first page. */
const firstPageMs = 5_000;

/**
 * SQLite takes an empty file for a new database. But each store has a page from its creation on, so what was in an empty
 * file is lost, and a server would start without its keys, accounts and clients. Another process may be creating it now.
 */
const assertNotEmpty = async (path: string): Promise<void> => {
  const deadline = performance.now() + firstPageMs;
  while (statSync(path).size === 0) {
    if (performance.now() > deadline)
      throw new StoreUnusable(
        `the store file ${path} is empty (0 bytes), so its content is lost: restore it from a backup, ` +
          'or remove the file to start with a new store',
      );
    await sleep(20);
  }
};

/** SQLite would create the file with the modes of the umask. It contains tokens, so only this user may read it. */
const createFile = async (path: string): Promise<void> => {
  const folder = dirname(resolve(path));
  try {
    makeFolder(folder);
  } catch (cause) {
    const fix = 'create it and give this user write access, or name another place in store.url';
    throw new StoreUnusable(
      `the folder ${folder} of the store can not be created (${codeOf(cause)}): ${fix}`,
      {
        cause,
      },
    );
  }
  try {
    const descriptor = openSync(path, 'ax', 0o600);
    try {
      giveFile(descriptor, otherOwnerOf(folder));
    } finally {
      closeSync(descriptor);
    }
  } catch (cause) {
    if (codeOf(cause) === 'EEXIST') await checkFile(path);
    else throw unwritable(path, cause);
  }
};

const findFile = async (path: string): Promise<void> => {
  try {
    statSync(path);
  } catch (cause) {
    if (codeOf(cause) !== 'ENOENT') throw unwritable(path, cause);
    throw new StoreNotFound(
      `there is no store at ${resolve(path)}: start the server, which creates it, or correct store.url`,
      { cause },
    );
  }
  await checkFile(path);
};

/** Checks without opening: closing a file that SQLite has open in this process would release SQLite's locks (POSIX). */
const checkFile = async (path: string): Promise<void> => {
  try {
    accessSync(path, constants.R_OK | constants.W_OK);
  } catch (cause) {
    throw unwritable(path, cause);
  }
  if (statSync(path).isDirectory())
    throw new InvalidStoreUrl(
      `${path} is a folder: name a file in it in store.url, for example ${path}/postern.db`,
    );
  await assertNotEmpty(path);
};

const unwritable = (path: string, cause: unknown): StoreUnusable =>
  new StoreUnusable(
    `the store file ${path} can not be opened for writing (${codeOf(cause)}): ` +
      'give this user write access to it and its folder, or name another place in store.url',
    { cause },
  );

const assertOwnFile = (db: DatabaseSync, path: string): void => {
  const version = readNumber(db, 'user_version');
  const application = readNumber(db, 'application_id');
  const tables = db.prepare('SELECT count(*) AS n FROM sqlite_schema').get()?.['n'];
  if (application !== applicationId && tables !== 0)
    throw new InvalidStoreUrl(
      `the file ${path} is a database of another program: name another file in store.url, or move it away`,
    );
  if (version > steps.length)
    throw new StoreUnusable(
      `the store file ${path} has version ${version}, and this release knows versions up to ${steps.length}: ` +
        'run the newer release again, or restore the backup made before it',
    );
};

const prepareFile = (db: DatabaseSync, path: string): void => {
  assertOwnFile(db, path);
  const mode = Object.values(db.prepare('PRAGMA journal_mode = WAL').get() ?? {})[0];
  if (path !== inMemory && mode !== 'wal')
    throw new StoreUnusable(
      `the store file ${path} is on a disk without shared memory (a network share?): move it to a local disk`,
    );
  db.exec(
    'PRAGMA synchronous = NORMAL; PRAGMA cache_size = -16384; PRAGMA temp_store = MEMORY;' +
      'PRAGMA journal_size_limit = 67108864; PRAGMA trusted_schema = OFF',
  );
  db.exec('BEGIN IMMEDIATE');
  try {
    migrate(db);
    db.exec('COMMIT');
  } catch (error) {
    if (db.isTransaction) db.exec('ROLLBACK');
    throw error;
  }
};

/** Opens a connection to a writable store file of the current version. */
export const openFile = async (path: string, limitMs: number, mustExist = false): Promise<DatabaseSync> => {
  if (path !== inMemory) await (mustExist ? findFile : createFile)(path);
  let db: DatabaseSync | undefined;
  try {
    const opened = new DatabaseSync(path, { timeout: lockWaitMs, enableForeignKeyConstraints: false });
    db = opened;
    await retryWhileBusy(() => prepareFile(opened, path), limitMs);
    return opened;
  } catch (error) {
    db?.close();
    throw toUnusable(path, error);
  }
};
