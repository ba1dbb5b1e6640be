import t from 'tap';
import { administratorCommand, ownCommand } from '#src/services/own-command/index.ts';
import { testConfig } from '../support/setup/index.ts';

const running = {
  script: '/srv/shop/node_modules/.bin/postern',
  args: ['start'],
  cwd: '/srv/shop',
  path: '',
};

t.test('the command starts the program as this process was started', (t) => {
  const ways = [
    [running, 'npx postern version'],
    [{ ...running, path: '/usr/bin:/srv/shop/node_modules/.bin' }, 'npx postern version'],
    [{ ...running, script: '/srv/shop/node_modules/postern/src/cli/main.js' }, 'npx postern version'],
    [{ ...running, script: '/srv/shop/src/cli/main.ts' }, 'npx postern version'],
    [{ ...running, script: '/srv/shop/src/main.ts' }, 'npx postern version'],
    [{ ...running, script: '/srv/shop/bin/postern' }, 'npx postern version'],
    [{ ...running, script: '/usr/local/bin/postern', path: '/usr/local/bin:/usr/bin' }, 'postern version'],
    [{ ...running, script: '/srv/shop/postern.cjs' }, 'node postern.cjs version'],
    [{ ...running, script: '/srv/my tools/postern.cjs' }, "node '../my tools/postern.cjs' version"],
  ] as const;
  for (const [given, expected] of ways) t.equal(ownCommand('version', given), expected);
  t.end();
});

t.test('npx is for the folder of the installation: elsewhere it would ask the registry', (t) => {
  const ways = [
    ['/srv/postern/src/cli/main.ts', '../postern/bin/postern version'],
    ['/srv/postern/bin/postern', '../postern/bin/postern version'],
    ['/srv/node_modules/.bin/postern', '../node_modules/.bin/postern version'],
    ['/srv/my tools/node_modules/postern/bin/postern', "'../my tools/node_modules/.bin/postern' version"],
  ] as const;
  for (const [script, expected] of ways) t.equal(ownCommand('version', { ...running, script }), expected);
  t.end();
});

t.test('the command reads the same configuration file', (t) => {
  for (const args of [
    ['start', '--config', 'a.yaml'],
    ['-c', 'a.yaml', 'start', '--port', '3001', '--set', 'mode=development'],
    ['start', '--config=a.yaml'],
  ])
    t.equal(
      ownCommand('version', { ...running, args }),
      'npx postern --config a.yaml version',
      args.join(' '),
    );
  const args = ['start', '-c', 'it’s; rm.yaml'];
  t.equal(ownCommand('version', { ...running, args }), "npx postern --config 'it’s; rm.yaml' version");
  t.end();
});

t.test('an administrator is made in development, in a store that a command can open', (t) => {
  const enabled = ['store.url=sqlite:here.db', 'admin.enabled=true'];
  t.equal(administratorCommand(testConfig(enabled), running), 'npx postern admin invite you@example.com');
  for (const more of ['store.url=memory:', 'admin.enabled=false', 'admin.groups.admin=[]'])
    t.equal(administratorCommand(testConfig([...enabled, more]), running), undefined, more);
  t.equal(administratorCommand({ ...testConfig(enabled), mode: 'production' }, running), undefined);
  t.end();
});
