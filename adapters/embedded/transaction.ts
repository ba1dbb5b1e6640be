import type { DatabaseSync, StatementSync } from 'node:sqlite';

/** One immediate transaction, which is with the operating system, not yet on the disk, when this returns. */
export type Transact = <T>(work: () => T) => T;

export const createTransact = (db: DatabaseSync): Transact => {
  const [begin, commit, rollback]: StatementSync[] = ['BEGIN IMMEDIATE', 'COMMIT', 'ROLLBACK'].map((sql) =>
    db.prepare(sql),
  );
  return (work) => {
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
};
