import { existsSync, globSync, readFileSync } from 'node:fs';
import t from 'tap';
import { overrides } from '#src/provider/overrides/register.ts';
import { matchesIn, readSources, type Source } from './sources.ts';

const folder = 'src/provider/overrides/';

const except = (...files: readonly string[]): readonly Source[] =>
  readSources('src/**/*.ts').filter(
    ({ file }) => !files.some((one) => (one.endsWith('/') ? file.startsWith(one) : file === one)),
  );

t.test('nothing outside of the register replaces a member of the engine', async (t) => {
  const replaces =
    /(?<!Object)\.prototype\b|\{ prototype\b|\.(find\w*|save|unique|entity|urlFor|destroy)\s*=(?![=>])/;
  t.strictSame(matchesIn(except(folder), replaces), []);
});

t.test('each override has a file and a line in the register', async (t) => {
  const shared = ['engine-symbols', 'fetched-keys', 'key-set-room', 'options', 'override', 'register'];
  const files = globSync(`${folder}*.ts`).map((file) => file.slice(folder.length, -'.ts'.length));
  const names = overrides.map(({ name }) => name);
  t.strictSame(files.filter((name) => !shared.includes(name)).toSorted(), names.toSorted());
});

t.test('each override has a reason, and a test that names it', async (t) => {
  const isProven = ({ name, reason, test }: (typeof overrides)[number]): boolean =>
    reason.length > 40 && existsSync(test) && readFileSync(test, 'utf8').includes(`overrides/${name}.ts`);
  t.strictSame(
    overrides.filter((override) => !isProven(override)).map(({ name, test }) => `${name}: ${test}`),
    [],
  );
});

t.test('no two overrides replace the same member', async (t) => {
  const symbols = overrides.flatMap((override) => override.symbols);
  t.strictSame(
    symbols.filter((symbol, at) => symbols.indexOf(symbol) !== at),
    [],
  );
});

t.test('the request that the engine serves is looked up in one place', async (t) => {
  const place = 'src/provider/request-context.ts';
  t.strictSame(
    [
      ...matchesIn(except(place), /\bProvider\.ctx\b|\{ ctx \} = Provider\b/),
      // The engine calls overrides without a context. Everything else receives it as an argument.
      ...matchesIn(except(place, folder), /\bcurrentContext\b/),
    ],
    [],
  );
});
