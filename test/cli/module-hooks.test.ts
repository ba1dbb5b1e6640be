import { execFile } from 'node:child_process';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import t from 'tap';
import { startProgram } from '../support/setup/index.ts';

const root = resolve(import.meta.dirname, '../..');
const compare = fileURLToPath(new URL('../support/compare-module-hooks.ts', import.meta.url));

t.test('the hooks find and read each module as Node does', async (t) => {
  const child = startProgram(t, compare);
  t.equal((await child.ended).code, 0, child.err());
  const { differences, seen } = JSON.parse(child.out());
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
