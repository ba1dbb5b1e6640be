import { existsSync, lchownSync, mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import { otherOwnerOf } from './owner.ts';

/**
 * Creates the folder of a store, readable by one user only: this one, or the owner of the folder above when root creates
 * it. It creates one level at a time: in /proc, where a new folder can't be found, the `recursive` option of Node never
 * returns.
 */
export const makeFolder = (folder: string): void => {
  if (existsSync(folder)) return;
  const parent = dirname(folder);
  if (parent !== folder) makeFolder(parent);
  try {
    mkdirSync(folder, { mode: 0o700 });
    const owner = otherOwnerOf(parent);
    if (owner) lchownSync(folder, owner.uid, owner.gid);
  } catch (error) {
    if (!existsSync(folder)) throw error;
  }
};
