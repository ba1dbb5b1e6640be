import { existsSync, globSync, readFileSync } from 'node:fs';
import t from 'tap';
import { overrides } from '#src/provider/overrides/register.ts';

const files = globSync('src/**/*.ts');

t.test('nothing outside of the register replaces a member of the engine', async (t) => {
  // The prototypes of classes that are not the engine's.
  const own = new Set([
    'src/http/request-logger.ts',
    'src/provider/compose-settings.ts',
    'src/provider/error-uri.ts',
  ]);
  const replaces = /\.prototype\b|\{ prototype \}|\.(find\w*|save|unique|entity|urlFor|destroy)\s*=(?![=>])/;
  const offenders = files.filter(
    (file) =>
      !file.startsWith('src/provider/overrides/') &&
      !own.has(file) &&
      replaces.test(readFileSync(file, 'utf8')),
  );
  t.ok(files.length > 100, 'the files were found');
  t.strictSame(offenders, []);
});

t.test(
  'each override is one file, which the register lists, with a reason and a test that exists',
  async (t) => {
    const listed = overrides.map(({ name }) => name);
    const parts = ['engine-symbols', 'options', 'override', 'register'];
    const written = globSync('src/provider/overrides/*.ts').map((file) =>
      file.replace(/^.*\/(.*)\.ts$/, '$1'),
    );
    t.strictSame(written.filter((name) => !parts.includes(name)).toSorted(), listed.toSorted());
    t.strictSame(
      overrides.filter(({ reason, test }) => reason.length < 40 || !existsSync(test)).map(({ name }) => name),
      [],
    );
  },
);

t.test('no two overrides replace the same member', async (t) => {
  const symbols = overrides.flatMap((override) => override.symbols);
  t.strictSame(
    symbols.filter((symbol, at) => symbols.indexOf(symbol) !== at),
    [],
  );
});

t.test('the request that the engine serves is looked up in one place', async (t) => {
  const offenders = files.filter(
    (file) =>
      file !== 'src/provider/request-context.ts' &&
      /Provider\.ctx\b|\{ ctx \} = Provider/.test(readFileSync(file, 'utf8')),
  );
  t.strictSame(offenders, []);
});

t.test('only overrides, which the engine calls without a context, look up the current one', async (t) => {
  const offenders = files.filter(
    (file) =>
      !file.startsWith('src/provider/overrides/') &&
      file !== 'src/provider/request-context.ts' &&
      /\bcurrentContext\b/.test(readFileSync(file, 'utf8')),
  );
  t.strictSame(offenders, []);
});

t.test('only the storage adapter and one override look up the current unit of work', async (t) => {
  // The engine calls these without a context.
  const allowed = [
    'src/provider/storage/adapter.ts',
    'src/provider/overrides/client-ping.ts',
    'src/store/current-unit-of-work.ts',
  ];
  const offenders = files.filter(
    (file) => !allowed.includes(file) && /\bcurrentUnitOfWork\b/.test(readFileSync(file, 'utf8')),
  );
  t.strictSame(offenders, []);
});
