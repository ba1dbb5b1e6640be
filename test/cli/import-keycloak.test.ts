import { argon2Sync, generateKeyPairSync, pbkdf2Sync } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import t, { type Test } from 'tap';
import { openStore } from '#src/open-store.ts';
import { isMisleading } from '#src/readable-text.ts';
import { systemClock } from '#src/store/clock.ts';
import { accountsIn } from '../support/accounts-in.ts';
import { giveFormerGroupClaim } from '../support/former-group-claims.ts';
import { openCommandFolder, secret, testConfig } from '../support/setup/index.ts';

const salt = Buffer.from('a salt of sixteen');
const plain = 'correct horse battery';

const pbkdf2 = (algorithm: string, digest: string, iterations = 1000) => ({
  type: 'password',
  secretData: JSON.stringify({
    value: pbkdf2Sync(plain, salt, iterations, 64, digest).toString('base64'),
    salt: salt.toString('base64'),
    additionalParameters: {},
  }),
  credentialData: JSON.stringify({ hashIterations: iterations, algorithm, additionalParameters: {} }),
});

const argon2 = {
  type: 'password',
  secretData: JSON.stringify({
    value: argon2Sync('argon2id', {
      message: plain,
      nonce: salt,
      parallelism: 1,
      tagLength: 32,
      memory: 7168,
      passes: 5,
    }).toString('base64'),
    salt: salt.toString('base64'),
  }),
  credentialData: JSON.stringify({
    hashIterations: 5,
    algorithm: 'argon2',
    additionalParameters: {
      hashLength: ['32'],
      memory: ['7168'],
      type: ['id'],
      version: ['1.3'],
      parallelism: ['1'],
    },
  }),
};

const adaId = '0b7f3c1e-7d1c-4f0e-9d5d-3a1f2c8f7a11';

/** As Keycloak 26 exports a realm, without what doesn't matter here. */
const realm = {
  realm: 'example',
  groups: [
    {
      name: 'Staff',
      path: '/Staff',
      subGroups: [{ name: 'Back Office', path: '/Staff/Back Office', subGroups: [] }],
    },
    { name: 'Größen', path: '/Größen', realmRoles: ['offline_access'], subGroups: [] },
  ],
  users: [
    {
      id: adaId,
      username: 'ada',
      enabled: true,
      emailVerified: true,
      firstName: 'Ada',
      lastName: 'Lovelace',
      email: 'ada@example.com',
      // A name of an own member of every object.
      attributes: { department: ['IT'], phones: ['1', '2'], constructor: ['Brunel'] },
      credentials: [pbkdf2('pbkdf2-sha256', 'sha256'), { type: 'otp' }],
      requiredActions: ['UPDATE_PROFILE', 'VERIFY_EMAIL'],
      realmRoles: ['default-roles-example'],
      groups: ['/Staff', '/Staff/Back Office'],
    },
    { id: 'u-2', username: 'bob', enabled: false, credentials: [argon2], groups: [] },
    { id: 'u-3', username: 'eve', enabled: true, credentials: [pbkdf2('pbkdf2-sha512', 'sha512')] },
    { id: 'u-4', username: 'old', enabled: true, credentials: [pbkdf2('pbkdf2', 'sha1')] },
    { id: 'u-5', username: 'odd', enabled: true, credentials: [pbkdf2('md5', 'md5')] },
    { id: 'u-6', username: 'service-account-robot', serviceAccountClientId: 'robot', credentials: [] },
  ],
  clients: [
    { clientId: 'account-console', protocol: 'openid-connect', publicClient: true },
    {
      clientId: 'shop',
      name: 'The Shop',
      enabled: true,
      protocol: 'openid-connect',
      clientAuthenticatorType: 'client-secret',
      secret,
      rootUrl: 'https://shop.example.com',
      redirectUris: ['/callback', 'https://shop.example.com/*', 'https://other.example.com/cb'],
      standardFlowEnabled: true,
      directAccessGrantsEnabled: true,
      consentRequired: false,
      attributes: {
        'post.logout.redirect.uris': '+',
        'backchannel.logout.url': 'https://shop.example.com/logout',
      },
      protocolMappers: [{ name: 'roles' }],
    },
    {
      clientId: 'spa',
      enabled: true,
      protocol: 'openid-connect',
      publicClient: true,
      redirectUris: ['https://spa.example.com/cb'],
      consentRequired: true,
      attributes: {},
    },
    {
      clientId: 'robot',
      enabled: true,
      protocol: 'openid-connect',
      clientAuthenticatorType: 'client-secret',
      secret: '**********',
      standardFlowEnabled: false,
      serviceAccountsEnabled: true,
    },
    { clientId: 'https://saml.example.com', enabled: true, protocol: 'saml' },
    { clientId: 'api', enabled: true, protocol: 'openid-connect', bearerOnly: true },
  ],
  identityProviders: [{ alias: 'github' }],
};

t.test('a realm of Keycloak is imported, with a report of what has no counterpart', async (t) => {
  const { cwd, runInProcess } = await openCommandFolder(t);
  const file = join(cwd, 'realm.json');
  await writeFile(file, JSON.stringify(realm));
  const run = async (...args: string[]) => {
    const { exit, out, err } = await runInProcess([...args, '--json']);
    t.equal(exit, 0, err);
    return JSON.parse(out);
  };
  await run('account', 'add', 'first', '--generate');

  const dry = await run('import', 'keycloak', file, '--dry-run');
  t.match(dry, { imported: false, accounts: { added: 5 }, groups: { added: { length: 3 } } });
  t.equal((await run('account', 'list')).items.length, 1, 'a dry run imports nothing');
  t.equal((await run('group', 'list')).items.length, 0);

  const report = await run('import', 'keycloak', file);
  t.match(report, {
    imported: true,
    accounts: { added: 5, refused: 0 },
    groups: { added: ['staff', 'staff.back-office', 'grossen'].map((name) => name) },
    clients: { added: ['shop', 'spa', 'robot'], refused: [] },
  });
  const notes = report.not_imported.map(({ what }: { what: string }) => what).join('\n');
  for (const expected of [
    /second factors and passkeys/,
    /roles of people/,
    /roles of groups/,
    /groups in groups/,
    /required action VERIFY_EMAIL/,
    /hash of another kind/,
    /service accounts/,
    /redirect URIs with \*/,
    /protocol mappers/,
    /secrets that are masked/,
    /clients of saml/,
    /only receive tokens/,
    /identity providers/,
  ])
    t.match(notes, expected);

  t.match(await run('account', 'show', 'ada'), {
    sub: adaId,
    claims: {
      name: 'Ada Lovelace',
      email: 'ada@example.com',
      email_verified: true,
      department: 'IT',
      phones: ['1', '2'],
    },
    groups: ['staff', 'staff.back-office'],
    required: ['profile'],
  });
  t.match(await run('account', 'show', 'bob'), { enabled: false });
  t.match(await run('client', 'show', 'shop'), {
    client_id: 'shop',
    client_name: 'The Shop',
    redirect_uris: ['https://shop.example.com/callback', 'https://other.example.com/cb'],
    backchannel_logout_uri: 'https://shop.example.com/logout',
    first_party: true,
  });
  t.match(await run('client', 'show', 'robot'), { grant_types: ['client_credentials'] });

  const accounts = await accountsIn(t, cwd);
  await accounts.enable('u-2');
  for (const username of ['ada', 'bob', 'eve', 'old'])
    t.ok(await accounts.authenticate(username, plain), `${username} signs in with the former password`);
  t.notOk(await accounts.authenticate('odd', plain));

  t.match(await run('import', 'keycloak', file), {
    accounts: { added: 0, unchanged: 5 },
    groups: { added: [], existing: { length: 3 } },
    clients: { added: [], existing: { length: 3 } },
  });
  t.match(await run('import', 'keycloak', file, '--dry-run'), {
    groups: { added: [], existing: { length: 3 } },
    clients: { added: [], existing: { length: 3 } },
  });
  const text = await runInProcess(['import', 'keycloak', file]);
  t.match(text.out, /Not imported, because it has no counterpart:/);
  t.notMatch(text.out, secret);
});

t.test('what an import from Keycloak refuses', async (t) => {
  const { cwd, runInProcess } = await openCommandFolder(t);
  const write = async (name: string, content: unknown): Promise<string> => {
    const file = join(cwd, name);
    await writeFile(file, typeof content === 'string' ? content : JSON.stringify(content));
    return file;
  };
  const bad = await write('bad.json', {
    realm: 'example',
    users: [
      { username: 'ada' },
      { username: '' },
      {
        username: 'slow',
        credentials: [
          {
            ...pbkdf2('pbkdf2-sha256', 'sha256'),
            credentialData: JSON.stringify({ hashIterations: 9_000_000, algorithm: 'pbkdf2-sha256' }),
          },
        ],
      },
    ],
  });
  const refused = await runInProcess(['import', 'keycloak', bad]);
  t.equal(refused.exit, 1);
  t.match(refused.out, /user 2: A user name has/);
  t.match(refused.out, /user 3: The password hash costs more than a sign-in may: PBKDF2/);
  t.match(refused.err, /2 were refused; nothing was imported/);
  const { out } = await runInProcess(['import', 'keycloak', bad, '--skip-bad', '--json']);
  t.match(JSON.parse(out), { imported: true, accounts: { added: 1, refused: 2 } });

  const refusals: [readonly string[], RegExp][] = [
    [['/no/such/file'], /There is no file/],
    [[await write('a.json', 'nonsense')], /is not JSON/],
    [[await write('b.json', [])], /is no realm of Keycloak/],
    [[], /argument/],
  ];
  for (const [args, message] of refusals)
    t.match(await runInProcess(['import', 'keycloak', ...args]), { exit: 2, err: message });
  t.match(await runInProcess(['import', '/no/such/file']), { exit: 2, err: /postern export/ });
});

/** The clients of a realm as they are registered, by their ids, and what the import says about the others. */
const importClients = async (t: Test, clients: readonly object[]) => {
  const { cwd, runInProcess } = await openCommandFolder(t);
  const file = join(cwd, 'realm.json');
  await writeFile(file, JSON.stringify({ realm: 'x', clients }));
  const { exit, out, err } = await runInProcess(['import', 'keycloak', file, '--json']);
  t.equal(exit, 0, err);
  const show = async (id: string) =>
    JSON.parse((await runInProcess(['client', 'show', id, '--json'])).out || '{}');
  const notes: readonly { readonly what: string }[] = JSON.parse(out).not_imported;
  return { show, notes: notes.map(({ what }) => what) };
};

t.test('an address of a client is appended to its root, as Keycloak does', async (t) => {
  const client = { publicClient: true, protocol: 'openid-connect' };
  const { show, notes } = await importClients(t, [
    {
      ...client,
      clientId: 'tenant',
      rootUrl: 'https://apps.example.com/tenant-a',
      redirectUris: ['/callback'],
      attributes: { 'post.logout.redirect.uris': '/bye' },
    },
    {
      ...client,
      clientId: 'notified',
      rootUrl: 'https://notified.example.com/app',
      redirectUris: ['/cb'],
      attributes: { 'backchannel.logout.url': '/logout' },
    },
    {
      ...client,
      clientId: 'keys',
      publicClient: false,
      clientAuthenticatorType: 'client-jwt',
      rootUrl: 'https://keys.example.com/app',
      redirectUris: ['/cb'],
      attributes: { 'use.jwks.url': 'true', 'jwks.url': '/jwks' },
    },
    {
      ...client,
      clientId: 'slashes',
      rootUrl: 'https://good.example.com',
      redirectUris: ['//callback.example.net/x'],
    },
    {
      ...client,
      clientId: 'elsewhere',
      rootUrl: 'https://good.example.com:',
      redirectUris: ['https://elsewhere.example.com/cb', '/../cb'],
    },
    {
      ...client,
      clientId: 'variable',
      rootUrl: ['$', '{authBaseUrl}'].join(''),
      redirectUris: ['https://variable.example.com/cb', '/cb'],
    },
  ]);
  t.match(await show('tenant'), {
    redirect_uris: ['https://apps.example.com/tenant-a/callback'],
    post_logout_redirect_uris: ['https://apps.example.com/tenant-a/bye'],
  });
  t.same((await show('slashes')).redirect_uris, ['https://good.example.com//callback.example.net/x']);
  t.match(await show('notified'), { backchannel_logout_uri: 'https://notified.example.com/app/logout' });
  t.match(await show('keys'), { jwks_uri: 'https://keys.example.com/app/jwks' });
  t.same((await show('variable')).redirect_uris, ['https://variable.example.com/cb']);
  t.match(notes.join(), /addresses without a host/);
});

t.test('a client keeps the keys that it used, and none that were switched off', async (t) => {
  const client = {
    protocol: 'openid-connect',
    clientAuthenticatorType: 'client-jwt',
    redirectUris: ['https://app.example.com/cb'],
  };
  const { publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const jwks = { keys: [{ ...publicKey.export({ format: 'jwk' }), kid: 'one' }] };
  const old = { 'jwks.url': 'https://old.example.com/jwks' };
  const byValue = { 'use.jwks.string': 'true', 'jwks.string': JSON.stringify(jwks) };
  const { show, notes } = await importClients(t, [
    { ...client, clientId: 'by-address', attributes: { 'use.jwks.url': 'true', ...old } },
    { ...client, clientId: 'by-value', attributes: { 'use.jwks.url': 'false', ...old, ...byValue } },
    { ...client, clientId: 'former', attributes: { 'use.jwks.url': 'false', ...old } },
    { ...client, clientId: 'certificate', attributes: { 'jwt.credential.certificate': 'MIIB' } },
    { ...client, clientId: 'broken', attributes: { 'use.jwks.string': 'true', 'jwks.string': '{' } },
  ]);
  t.match(await show('by-address'), { jwks_uri: 'https://old.example.com/jwks' });
  const shown = await show('by-value');
  t.same([shown.jwks, shown.jwks_uri], [jwks, undefined]);
  for (const id of ['former', 'certificate', 'broken']) t.notOk((await show(id)).client_id, id);
  t.match(notes.join(), /client authentication by a certificate or single key/);
});

t.test('no name of a realm controls the terminal', async (t) => {
  const { cwd, runInProcess } = await openCommandFolder(t);
  const file = join(cwd, 'realm.json');
  const name = '\u001b[31mred\u202e\n  forged line';
  const [users, groups] = [[{ username: name, realmRoles: ['x'] }], [{ name, realmRoles: ['x'] }]];
  const clients = [
    { clientId: name, protocol: 'saml' },
    { clientId: name, protocol: 'openid-connect' },
  ];
  await writeFile(file, JSON.stringify({ realm: 'x', users, groups, clients }));
  const { out } = await runInProcess(['import', 'keycloak', file, '--skip-bad']);
  t.match(out, /red/);
  t.notMatch(out, /^ *forged line/m);
  t.same(out.split('\n').filter(isMisleading), []);
  const { err } = await runInProcess(['account', 'show', name]);
  t.match(err, /red/);
  t.same(err.split('\n').filter(isMisleading), []);
});

t.test('attributes that mean something for this server are left out, and said', async (t) => {
  const { cwd, runInProcess } = await openCommandFolder(t);
  const file = join(cwd, 'realm.json');
  const attributes = {
    groups: ['staff'],
    preferred_username: ['ada'],
    email_verified: ['true'],
    sub: ['1'],
    picture: ['javascript:alert(1)'],
    locale: ['de'],
    department: ['IT'],
  };
  const users = [
    { username: 'mallory', enabled: true, email: 'm@example.com', emailVerified: false, attributes },
    { username: 'ada', enabled: true, groups: ['/Staff'] },
  ];
  await writeFile(file, JSON.stringify({ realm: 'x', groups: [{ name: 'Staff', path: '/Staff' }], users }));
  const { exit, out, err } = await runInProcess(['import', 'keycloak', file, '--json']);
  t.equal(exit, 0, err);
  const notes: readonly { readonly what: string }[] = JSON.parse(out).not_imported;
  for (const name of ['groups', 'preferred_username', 'email_verified', 'sub', 'picture'])
    t.ok(
      notes.some(({ what }) => what.includes(` ${name}`)),
      name,
    );
  const shown = JSON.parse((await runInProcess(['account', 'show', 'mallory', '--json'])).out);
  t.same(shown.claims, {
    preferred_username: 'mallory',
    email: 'm@example.com',
    email_verified: false,
    locale: 'de',
    department: 'IT',
    updated_at: shown.claims.updated_at,
  });
  t.match((await runInProcess(['group', 'import-claims'])).out, /of 0 accounts/);
  const members = await runInProcess(['group', 'show', 'staff']);
  t.match(members.out, /ada/);
  t.notMatch(members.out, /mallory/);
});

t.test('no group is imported beside a former claim named groups', async (t) => {
  const { cwd, runInProcess } = await openCommandFolder(t);
  const { sub } = JSON.parse((await runInProcess(['account', 'add', 'carl', '--generate', '--json'])).out);
  const config = testConfig([`store.url=sqlite:${join(cwd, 'store.db')}`]);
  const store = await openStore(config, systemClock);
  await giveFormerGroupClaim(store, sub, ['staff']);
  await store.close();
  const file = join(cwd, 'realm.json');
  await writeFile(
    file,
    JSON.stringify({ realm: 'x', groups: [{ name: 'Staff', path: '/Staff' }], users: [] }),
  );
  const refused = await runInProcess(['import', 'keycloak', file]);
  t.equal(refused.exit, 1);
  t.match(refused.out, /staff: .*group import-claims/);
  t.match((await runInProcess(['group', 'list'])).out, /no groups/);
});
