import type { DatabaseSync } from 'node:sqlite';
import type { Finding } from '#src/store/port.ts';
import { readNumber } from './schema.ts';
import { findingOf, isCorrupt } from './sqlite-errors.ts';
import type { Transact } from './transaction.ts';

/**
 * What the file and its disk were found to be like by those who used them: free space tells nothing of a quota, nor
 * rights of a disk that became read-only.
 */
export interface DiskHealth {
  recordError(error: unknown): void;
  findings(): Promise<Finding[]>;
}

interface Dependencies {
  readonly db: DatabaseSync;
  readonly transact: Transact;
  /** Brings to the disk what was written. */
  readonly flush: () => Promise<void>;
}

export const createDiskHealth = ({ db, transact, flush }: Dependencies): DiskHealth => {
  let damaged: Finding | undefined;
  let failing: Finding | undefined;

  /** Nothing changes by it, and yet the log must take a page. */
  const write = (): void =>
    transact(() => db.exec(`PRAGMA user_version = ${readNumber(db, 'user_version')}`));

  const recordError = (error: unknown): void => {
    const finding = findingOf(error);
    // What is damaged stays so, whatever can still be read; the rest may be mended under a running server.
    if (isCorrupt(error)) damaged = finding;
    else if (finding) failing = finding;
  };

  const retryWrite = async (): Promise<void> => {
    try {
      write();
      await flush();
      failing = undefined;
    } catch (error) {
      recordError(error);
    }
  };

  return {
    recordError,
    async findings() {
      if (failing && db.isOpen) await retryWrite();
      return [damaged, failing].filter((finding) => finding !== undefined);
    },
  };
};
