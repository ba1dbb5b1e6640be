import { join } from 'node:path';
import t from 'tap';
import { groupOf, startAdminServer } from '../admin/admin-server.ts';
import { startFakeUpstream } from '../support/fake-upstream.ts';
import { signedInBrowser, startInProcess, usualConfig } from '../support/setup/index.ts';
import { settingsOf, signInBy } from '../support/upstream-sign-in.ts';

const { clients } = usualConfig;
const fake = await startFakeUpstream(t);
const shared = {
  clients,
  groups: [{ name: 'ops' }],
  store: { url: `sqlite:${join(t.testdir(), 'postern.db')}` },
};

/** Signs in by the upstream, which puts the person into the group. */
const joinGroup = async (sub: string): Promise<void> => {
  const server = await startInProcess(t, {
    ...shared,
    upstreams: [
      settingsOf(fake, {
        create: true,
        link: 'never',
        groups: { from: 'roles', map: { keeper: 'ops' } },
      }),
    ],
  });
  fake.person = { sub, preferred_username: sub, roles: ['keeper'] };
  const page = await signInBy(server.issuer, 'acme');
  t.equal(page.status, 303);
  t.same((await server.app.services.accounts.findByUsername(sub))?.groups, ['ops']);
  await server.stop();
};

t.test('a membership of an upstream gives no role, also in a group that gets one later', async (t) => {
  for (const name of ['mallory', 'trent']) await joinGroup(name);
  const { server, issuer, call, person, machine } = await startAdminServer(t, {
    ...shared,
    admin: { enabled: true, groups: { admin: [groupOf.admin, 'ops'] } },
    upstreams: [settingsOf(fake, { link: 'never' })],
  });
  const { accounts } = server.app.services;
  const idOf = async (name: string) => (await accounts.findByUsername(name))?.id ?? '';
  const [mallory, trent] = [await idOf('mallory'), await idOf('trent')];
  t.same((await accounts.find(mallory))?.groups, ['ops'], 'the membership is there');

  const intruder = await person('mallory');
  for (const [method, path] of [
    ['GET', '/accounts'],
    ['PUT', `/groups/${groupOf.admin}/members/${mallory}`],
  ] as const)
    t.equal((await call(method, path, { caller: intruder })).status, 403, path);
  const browser = await signedInBrowser(server, 'mallory');
  t.equal((await browser.request(`${issuer}/admin`)).status, 403, 'nor in the console');

  const weak = await machine('admin:read admin:accounts');
  const headers = { 'if-match': '*' };
  const name = { claims: { name: 'Mallory' } };
  for (const [method, path, body] of [
    ['PUT', `/groups/ops/members/${mallory}`, undefined],
    ['PATCH', `/accounts/${mallory}`, { groups: ['ops'] }],
  ] as const)
    t.equal(
      (await call(method, path, { caller: weak, body, headers })).status,
      403,
      'it is made one of the operator with admin:roles only',
    );
  t.equal((await call('PATCH', `/accounts/${mallory}`, { caller: weak, headers, body: name })).status, 200);
  t.equal((await call('GET', '/accounts', { caller: intruder })).status, 403);

  fake.person = { sub: 'mallory', preferred_username: 'mallory', roles: ['keeper'] };
  t.equal((await signInBy(issuer, 'acme')).status, 303, 'the next sign-in works');
  t.same((await accounts.find(mallory))?.groups, [], 'and ends the membership');
  const { body } = await call('GET', `/accounts/${trent}/factors`, { caller: weak });
  const removal = `/accounts/${trent}/factors/${body.items[0].id}`;
  t.equal((await call('DELETE', removal, { caller: weak })).status, 204, 'so does unlinking');
  t.same((await accounts.find(trent))?.groups, []);

  const root = await person('admin');
  t.equal((await call('PUT', `/groups/ops/members/${mallory}`, { caller: root })).status, 204);
  t.equal((await call('GET', '/accounts', { caller: await person('mallory') })).status, 200);
  t.equal((await signInBy(issuer, 'acme')).status, 303);
  t.same((await accounts.find(mallory))?.groups, ['ops'], 'what an operator has decided stays');
});
