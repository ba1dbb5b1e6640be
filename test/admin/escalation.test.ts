import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import t from 'tap';
import { addPasskey } from '../support/passkeys.ts';
import { openCommandFolder } from '../support/setup/index.ts';
import { type Caller, groupOf, startAdminServer } from './admin-server.ts';

t.test('a role is granted by nothing but admin:roles, whoever asks and however', async (t) => {
  const { server, issuer, call, machine, person } = await startAdminServer(t);
  const { accounts, clients, groups, passkeys, storedUpstreams } = server.app.services;
  const audience = `${issuer}/api/admin`;
  const withoutRoles = 'admin:read admin:accounts admin:clients admin:sessions admin:keys admin:audit';
  const amr = ['pwd', 'swk', 'user', 'mfa'];
  const actors: Record<string, Caller> = {
    'a machine with every scope but admin:roles': await machine(withoutRoles),
    'an administrator whose token lacks admin:roles': await person('admin', { scope: withoutRoles, amr }),
    support: await person('support'),
    'a viewer': await person('viewer'),
    'a person without a role': await person('nobody-special'),
  };
  const idOf = async (name: string) => (await accounts.findByUsername(name))?.id ?? '';
  const [admin, ordinary] = [await idOf('admin'), await idOf('nobody-special')];
  await server.addClient({ type: 'machine', id: 'ordinary-client', metadata: {} });
  const upstream = { name: 'Mine', issuer: 'https://mallory.example.com', client_id: 'postern' };
  await storedUpstreams.add({ ...upstream, id: 'store.acme' });
  await addPasskey(server, 'admin');
  const passkey = (await passkeys.list(admin))[0]?.id;

  await groups.add({ name: 'crew' });
  for (const id of [ordinary, admin]) await accounts.changeGroups(id, { add: ['crew'] });

  let number = 0;
  const ways: Record<string, () => readonly [string, string, unknown?]> = {
    'add an account in the group': () => [
      'POST',
      '/accounts',
      { username: `mallory-${number++}`, groups: [groupOf.admin] },
    ],
    'add an account in the group of viewers': () => [
      'POST',
      '/accounts',
      { username: `mallory-${number++}`, groups: [groupOf.viewer] },
    ],
    'put the account of another person into the group': () => [
      'PUT',
      `/groups/${groupOf.admin}/members/${ordinary}`,
    ],
    'replace the groups of an account': () => ['PATCH', `/accounts/${ordinary}`, { groups: [groupOf.admin] }],
    'take the only administrator out': () => ['DELETE', `/groups/${groupOf.admin}/members/${admin}`],
    'take the groups of an administrator': () => ['PATCH', `/accounts/${admin}`, { groups: [] }],
    'move the address of an administrator': () => [
      'PATCH',
      `/accounts/${admin}`,
      { claims: { email: 'mallory@example.com', email_verified: true } },
    ],
    'rename an administrator': () => ['PATCH', `/accounts/${admin}`, { username: 'old-admin' }],
    'require a new password of an administrator': () => [
      'PATCH',
      `/accounts/${admin}`,
      { required: ['password'] },
    ],
    'disable an administrator': () => ['POST', `/accounts/${admin}/disable`],
    'remove an administrator': () => ['DELETE', `/accounts/${admin}`],
    'unlock an administrator': () => ['POST', `/accounts/${admin}/unlock`],
    'a recovery link for an administrator': () => ['POST', `/accounts/${admin}/recovery-link`],
    'remove a way to sign in of an administrator': () => ['DELETE', `/accounts/${admin}/factors/${passkey}`],
    'invite a person into the group': () => [
      'POST',
      '/invitations',
      { email: 'mallory@example.com', groups: [groupOf.admin] },
    ],
    'take an administrator out of an ordinary group': () => ['DELETE', `/groups/crew/members/${admin}`],
    'remove an ordinary group that an administrator is in': () => ['DELETE', '/groups/crew'],
    'remove the group': () => ['DELETE', `/groups/${groupOf.admin}`],
    'change the group': () => ['PATCH', `/groups/${groupOf.admin}`, { title: 'Mine' }],
    'add a client that lists the API': () => [
      'POST',
      '/clients',
      { type: 'machine', metadata: { resources: [audience], scope: 'admin:roles' } },
    ],
    'list the API in another client': () => [
      'PATCH',
      '/clients/ordinary-client',
      { metadata: { resources: [audience] } },
    ],
    'a new secret for a client that lists the API': () => [
      'POST',
      '/clients/machine/secrets',
      { name: `second-${number++}` },
    ],
    'rotate the secret of a client that lists the API': () => ['POST', '/clients/machine/secrets/rotate', {}],
    'the redirect URI of a client that lists the API': () => [
      'PATCH',
      '/clients/console',
      { metadata: { redirect_uris: ['https://mallory.example.com/'] } },
    ],
    'the keys of a client that lists the API': () => [
      'PATCH',
      '/clients/machine',
      {
        metadata: {
          token_endpoint_auth_method: 'private_key_jwt',
          jwks_uri: 'https://mallory.example.com/jwks',
        },
      },
    ],
    'stop a client that lists the API': () => ['POST', '/clients/machine/stop'],
    'remove a client that lists the API': () => ['DELETE', '/clients/machine'],
    'an upstream that signs in as an administrator with the same address': () => [
      'POST',
      '/upstreams',
      { ...upstream, id: `store.mine-${number++}`, link: 'verified_email', trust_email: true },
    ],
    'let an upstream sign in as an administrator': () => [
      'PATCH',
      '/upstreams/store.acme',
      { link: 'verified_email', trust_email: true },
    ],
    'the secret of an upstream': () => ['PATCH', '/upstreams/store.acme', { client_secret: 'of mallory' }],
    'remove the upstream of an administrator': () => ['DELETE', '/upstreams/store.acme'],
  };

  const before = JSON.stringify([
    (await accounts.find(admin))?.version,
    (await accounts.find(ordinary))?.version,
    (await clients.get('machine'))?.version,
    (await clients.get('console'))?.version,
    (await clients.get('ordinary-client'))?.version,
    (await groups.find(groupOf.admin))?.version,
    (await storedUpstreams.list()).items.map(({ id, version }) => [id, version]),
  ]);
  const granted: string[] = [];
  for (const [actor, caller] of Object.entries(actors)) {
    for (const [way, request] of Object.entries(ways)) {
      const [method, path, body] = request();
      const { status, text } = await call(method, path, {
        caller,
        body,
        headers: { 'if-match': '*' },
      });
      if (status !== 403) granted.push(`${actor}: ${way}: ${status} ${text}`);
    }
  }
  t.same(granted, []);
  const after = JSON.stringify([
    (await accounts.find(admin))?.version,
    (await accounts.find(ordinary))?.version,
    (await clients.get('machine'))?.version,
    (await clients.get('console'))?.version,
    (await clients.get('ordinary-client'))?.version,
    (await groups.find(groupOf.admin))?.version,
    (await storedUpstreams.list()).items.map(({ id, version }) => [id, version]),
  ]);
  t.equal(after, before, 'nothing was changed');
  t.equal((await passkeys.list(admin)).length, 1);
  t.ok(await groups.find('crew'));

  const root = await person('admin', { amr });
  const refused: string[] = [];
  for (const [way, request] of Object.entries(ways).slice(0, 4)) {
    const [method, path, body] = request();
    const { status, text } = await call(method, path, { caller: root, body, headers: { 'if-match': '*' } });
    if (status >= 300) refused.push(`${way}: ${status} ${text}`);
  }
  t.same(refused, [], 'an administrator with admin:roles may');
  const deletion = { caller: root, headers: { 'if-match': '*' } };
  t.equal((await call('DELETE', '/groups/crew', deletion)).status, 204);
  t.same((await accounts.find(admin))?.groups, [groupOf.admin]);
});

t.test('support may help a person, and no more', async (t) => {
  const { server, call, person } = await startAdminServer(t);
  const { accounts } = server.app.services;
  const ada = await accounts.add({ username: 'ada', claims: { email: 'ada@example.com' } });
  await server.signIn('ada');
  const caller = await person('support');
  const of = (path: string) => `/accounts/${ada.id}${path}`;
  const sessions = await call('GET', of('/sessions'), { caller });
  t.equal(sessions.body.items.length, 1);
  t.equal((await call('DELETE', `/sessions/${sessions.body.items[0].id}`, { caller })).status, 204);
  t.equal((await call('POST', of('/disable'), { caller })).body.enabled, false);
  t.equal((await call('POST', of('/enable'), { caller })).body.enabled, true);
  t.equal((await call('POST', of('/unlock'), { caller })).status, 204);
  t.equal((await call('GET', of('/factors'), { caller })).status, 200);
  for (const [method, path, body] of [
    ['POST', of('/recovery-link'), undefined],
    ['DELETE', of('/factors/recovery'), undefined],
    ['POST', '/invitations', { email: 'eve@example.com' }],
  ] as const)
    t.equal((await call(method, path, { caller, body })).status, 403, `${method} ${path}`);
  t.match(
    await call('POST', of('/password-reset'), { caller }),
    { status: 409, body: { code: 'no_mail' } },
    'without a verified address no mail is sent',
  );
  for (const body of [
    { username: 'eve' },
    { claims: { email: 'eve@example.com' } },
    { groups: [groupOf.viewer] },
    { required: ['password'] },
  ])
    t.equal(
      (await call('PATCH', of(''), { caller, body, headers: { 'if-match': '*' } })).status,
      403,
      JSON.stringify(body),
    );
});

t.test('imports and commands grant a role only when the operator says so', async (t) => {
  const folder = await openCommandFolder(t);
  const run = (...args: string[]) => folder.runInProcess(args);
  await run('account', 'add', 'ada', '--generate');
  await run('group', 'add', groupOf.admin);
  const file = join(folder.cwd, 'people.ndjson');
  await writeFile(file, `${JSON.stringify({ username: 'mallory', groups: [groupOf.admin] })}\n`);
  const refused = await run('account', 'import', file);
  t.equal(refused.exit, 1);
  t.match(refused.out, /gives a role in the administration/);
  t.notMatch((await run('account', 'list')).out, 'mallory');
  t.equal((await run('account', 'import', file, '--with-roles')).exit, 0);
  t.match((await run('group', 'show', groupOf.admin)).out, 'mallory');
  t.equal((await run('group', 'add-member', groupOf.admin, 'ada')).exit, 0);
  t.match((await run('group', 'show', groupOf.admin)).out, 'ada');
});

t.test('a change by command is refused when the account was changed meanwhile', async (t) => {
  const folder = await openCommandFolder(t);
  await folder.runInProcess(['account', 'add', 'ada', '--generate']);
  const shown = await folder.runInProcess(['--json', 'account', 'show', 'ada']);
  const { version } = JSON.parse(shown.out);
  const change = (name: string) =>
    folder.runInProcess(['account', 'update', 'ada', '--claim', `name=${name}`, '--if-version', version]);
  t.equal((await change('Ada')).exit, 0);
  const second = await change('Eve');
  t.equal(second.exit, 4);
  t.match(second.err, /changed meanwhile/);
  t.match((await folder.runInProcess(['account', 'show', 'ada'])).out, 'Ada');
});

t.test('an extension, a claim and a self-made account grant no role', async (t) => {
  const { server, call, person } = await startAdminServer(t);
  const { accounts } = server.app.services;
  await t.rejects(accounts.add({ username: 'eve', groups: [groupOf.admin] }), { code: 'role_group' });
  await t.rejects(
    accounts.draft({ username: 'eve', groups: [groupOf.admin] }),
    { code: 'role_group' },
    'as an invitation or a sign-up would',
  );
  const eve = await accounts.add({ username: 'eve', claims: { roles: [groupOf.admin], role: 'admin' } });
  await t.rejects(accounts.changeGroups(eve.id, { add: [groupOf.support] }), { code: 'role_group' });
  await t.rejects(accounts.update(eve.id, { groups: [groupOf.support] }), { code: 'role_group' });
  const importer = accounts.importer({ dryRun: false });
  const [result] = await importer([{ username: 'trent', groups: [groupOf.admin] }]);
  t.equal(result?.outcome, 'refused');
  t.equal((await call('GET', '/accounts', { caller: await person('eve') })).status, 403);
});
