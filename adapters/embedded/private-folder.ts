import {
  closeSync,
  fsyncSync,
  linkSync,
  mkdtempSync,
  openSync,
  readSync,
  realpathSync,
  rmSync,
  statSync,
  writeSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { giveFile, otherOwnerOf } from '#src/store/owner.ts';

/** Only root can replace something in such a folder. In one with the sticky bit, users can replace their own files only. */
const isRootsOnly = (folder: string): boolean => {
  const { uid, mode } = statSync(folder);
  return uid === 0 && ((mode & 0o022) === 0 || (mode & 0o1000) !== 0);
};

/** The nearest folder above, so that it is on the same disk as a rule. */
const rootsFolderAbove = (folder: string): string => {
  const parent = dirname(folder);
  const above = parent === folder ? parent : rootsFolderAbove(parent);
  return above === parent && isRootsOnly(folder) ? folder : above;
};

const makeBeside = (file: string): string => {
  const folder = dirname(file);
  if (!otherOwnerOf(folder)) return mkdtempSync(`${file}.`);
  try {
    return mkdtempSync(join(rootsFolderAbove(realpathSync(folder)), `.${basename(file)}.`));
  } catch {
    // It may be a file system that is read-only.
    return mkdtempSync(join(tmpdir(), 'postern-'));
  }
};

/**
 * Calls `work` with a new folder near the file, which only this user can use. SQLite opens files by their names. When
 * root works in the folder of a service, the user of the service could put a link in the place of a new file there, and
 * root would write to what it leads to.
 */
export const withPrivateFolder = async <T>(
  file: string,
  work: (folder: string) => Promise<T> | T,
): Promise<T> => {
  const folder = makeBeside(file);
  try {
    return await work(folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
};

export const isCode = (error: unknown, code: string): boolean =>
  error instanceof Error && 'code' in error && error.code === code;

const copyBytes = (source: string, target: string): void => {
  const [from, mode] = [openSync(source, 'r'), statSync(source).mode & 0o777];
  let to: number | undefined;
  try {
    to = openSync(target, 'wx', mode);
    giveFile(to, otherOwnerOf(source));
    const buffer = Buffer.alloc(1 << 20);
    for (let length = readSync(from, buffer); length > 0; length = readSync(from, buffer))
      for (let written = 0; written < length; ) written += writeSync(to, buffer, written, length - written);
    fsyncSync(to);
  } catch (error) {
    if (to !== undefined) rmSync(target, { force: true });
    throw error;
  } finally {
    closeSync(from);
    if (to !== undefined) closeSync(to);
  }
};

/** Gives a finished file another name, which has to be free. Where something has that name it follows no link. */
export const placeFile = (source: string, target: string): void => {
  try {
    linkSync(source, target);
  } catch (error) {
    if (isCode(error, 'EEXIST')) throw error;
    // It is on another disk, or the file system has no links.
    copyBytes(source, target);
  }
};
