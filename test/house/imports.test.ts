import { globSync, readFileSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import t from 'tap';

/** Folders and what each may import; the first match counts. `OWN` is the feature's own folder. */
const rules: readonly { readonly room: RegExp; readonly may: readonly RegExp[] }[] = [
  { room: /^config\//, may: [/^config\//] },
  { room: /^adapters\//, may: [/^adapters\//, /^src\/store\//] },
  { room: /^src\/store\//, may: [/^src\/store\//, /^config\/index\.ts$/] },
  { room: /^src\/(errors|events|command|cookies|form-mac)\.ts$/, may: [/^config\/index\.ts$/] },
  { room: /^src\/views\//, may: [/^src\/views\//, /^config\/index\.ts$/] },
  {
    room: /^src\/(provider|http)\//,
    may: [
      /^src\/(provider|http|store|views)\//,
      /^src\/(errors|events|feature|cookies|form-mac)\.ts$/,
      /^config\/index\.ts$/,
    ],
  },
  {
    room: /^src\/services\//,
    may: [
      /^src\/(services|provider|http|store|views)\//,
      /^src\/(errors|events|feature|command|version|cookies|form-mac)\.ts$/,
      /^config\/index\.ts$/,
    ],
  },
  { room: /^src\/feature\.ts$/, may: [/^src\/(provider|http)\//] },
  { room: /^src\/features\/index\.ts$/, may: [/./] },
  {
    room: /^src\/features\/[^/]+\//,
    may: [
      /^src\/features\/OWN\//,
      /^src\/features\/[^/]+\/index\.ts$/,
      /^src\/(services|provider|http|store|views)\//,
      /^src\/(errors|events|feature|command|version|cookies|form-mac)\.ts$/,
      /^config\/index\.ts$/,
    ],
  },
  { room: /^src\//, may: [/./] },
];

const aliases: Readonly<Record<string, string>> = { '#config': 'config/index.ts' };

const resolved = (from: string, specifier: string): string | undefined => {
  if (specifier.startsWith('.')) return normalize(join(dirname(from), specifier));
  if (specifier.startsWith('#')) return aliases[specifier] ?? specifier.slice(1);
  return undefined;
};

const importsOf = (file: string): string[] =>
  [...readFileSync(file, 'utf8').matchAll(/(?:from|import)\s*\(?\s*'([^']+)'/g)].map(
    ([, specifier]) => specifier ?? '',
  );

const files = globSync(['config/**/*.ts', 'adapters/**/*.ts', 'src/**/*.ts']);

t.test('imports point one way', async (t) => {
  t.ok(files.length > 100, 'the files were found');
  for (const file of files) {
    const own = /^src\/features\/([^/]+)\//.exec(file)?.[1] ?? '';
    const rule = rules.find(({ room }) => room.test(file));
    for (const specifier of importsOf(file)) {
      const target = resolved(file, specifier);
      if (target === undefined) continue;
      const allowed = rule?.may.some((may) => new RegExp(may.source.replace('OWN', own)).test(target));
      if (!allowed) t.fail(`${file} must not import ${target}`);
    }
  }
});

t.test('only adapters import their drivers, and only one file imports engine internals', async (t) => {
  for (const file of files) {
    const imports = importsOf(file);
    if (!file.startsWith('adapters/redis/'))
      t.notOk(imports.includes('ioredis'), `${file} speaks to Redis by the port`);
    if (!file.startsWith('adapters/embedded/')) {
      t.notOk(imports.includes('node:sqlite'), `${file} speaks to SQLite by the port`);
    }
    if (file !== 'src/provider/internals.ts') {
      t.notOk(
        imports.some((specifier) => specifier.startsWith('oidc-provider/lib')),
        `${file} uses what the engine promises`,
      );
    }
  }
});

t.test('only config/ reads the environment', async (t) => {
  for (const file of files) {
    if (file.startsWith('config/')) continue;
    t.notMatch(readFileSync(file, 'utf8'), /process\.env\b/, `${file} leaves the environment to config/`);
  }
});

t.test('markup comes only from the escaping template', async (t) => {
  for (const file of files) {
    if (file === 'src/views/html.ts') continue;
    const source = readFileSync(file, 'utf8');
    t.notMatch(source, /hono\/html/, `${file} uses views/html.ts`);
    t.notMatch(
      source,
      /(?<!html)`\s*<(!doctype|html|div|p|a|form|input|script|span)\b[^`]*\$\{/i,
      `${file} interpolates no markup`,
    );
  }
});
