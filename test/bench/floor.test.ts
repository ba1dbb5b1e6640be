import { hash } from 'node:crypto';
import { globSync, readFileSync } from 'node:fs';
import t from 'tap';

/**
 * The floor of the benchmarks since 2026-12-01. Ratios to another floor can't be compared with those that
 * docs/benchmarks.md has, so a change of it needs new measurements and a note there.
 */
const expected = 'KGNJfZHHFqJ-yr68xmErBdEAhAaD-GdzGzQMTEPoMbc';

t.test('the floor of the benchmarks is the one that earlier ratios were measured with', async (t) => {
  const files = ['bench/processes/floor.ts', ...globSync('bench/floor/*.ts').toSorted()];
  t.equal(hash('sha256', files.map((file) => readFileSync(file, 'utf8')).join('\n'), 'base64url'), expected);
});
