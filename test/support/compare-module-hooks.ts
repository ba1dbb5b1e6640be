/**
 * A process that imports the server and all commands, and compares how the module hooks and Node find and read each module.
 * It prints what it found as JSON. A test file has the hooks itself.
 */
import { createRequire, type LoadHookSync, type ResolveHookSync, registerHooks } from 'node:module';
import { join, resolve as resolvePath } from 'node:path';
import { commandsFor } from '#src/cli/index.ts';

interface Hooks {
  readonly resolve: ResolveHookSync;
  readonly load: LoadHookSync;
}

const root = resolvePath(import.meta.dirname, '../..');
const createModuleHooks: (root: string, ending: string) => Hooks = createRequire(import.meta.url)(
  join(root, 'bin/module-hooks.js'),
).createModuleHooks;

const { resolve, load } = createModuleHooks(root, '.ts');
const differences: string[] = [];
const seen = { shortened: 0, read: 0 };
registerHooks({
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
await import('#src/serve.ts');
await commandsFor(['--help']);
process.stdout.write(JSON.stringify({ differences, seen }));
