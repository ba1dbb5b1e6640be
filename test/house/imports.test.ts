import t from 'tap';
import { importedFile, importsOf } from './import-graph.ts';
import { matchesIn, readSources } from './sources.ts';

/** Folders and what each may import; the first match counts. `OWN` is the feature's own folder. */
const rules: readonly { readonly folder: RegExp; readonly may: readonly RegExp[] }[] = [
  { folder: /^config\//, may: [/^config\//] },
  { folder: /^adapters\//, may: [/^adapters\//, /^src\/store\//] },
  { folder: /^src\/store\//, may: [/^src\/store\//, /^src\/errors\.ts$/, /^config\/index\.ts$/] },
  {
    folder:
      /^src\/(errors|error-codes|events|cookies|display-name|form-mac|mail-address|readable-text|redirect-target)\.ts$/,
    may: [/^src\/readable-text\.ts$/, /^config\/index\.ts$/],
  },
  { folder: /^src\/command\.ts$/, may: [/^src\/(errors|events|store\/port)\.ts$/, /^config\/index\.ts$/] },
  {
    folder: /^src\/views\//,
    may: [/^src\/views\//, /^src\/(error-codes|redirect-target)\.ts$/, /^config\/index\.ts$/],
  },
  {
    folder: /^src\/provider\//,
    may: [
      /^src\/(provider|store)\//,
      /^src\/(errors|error-codes|events|extension)\.ts$/,
      /^config\/index\.ts$/,
    ],
  },
  {
    folder: /^src\/http\//,
    may: [
      /^src\/(provider|http|store|views)\//,
      /^src\/(errors|events|cookies|form-mac|redirect-target)\.ts$/,
      /^config\/index\.ts$/,
    ],
  },
  {
    folder: /^src\/services\//,
    may: [
      /^src\/(services|provider|http|store|views)\//,
      /^src\/(errors|error-codes|events|extension|command|version|cookies|display-name|form-mac|mail-address|readable-text|redirect-target)\.ts$/,
      /^config\/index\.ts$/,
    ],
  },
  { folder: /^src\/feature\.ts$/, may: [/^src\/(provider|http|services)\//, /^src\/command\.ts$/] },
  { folder: /^src\/features\/index\.ts$/, may: [/./] },
  {
    folder: /^src\/features\/[^/]+\//,
    may: [
      /^src\/features\/OWN\//,
      /^src\/(services|provider|http|store|views)\//,
      /^src\/(errors|error-codes|events|feature|command|long-result|version|cookies|form-mac|open-store|readable-text|redirect-target)\.ts$/,
      /^config\/index\.ts$/,
    ],
  },
  { folder: /^src\//, may: [/./] },
];

const sources = readSources('config/**/*.ts', 'adapters/**/*.ts', 'src/**/*.ts');

/** The imports outside the allowed files, as `file imports specifier`. */
const importsOutside = (allowed: RegExp, specifiers: RegExp): readonly string[] =>
  sources
    .filter(({ file }) => !allowed.test(file))
    .flatMap((source) =>
      importsOf(source)
        .filter((specifier) => specifiers.test(specifier))
        .map((specifier) => `${source.file} imports ${specifier}`),
    );

t.test('imports point one way', async (t) => {
  const offenders = sources.flatMap((source) => {
    const own = /^src\/features\/([^/]+)\//.exec(source.file)?.[1] ?? '';
    const allowed = rules.find(({ folder }) => folder.test(source.file))?.may ?? [];
    return importsOf(source)
      .flatMap((specifier) => importedFile(source.file, specifier) ?? [])
      .filter((target) => !allowed.some((may) => new RegExp(may.source.replace('OWN', own)).test(target)))
      .map((target) => `${source.file} imports ${target}`);
  });
  t.same(offenders, []);
});

/** Commands import the server as the folders outside of src/ do: they start it, or work beside it. */
const partOf = (file: string): string => /^(src\/cli|[^/]+)\//.exec(file)?.[1] ?? '';

const isRelative = (file: string, target: string): boolean =>
  partOf(file) === 'src' || partOf(file) === partOf(target);

t.test('commands and other folders import files of src/ as #src, files of src/ by their path', async (t) => {
  const others = readSources('bench/**/*.ts', 'packaging/**/*.ts', 'test/**/*.ts');
  const offenders = [...sources, ...others].flatMap((source) =>
    importsOf(source)
      .filter((specifier) => {
        const target = importedFile(source.file, specifier);
        return target?.startsWith('src/') && specifier.startsWith('.') !== isRelative(source.file, target);
      })
      .map((specifier) => `${source.file} imports ${specifier}`),
  );
  t.same(offenders, []);
});

t.test('only adapters import their drivers, and only one file imports engine internals', async (t) => {
  t.same(
    [
      ...importsOutside(/^adapters\/redis\//, /^ioredis$/),
      ...importsOutside(/^adapters\/embedded\//, /^node:sqlite$/),
      ...importsOutside(/^src\/provider\/internals\.ts$/, /^oidc-provider\/lib/),
    ],
    [],
  );
});

t.test('only config/ reads the environment', async (t) => {
  const others = sources.filter(({ file }) => !file.startsWith('config/'));
  t.same(matchesIn(others, /process\.env\b/), []);
});

t.test('markup comes only from the escaping template', async (t) => {
  const others = sources.filter(({ file }) => file !== 'src/views/html.ts');
  const markup = /(?<!html)`\s*<(!doctype|html|div|p|a|form|input|script|span)\b[^`]*\$\{/i;
  t.same([...matchesIn(others, /hono\/html/), ...matchesIn(others, markup)], []);
});
