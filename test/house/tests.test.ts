import t from 'tap';
import { matchesIn, readSources } from './sources.ts';

const tests = readSources('test/**/*.ts').filter(({ file }) => !file.startsWith('test/house/'));

t.test('a condition on each item of a list fails for an empty list', async (t) => {
  // `assertEach` of test/support/assert-each.ts does, and it shows the offenders.
  t.same(matchesIn(tests, /\bt\.ok\(\s*[^;]*\.every\(/), []);
});

t.test('no test is skipped', async (t) => {
  t.same(matchesIn(tests, /\bt\.(skip|todo|only)\(|\b(skip|todo|only): (true|['"`])/), []);
});
