import type { DatabaseSync, StatementSync } from 'node:sqlite';

/** Runs one immediate transaction. On return the operating system has it, but the disk may not. */
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
      // SQLite rolls back itself when the disk is full.
      if (db.isTransaction) rollback?.run();
      throw error;
    }
  };
};
