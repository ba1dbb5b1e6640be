import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import t from 'tap';
import { sendForm, startConsole } from '../console/console-server.ts';
import { giveFormerGroupClaim } from '../support/former-group-claims.ts';
import {
  basicAuthorization,
  type Owner,
  runPosternInProcess,
  secret,
  startInProcess,
  type TestServer,
} from '../support/setup/index.ts';
import { adminPath } from './admin-server.ts';

const openFolder = async (owner: Owner) => {
  const cwd = await mkdtemp(join(tmpdir(), 'postern-claims-'));
  owner.teardown(() => rm(cwd, { recursive: true, force: true }));
  const url = `sqlite:${join(cwd, 'store.db')}`;
  return {
    start: () => startInProcess(owner, { store: { url }, admin: { enabled: true, bearer_tokens: true } }),
    run: (args: readonly string[]) => runPosternInProcess(cwd, ['--set', `store.url=${url}`, ...args]),
  };
};

/** A caller that may change accounts, and no roles. */
const callerOf = async ({ issuer, addClient }: TestServer) => {
  await addClient({
    type: 'machine',
    id: 'helpdesk',
    secret,
    metadata: { resources: [`${issuer}/api/admin`] },
  });
  const response = await fetch(`${issuer}/oauth/token`, {
    method: 'POST',
    headers: basicAuthorization('helpdesk'),
    body: new URLSearchParams({ grant_type: 'client_credentials', scope: 'admin:read admin:accounts' }),
  });
  const { access_token: token } = Object(await response.json());
  return async (method: string, path: string, body: unknown) => {
    const answer = await fetch(`${issuer}${adminPath}${path}`, {
      method,
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json', 'if-match': '*' },
      body: JSON.stringify(body),
    });
    return { status: answer.status, body: Object(await answer.json()) };
  };
};

t.test('no account gets a claim named groups, before and after there are groups', async (t) => {
  const { start, run } = await openFolder(t);
  const server = await start();
  const call = await callerOf(server);
  const claims = { groups: ['postern-admins', 'finance'] };
  const add = (username: string) =>
    call('POST', '/accounts', { username, password: 'Some-Long-Pass-1', claims });
  const refused = { status: 422, body: { code: 'claim_invalid' } };
  t.match(await add('carl'), refused);
  const dora = await call('POST', '/accounts', { username: 'dora', password: 'Some-Long-Pass-1' });
  t.match(await call('PATCH', `/accounts/${dora.body.id}`, { claims }), refused);
  t.match(await call('POST', '/invitations', { email: 'eve@example.com', claims }), refused);
  t.match((await run(['account', 'add', 'carl', '--generate', '--claim', 'groups=["finance"]'])).exit, 2);
  t.equal((await call('POST', '/groups', { name: 'finance' })).status, 201);
  t.match(await add('carl'), refused);
  await server.stop();
  await (await start()).stop();
});

t.test('a group is added once all former claims named groups are moved, by API as by command', async (t) => {
  const { start, run } = await openFolder(t);
  const server = await start();
  const call = await callerOf(server);
  const idOf = async (username: string, claim: readonly string[]) => {
    const { id } = await server.app.services.accounts.add({ username });
    await giveFormerGroupClaim(server.store, id, claim);
    return id;
  };
  const carl = await idOf('carl', ['postern-admins', 'finance']);
  await idOf('dora', ['staff']);
  const refused = { status: 409, body: { code: 'groups_claimed', detail: /group import-claims/ } };
  t.match(await call('POST', '/groups', { name: 'board' }), refused);
  t.match(await call('PATCH', `/accounts/${carl}`, { claims: { name: 'Carl' } }), { status: 200 });
  await server.stop();
  await (await start()).stop();

  const left = await run(['group', 'import-claims']);
  t.equal(left.exit, 1);
  t.match(left.out, /carl: .*--drop "postern-admins"\. .*group add-member postern-admins carl/);
  t.match(left.err, /Nothing is moved while 1 claim can't be/);
  t.match((await run(['group', 'list'])).out, /no groups/, 'no group is made while a claim is left');
  await (await start()).stop();

  const moved = await run(['group', 'import-claims', '--drop', 'postern-admins']);
  t.equal(moved.exit, 0, moved.err);
  t.match(moved.out, /Moved the claims of 2 accounts; new groups: finance, staff/);
  const later = await start();
  t.match(await later.app.services.accounts.findByUsername('carl'), { groups: ['finance'] });
  await later.stop();
});

t.test('the console adds no group, and no claim, while an account has a former claim', async (t) => {
  const { server, issuer, browserOf } = await startConsole(t);
  const { accounts, groups } = server.app.services;
  const { id } = await accounts.add({ username: 'carl' });
  await giveFormerGroupClaim(server.store, id, ['finance']);
  const admin = await browserOf('admin');
  const group = await sendForm(admin, `${issuer}/admin/groups/new`, { name: 'crew' });
  t.equal(group.status, 409);
  t.match(group.body, 'group import-claims');
  t.equal(await groups.find('crew'), undefined);

  const page = `${issuer}/admin/accounts/${id}/edit`;
  const fields = (claims: unknown) => ({ username: 'carl', claims: JSON.stringify(claims) });
  t.equal((await sendForm(admin, page, fields({ groups: ['finance', 'board'] }))).status, 422);
  t.equal((await sendForm(admin, page, fields({ groups: ['finance'], tier: 'gold' }))).status, 303);
  t.match((await accounts.find(id))?.claims, { groups: ['finance'], tier: 'gold' });
});

t.test('the API gives no account the name of another one as preferred_username', async (t) => {
  const { start } = await openFolder(t);
  const server = await start();
  const call = await callerOf(server);
  const { status, body } = await call('POST', '/accounts', {
    username: 'dora',
    password: 'Some-Long-Pass-1',
  });
  t.equal(status, 201);
  const claims = { preferred_username: 'Dora' };
  const refused = { status: 422, body: { code: 'claim_invalid' } };
  t.match(await call('POST', '/accounts', { username: 'carl', claims }), refused);
  t.match(await call('PATCH', `/accounts/${body.id}`, { claims }), { status: 200 });
  const carl = await call('POST', '/accounts', { username: 'carl', claims: { preferred_username: 'c' } });
  t.match(await call('PATCH', `/accounts/${carl.body.id}`, { claims }), refused);
});
