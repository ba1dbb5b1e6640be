import type { DatabaseSync } from 'node:sqlite';
import type { Finding } from '#src/store/port.ts';
import { readNumber } from './schema.ts';
import { findingOf, isCorrupt } from './sqlite-errors.ts';
import type { Transact } from './transaction.ts';

/**
 * Remembers errors of the file and its disk. Only real writes show a quota or a disk that became read-only; free space
 * and permissions don't.
 */
export interface DiskHealth {
  recordError(error: unknown): void;
  findings(): Promise<Finding[]>;
}

interface Dependencies {
  readonly db: DatabaseSync;
  readonly transact: Transact;
  /** Waits until all commits are on the disk. */
  readonly flush: () => Promise<void>;
}

export const createDiskHealth = ({ db, transact, flush }: Dependencies): DiskHealth => {
  let damaged: Finding | undefined;
  let failing: Finding | undefined;

  /** Writes a page to the log without changing anything. */
  const write = (): void =>
    transact(() => db.exec(`PRAGMA user_version = ${readNumber(db, 'user_version')}`));

  const recordError = (error: unknown): void => {
    const finding = findingOf(error);
    // A damaged file stays damaged, even if parts can be read. Other problems can be fixed while the server runs.
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
