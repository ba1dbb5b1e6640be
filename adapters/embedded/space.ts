import { statfs } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import type { DatabaseSync } from 'node:sqlite';
import type { Space } from '#src/store/port.ts';
import { inMemory } from './file.ts';
import { readNumber } from './schema.ts';

/** Pages of removed records are used again before the file grows, so they count as free. */
export const createReadSpace = (path: string, db: DatabaseSync) => async (): Promise<Space | undefined> => {
  if (path === inMemory) return undefined;
  const { bavail, blocks, bsize } = await statfs(dirname(resolve(path)));
  const unusedPages = readNumber(db, 'freelist_count') * readNumber(db, 'page_size');
  return { freeBytes: bavail * bsize + unusedPages, totalBytes: blocks * bsize };
};
