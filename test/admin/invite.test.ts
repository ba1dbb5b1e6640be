import t from 'tap';
import { type Config, loadConfig } from '#config';
import { inviteFirstAdministrator } from '#src/first-administrator.ts';
import { Browser, startInProcess, startServerProcess } from '../support/setup/index.ts';
import { groupOf } from './admin-server.ts';

const password = 'a lantern by the harbour';

t.test('a start in development offers a link until there is an administrator', async (t) => {
  const { app, store, clock, issuer } = await startInProcess(t, { admin: { enabled: true } });
  const { services } = app;
  const { config } = loadConfig({ env: {}, cwd: t.testdir({}), flags: { set: [`issuer=${issuer}`] } });
  const invite = (changed: Partial<Config> = {}) =>
    inviteFirstAdministrator({ config: { ...config, ...changed }, store, clock, services });
  t.equal(await invite({ mode: 'production' }), undefined, 'not in production');
  t.equal(await invite({ admin: { ...config.admin, enabled: false } }), undefined, 'not without the API');
  const link = await invite();
  t.match(link, `${issuer}/account/invitation/`);
  const browser = new Browser();
  const done = await browser.submit(await browser.open(link ?? ''), { login: 'ada', name: 'Ada', password });
  t.equal(done.status, 200);
  t.same((await services.accounts.findByUsername('ada'))?.groups, [groupOf.admin]);
  t.equal(await invite(), undefined, 'then no more');
});

t.test('a start without a terminal prints no link', async (t) => {
  const server = await startServerProcess(t);
  t.notMatch(server.log(), '/account/invitation/');
});

t.test('the first administrator comes by a link that works once', async (t) => {
  const server = await startServerProcess(t, { config: { store: { url: 'sqlite:./data/postern.db' } } });
  const run = (...args: string[]) => server.command(args);
  t.equal((await run('admin', 'invite', 'nothing')).exit, 2, 'no address');
  t.equal((await run('admin', 'invite', 'ada@example.com', '--role', 'root')).exit, 2, 'no such role');

  const invited = await run('admin', 'invite', 'ada@example.com', '--json');
  t.equal(invited.exit, 0, invited.err);
  const { url, group } = JSON.parse(invited.out);
  t.equal(group, 'postern-admins');
  const accept = async (login: string) => {
    const browser = new Browser();
    const page = await browser.open(url);
    if (page.status !== 200) return page;
    return browser.submit(page, { login, name: 'Ada', password });
  };
  const answers = await Promise.all(['ada', 'eve', 'mallory'].map(accept));
  t.equal(answers.filter(({ status }) => status === 200 || status === 303).length, 1, 'one of three at once');
  t.equal((await accept('trent')).status, 410, 'and none afterwards');
  const members = JSON.parse((await run('group', 'show', 'postern-admins', '--json')).out);
  t.equal(members.members.length, 1);
  const shown = JSON.parse((await run('account', 'show', members.members[0].username, '--json')).out);
  t.match(shown, { groups: ['postern-admins'], claims: { email: 'ada@example.com', email_verified: false } });

  const token = url.split('/').at(-1);
  t.notOk(server.log().includes(token), 'the log has no link');
  const viewer = JSON.parse(
    (await run('admin', 'invite', 'bob@example.com', '--role', 'viewer', '--json')).out,
  );
  t.match(viewer, { role: 'viewer', group: 'postern-viewers' });
});
