import t from 'tap';
import { startChild } from '../support/setup/child.ts';
import { openCommandFolder } from '../support/setup/index.ts';

/** Prints the address of each module that is loaded, on standard error. */
const trace = `import { registerHooks } from 'node:module';
registerHooks({ load: (url, context, next) => (process.stderr.write(url + '\\n'), next(url, context)) });`;

t.test('a command on the store loads no engine, which takes a third of its time', async (t) => {
  const { cwd, runInProcess } = await openCommandFolder(t);
  t.equal((await runInProcess(['account', 'add', 'ada', '--generate'])).exit, 0);
  const child = startChild(
    'src/cli/main.ts',
    ['--set', `store.url=sqlite:${cwd}/store.db`, 'account', 'list'],
    { cwd, nodeOptions: ['--import', `data:text/javascript,${encodeURIComponent(trace)}`] },
  );
  t.equal((await child.ended).code, 0);
  t.match(child.out(), /ada/);
  t.match(child.err(), /src\/services\/keys\/key-set\.ts/, 'the modules were traced');
  t.notMatch(child.err(), /node_modules\/oidc-provider\//);
});
