import type { DatabaseSync, StatementSync } from 'node:sqlite';

export interface Transactions {
  /** One immediate transaction; `durable` ones are on the disk, not with the operating system, when this returns. */
  run<T>(durable: boolean, work: () => T): T;
}

/**
 * One connection serves both degrees of care: nothing else runs between the switch and the commit, since all of it
 * happens in one turn of the loop.
 */
export const createTransactions = (db: DatabaseSync, synchronous: 'normal' | 'full'): Transactions => {
  const [begin, commit, rollback]: StatementSync[] = ['BEGIN IMMEDIATE', 'COMMIT', 'ROLLBACK'].map((sql) =>
    db.prepare(sql),
  );
  const atomically = <T>(work: () => T): T => {
    begin?.run();
    try {
      const result = work();
      commit?.run();
      return result;
    } catch (error) {
      // A full disk makes SQLite roll back on its own.
      if (db.isTransaction) rollback?.run();
      throw error;
    }
  };
  if (synchronous === 'full') db.exec('PRAGMA synchronous = FULL');
  return {
    run(durable, work) {
      if (!durable || synchronous === 'full') return atomically(work);
      db.exec('PRAGMA synchronous = FULL');
      try {
        return atomically(work);
      } finally {
        db.exec('PRAGMA synchronous = NORMAL');
      }
    },
  };
};
