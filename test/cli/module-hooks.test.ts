import { execFile } from 'node:child_process';
import { createRequire, type LoadHookSync, type ResolveHookSync, registerHooks } from 'node:module';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import t from 'tap';
import { commandsFor } from '#src/cli/index.ts';

interface Hooks {
  readonly resolve: ResolveHookSync;
  readonly load: LoadHookSync;
}

const root = resolve(import.meta.dirname, '../..');
const createModuleHooks: (root: string, ending: string) => Hooks = createRequire(import.meta.url)(
  join(root, 'bin/module-hooks.js'),
).createModuleHooks;

t.test('the hooks find and read each module as Node does', async (t) => {
  const { resolve, load } = createModuleHooks(root, '.ts');
  const differences: string[] = [];
  const seen = { shortened: 0, read: 0 };
  const nodes = registerHooks({
    resolve(specifier, context, next) {
      const { url, format } = next(specifier, context);
      const found = resolve(specifier, context, next);
      if (found.url !== url || found.format !== format)
        differences.push(`${specifier} of ${context.parentURL}: ${found.url} ${found.format}`);
      if (found.shortCircuit) seen.shortened += 1;
      return { url, ...(format !== undefined && { format }) };
    },
    load(url, context, next) {
      const loaded = next(url, context);
      const read = load(url, context, () => loaded);
      if (String(read.source) !== String(loaded.source) || read.format !== loaded.format)
        differences.push(`${url}: ${read.format} instead of ${loaded.format}`);
      if (read.shortCircuit) seen.read += 1;
      return loaded;
    },
  });
  t.teardown(() => nodes.deregister());
  await import('#src/serve.ts');
  await commandsFor(['--help']);
  t.same(differences, []);
  t.ok(seen.shortened > 3_000 && seen.read > 1_000, JSON.stringify(seen));
});

t.test('programs that are loaded first see all imports of a command', async (t) => {
  const first = `import { registerHooks } from 'node:module';
    registerHooks({ resolve(specifier, context, next) {
      if (specifier === './process.ts') process.stderr.write('seen');
      return next(specifier, context);
    } });`;
  const { stderr } = await promisify(execFile)(
    process.execPath,
    [`--import=data:text/javascript,${encodeURIComponent(first)}`, join(root, 'bin/postern'), 'version'],
    { env: {} },
  );
  t.equal(stderr, 'seen');
});
