import type { DatabaseSync } from 'node:sqlite';
import { isBusy } from './sqlite-errors.ts';

type Work = () => void;

interface QueuedWork {
  readonly work: Work;
  readonly resolve: () => void;
  readonly reject: (fault: unknown) => void;
  error: unknown;
}

/**
 * Commits that arrive in one turn of the event loop share a transaction, because beginning and ending one costs more
 * than the writes of a commit. A savepoint keeps each commit atomic: a refused commit undoes only its own writes. When
 * the file or the disk fails, SQLite rolls back all of them, and all fail.
 */
export const createGroupCommit = (
  db: DatabaseSync,
  transaction: (work: Work) => void | Promise<void>,
): ((work: Work) => Promise<void>) => {
  const [savepoint, release, rollback] = ['SAVEPOINT one', 'RELEASE one', 'ROLLBACK TO one'].map((sql) =>
    db.prepare(sql),
  );
  let group: QueuedWork[] = [];

  const attempt = (one: QueuedWork): void => {
    one.error = undefined;
    savepoint?.run();
    try {
      one.work();
    } catch (error) {
      if (isBusy(error) || !db.isTransaction) throw error;
      one.error = error;
      rollback?.run();
    }
    release?.run();
  };

  const flush = async (): Promise<void> => {
    const queued = group;
    group = [];
    try {
      const [only] = queued;
      await transaction(() => {
        if (only && queued.length === 1) only.work();
        else for (const one of queued) attempt(one);
      });
    } catch (fault) {
      for (const { reject } of queued) reject(fault);
      return;
    }
    for (const { error, resolve, reject } of queued) {
      if (error === undefined) resolve();
      else reject(error);
    }
  };

  return (work) =>
    new Promise((resolve, reject) => {
      group.push({ work, resolve, reject, error: undefined });
      if (group.length === 1) setImmediate(flush);
    });
};
