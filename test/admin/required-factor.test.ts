import t, { type Test } from 'tap';
import { sendForm } from '../console/console-server.ts';
import { Browser, password, signedInBrowser } from '../support/setup/index.ts';
import { type Caller, startAdminServer } from './admin-server.ts';

/** Asks for a second factor in each way that an administrator has. Returns the statuses and the texts. */
const open = async (t: Test, factors: Readonly<Record<string, unknown>>) => {
  const { server, issuer, call, machine } = await startAdminServer(t, { security: { factors } });
  const { accounts } = server.app.services;
  const byApi: Caller = await machine();
  const requireOf = async (id: string, required: readonly string[]) => {
    const { status, text } = await call('PATCH', `/accounts/${id}`, {
      caller: byApi,
      body: { required },
      headers: { 'if-match': '*' },
    });
    const edit = `${issuer}/admin/accounts/${id}/edit`;
    const { username = '', groups = [] } = (await accounts.find(id)) ?? {};
    const boxes = Object.fromEntries(required.map((one) => [`require_${one}`, 'yes']));
    const form = { username, groups: groups.join(' '), ...boxes };
    const console = await sendForm(await signedInBrowser(server, 'admin'), edit, form);
    return [
      { status, text },
      { status: console.status, text: console.body },
    ];
  };
  const idOf = async (username: string): Promise<string> =>
    (await accounts.findByUsername(username))?.id ?? '';
  return { server, issuer, accounts, requireOf, idOf };
};

/** Opens the pages that a person reaches who has nothing else to do. */
const pagesOf = async (issuer: string, browser: Browser): Promise<readonly number[]> => {
  const paths = ['/admin', '/account', '/account/requests'];
  return Promise.all(paths.map(async (path) => (await browser.request(`${issuer}${path}`)).status));
};

t.test('a second factor that no one can set up is required of no one', async (t) => {
  const { server, issuer, accounts, requireOf, idOf } = await open(t, { offered: [] });
  const admin = await idOf('admin');
  for (const { status, text } of await requireOf(admin, ['factor'])) {
    t.equal(status, 409, text);
    t.match(text, /factor_not_needed|second factor/);
  }
  for (const { status } of await requireOf(await idOf('nobody-special'), ['password', 'profile']))
    t.ok([200, 303].includes(status), 'other requirements are accepted');
  t.strictSame(await pagesOf(issuer, await signedInBrowser(server, 'admin')), [200, 200, 200]);

  const [result] = await accounts.importer({ dryRun: false, mayChangeRoles: true })([
    {
      username: 'ada',
      passwordHash: await accounts.hashPassword(password, 'ada'),
      groups: ['postern-admins'],
      required: ['factor'],
    },
  ]);
  t.match(result, { outcome: 'added' });
  const browser = new Browser();
  const login = await browser.open(`${issuer}/account`);
  t.equal((await browser.submit(login, { login: 'ada', password })).url, `${issuer}/account`);
  t.strictSame(await pagesOf(issuer, browser), [200, 200, 200], 'also one that was required before');
  for (const { status, text } of await requireOf(await idOf('ada'), ['factor', 'password']))
    t.ok([200, 303].includes(status), text);
});

t.test('a second factor is required of accounts without one', async (t) => {
  const { accounts, requireOf, idOf } = await open(t, {});
  const id = await idOf('nobody-special');
  await accounts.changeFactors(id, { writes: [], add: 'authenticator' });
  for (const { status, text } of await requireOf(id, ['factor'])) {
    t.equal(status, 409, text);
    t.match(text, /factor_not_needed|second factor/);
  }
  await accounts.changeFactors(id, { writes: [], remove: 'authenticator' });
  for (const { status, text } of await requireOf(id, ['factor'])) t.ok([200, 303].includes(status), text);
  t.match(await accounts.find(id), { required: ['factor'] });
});
