import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';

const root = join(import.meta.dirname, '..');

/** Test titles as written in the source: a template's `${…}` is part of the title. */
const titlesIn = (file: string): readonly string[] =>
  [...readFileSync(file, 'utf8').matchAll(/\bt\.test\(\s*(['"`])((?:\\.|(?!\1)[\s\S])+)\1/g)].map(
    ([, , title = '']) => title,
  );

const table = readFileSync(join(root, '../docs/conformance.md'), 'utf8');
const rows = [...table.matchAll(/^\| ([^|]+) \| ([^|]*)\| ([^|]+) \| ([^|]*)\|$/gm)]
  .map(([, name = '', , status = '', tests = '']) => ({
    name: name.trim(),
    status: status.trim(),
    tests: tests
      .split(',')
      .map((test) => test.trim())
      .filter((test) => test !== ''),
  }))
  .filter(({ name }) => name !== 'Specification' && !name.startsWith('---'));

const names = rows.map(({ name }) => name);

/** A longer name wins: `FAPI 2.0 Message Signing` is not `FAPI 2.0`. */
const namedIn = (title: string): readonly string[] => {
  let left = title;
  return names
    .toSorted((one, other) => other.length - one.length)
    .filter((name) => {
      const found = new RegExp(`${name.replaceAll('.', '\\.')}(?![\\w.])`).test(left);
      left = left.replaceAll(name, '');
      return found;
    });
};

const told =
  /\b(RFC \d{4}|OpenID Connect [A-Z][\w-]*(?: [A-Z][\w-]*)*|OpenID Federation|FAPI \d\.\d|JARM|CIBA|Form Post Response Mode)\b/g;

t.test('each row has a state, and an implemented specification names tests that cite it', async (t) => {
  t.ok(rows.length > 20);
  t.equal(new Set(names).size, names.length, 'no specification twice');
  for (const { name, status, tests } of rows) {
    t.match(status, /^(yes|in part|no)$/, name);
    t.equal(tests.length > 0, status !== 'no', `${name}: tests where there is something to test`);
    for (const test of tests) {
      const file = join(root, `${test}.test.ts`);
      t.ok(existsSync(file), `${name}: ${test}`);
      const titles = existsSync(file) ? titlesIn(file) : [];
      t.ok(
        titles.some((title) => namedIn(title).includes(name)),
        `${test} has a title that names ${name}`,
      );
    }
  }
});

t.test('each specification that a test title cites has a row', async (t) => {
  for (const folder of ['protocol', 'interop', 'flows']) {
    const files = readdirSync(join(root, folder)).filter((file) => file.endsWith('.test.ts'));
    t.ok(files.length > 0, folder);
    for (const file of files) {
      for (const title of titlesIn(join(root, folder, file))) {
        const known = namedIn(title);
        for (const [name] of title.matchAll(told)) {
          t.ok(
            known.some((one) => name.startsWith(one) || one.startsWith(name)),
            `${folder}/${file}: ${name} is in docs/conformance.md`,
          );
        }
      }
    }
  }
});
