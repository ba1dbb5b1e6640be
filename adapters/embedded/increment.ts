import type { DatabaseSync } from 'node:sqlite';
import { query } from './rows.ts';

type Count = readonly [number];

export const createIncrement = (db: DatabaseSync) => {
  const raise = query<Count>(
    db,
    'UPDATE tallies SET count = count + 1 WHERE counter = ? AND ends_at > ? RETURNING count',
  );
  const start = db.prepare('INSERT OR REPLACE INTO tallies (counter, count, ends_at) VALUES (?, 1, ?)');
  return (counters: readonly string[], windowMs: number, now: number): number[] =>
    counters.map((counter) => {
      const raised = raise.one(counter, now);
      if (raised) return raised[0];
      start.run(counter, now + windowMs);
      return 1;
    });
};
