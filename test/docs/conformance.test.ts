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

const citation =
  /\b(RFC \d{4}|OpenID Connect [A-Z][\w-]*(?: [A-Z][\w-]*)*|OpenID Federation|FAPI \d\.\d|JARM|CIBA|Form Post Response Mode)\b/g;

t.test('each row has a state, and an implemented specification names tests that cite it', async (t) => {
  t.ok(rows.length > 20);
  t.equal(new Set(names).size, names.length, 'no specification twice');
  const faults = rows.flatMap(({ name, status, tests }) => [
    ...(/^(yes|in part|no)$/.test(status) ? [] : [`${name}: the status is ${status}`]),
    ...(tests.length > 0 === (status !== 'no') ? [] : [`${name}: ${tests.length} tests`]),
    ...tests
      .filter((test) => {
        const file = join(root, `${test}.test.ts`);
        return !existsSync(file) || !titlesIn(file).some((title) => namedIn(title).includes(name));
      })
      .map((test) => `${name}: no title in ${test} cites it`),
  ]);
  t.same(faults, []);
});

t.test('each specification that a test title cites has a row', async (t) => {
  const titles = ['protocol', 'interop', 'flows'].flatMap((folder) =>
    readdirSync(join(root, folder))
      .filter((file) => file.endsWith('.test.ts'))
      .flatMap((file) => titlesIn(join(root, folder, file))),
  );
  t.ok(titles.length > 150, `${titles.length} titles`);
  const unknown = titles.flatMap((title) => {
    const known = namedIn(title);
    return [...title.matchAll(citation)]
      .map(([name]) => name)
      .filter((name) => !known.some((one) => name.startsWith(one) || one.startsWith(name)))
      .map((name) => `${name} in: ${title}`);
  });
  t.same(unknown, []);
});
