import t, { type Test } from 'tap';
import { startFakeUpstream } from '../support/fake-upstream.ts';
import { redirectParameters, startInProcess, type TestServer, usualConfig } from '../support/setup/index.ts';
import { settingsOf, signInBy } from '../support/upstream-sign-in.ts';

const open = async (t: Test, more: Readonly<Record<string, unknown>> = {}, others: object = {}) => {
  const fake = await startFakeUpstream(t);
  const upstreams = [settingsOf(fake, { create: true, trust_email: true, link: 'never', ...more })];
  const server = await startInProcess(t, { ...usualConfig, upstreams, ...others });
  return { fake, server };
};

const signedIn = async (server: TestServer) => {
  redirectParameters(await signInBy(server.issuer, 'acme'));
  const { account = '' } = server.events.filter(({ type }) => type === 'sign-in').at(-1) ?? {};
  const found = await server.app.services.accounts.find(account);
  if (!found) throw new Error('no account');
  return found;
};

t.test('a profile follows the upstream until it is changed here', async (t) => {
  const { fake, server } = await open(t);
  fake.person = {
    sub: 'u1',
    name: 'Grace\u202e Hopper',
    nickname: 7,
    picture: 'javascript:alert(1)',
    website: 'https://grace.example/',
    preferred_username: 'admin',
    email: 'grace@acme.example',
    email_verified: true,
  };
  const first = await signedIn(server);
  t.match(first.claims, {
    name: 'Grace Hopper',
    website: 'https://grace.example/',
    email: 'grace@acme.example',
    email_verified: true,
  });
  t.strictSame([first.claims['nickname'], first.claims['picture']], [undefined, undefined]);
  t.not(first.username, 'admin', 'a reserved name is not given');
  t.equal(
    first.claims['preferred_username'],
    first.username,
    'and applications see no name that the upstream chose',
  );

  fake.person = { ...fake.person, name: 'Rear Admiral Hopper', email: 'hopper@acme.example' };
  t.match((await signedIn(server)).claims, { name: 'Rear Admiral Hopper', email: 'hopper@acme.example' });

  await server.app.services.accounts.update(first.id, { claims: { name: 'Amazing Grace' } });
  fake.person = { ...fake.person, name: 'Somebody Else' };
  t.equal((await signedIn(server)).claims['name'], 'Amazing Grace');
});

t.test('what hides in a name of an upstream is left out, and what its script needs stays', async (t) => {
  const { fake, server } = await open(t);
  fake.person = { sub: 'u1', given_name: 'علی\u200cرضا\u200b', nickname: 'g\u202ehopper', name: '\u3164' };
  const { claims, username } = await signedIn(server);
  t.match(claims, { given_name: 'علی\u200cرضا', nickname: 'ghopper' });
  t.equal(claims['name'], undefined, 'a name without a visible character is left out');
  t.equal(username, 'علیرضا');
});

t.test('an address never replaces a verified one of another account', async (t) => {
  const { fake, server } = await open(t);
  fake.person = { sub: 'u1', email: 'grace@acme.example', email_verified: true };
  const grace = await signedIn(server);
  const claims = { email: 'owner@acme.example', email_verified: true };
  const owner = await server.addAccount({ username: 'owner', claims });
  fake.person = { sub: 'u1', email: 'owner@acme.example', email_verified: true };
  t.equal((await signedIn(server)).claims['email'], 'grace@acme.example');
  t.equal((await server.app.services.accounts.findByEmail('owner@acme.example'))?.id, owner.id);
  fake.person = { sub: 'u1', email: 'other@acme.example', email_verified: false };
  t.match(
    (await server.app.services.accounts.find((await signedIn(server)).id))?.claims,
    { email: 'grace@acme.example', email_verified: true },
    'and one that is not verified replaces none',
  );
  t.equal((await signedIn(server)).id, grace.id);
});

t.test('an address that isn’t verified is given whether or not an account has verified it', async (t) => {
  const { fake, server } = await open(t, { trust_email: false });
  const { accounts } = server.app.services;
  const claims = { email: 'owner@acme.example', email_verified: true };
  const owner = await server.addAccount({ username: 'owner', claims });
  for (const email of [
    'free@acme.example',
    'owner@acme.example',
    'FREE@acme.example',
    'Owner@acme.example',
  ]) {
    fake.person = { sub: 'u1', email, email_verified: true };
    t.match((await signedIn(server)).claims, { email, email_verified: false });
  }
  for (const [sub, email] of [
    ['u2', 'free@acme.example'],
    ['u3', 'owner@acme.example'],
  ]) {
    fake.person = { sub: String(sub), email: String(email), email_verified: true };
    t.match((await signedIn(server)).claims, { email, email_verified: false }, 'also at the first sign-in');
  }
  t.equal((await accounts.findByEmail('owner@acme.example'))?.id, owner.id);
  t.match((await accounts.find(owner.id))?.claims, claims);
});

t.test('a person who has no account is refused alike for each address that isn’t verified', async (t) => {
  const { fake, server } = await open(t, { create: false, trust_email: false });
  await server.addAccount({
    username: 'owner',
    claims: { email: 'owner@acme.example', email_verified: true },
  });
  const pages = [];
  for (const email of ['free@acme.example', 'owner@acme.example']) {
    fake.person = { sub: 'u1', email, email_verified: true };
    const { status, body } = await signInBy(server.issuer, 'acme');
    pages.push({ status, text: /<p class="lead">(.*?)<\/p>/s.exec(body)?.[1] });
  }
  t.match(pages[0], { status: 403, text: 'There is no account here' });
  t.strictSame(pages[1], pages[0]);
});

t.test('claims and groups are set by tables, and each membership keeps its source', async (t) => {
  const names = ['dev', 'ops', 'staff', 'postern-admins'].map((name) => ({ name }));
  const { fake, server } = await open(
    t,
    {
      claims: { department: { from: 'realm.department', map: { X1: 'sea', X2: 'air' }, default: 'none' } },
      groups: { from: 'teams', map: { builders: ['dev', 'staff'], keepers: 'ops' }, default: 'staff' },
    },
    { groups: names },
  );
  const { accounts } = server.app.services;
  fake.person = { sub: 'u1', realm: { department: 'X1' }, teams: ['builders', 'keepers', 'postern-admins'] };
  const first = await signedIn(server);
  t.equal(first.claims['department'], 'sea');
  t.strictSame(first.groups, ['dev', 'ops', 'staff'], 'a group of the same name there is none here');
  t.strictSame(first.upstreamGroups, { acme: ['dev', 'ops', 'staff'] });

  await accounts.changeGroups(first.id, { add: ['ops'] });
  fake.person = { sub: 'u1', realm: { department: 'X9' }, teams: 'none' };
  const second = await signedIn(server);
  t.strictSame(
    second.groups,
    ['ops', 'staff'],
    'what the upstream no longer names ends; the operator’s stays',
  );
  t.equal(second.claims['department'], 'none');
  t.match(
    server.events
      .filter(({ type }) => type === 'group.member_removed')
      .map(({ details }) => details?.['group']),
    ['dev'],
  );

  await accounts.changeGroups(first.id, { remove: ['staff'] });
  t.strictSame(
    (await accounts.find(first.id))?.groups,
    ['ops'],
    'an operator ends a membership of any source',
  );
  const members = await accounts.members('ops');
  t.ok(members.items.some(({ id }) => id === first.id));
});

t.test('claims that people need to sign in', async (t) => {
  const { fake, server } = await open(t, { required_claims: { hd: ['acme.example'] } });
  fake.person = { sub: 'u1', hd: 'other.example' };
  t.match(await signInBy(server.issuer, 'acme'), { status: 403, body: 'can’t be used to sign in here' });
  fake.person = { sub: 'u1', hd: 'acme.example' };
  await signedIn(server);
});

t.test('Microsoft Entra: people of the tenants, named by tenant and object', async (t) => {
  const { fake, server } = await open(t, { preset: 'entra', tenants: ['tenant-1'] });
  fake.person = { sub: 'pairwise', tid: 'tenant-2', oid: 'object-1' };
  t.equal((await signInBy(server.issuer, 'acme')).status, 403);
  fake.person = {
    sub: 'pairwise',
    tid: 'tenant-1',
    oid: 'object-1',
    email: 'ada@acme.example',
    email_verified: true,
  };
  const person = await signedIn(server);
  t.equal(person.claims['email_verified'], false, 'an administrator there may write any address');
  t.equal(
    (await server.app.services.upstreamLinks.find('acme', 'tenant-1:object-1'))?.link.account,
    person.id,
  );
  fake.person = { ...fake.person, sub: 'another-pairwise' };
  t.equal((await signedIn(server)).id, person.id);
});

t.test('Google: an address counts only where Google answers for the mailbox', async (t) => {
  const { fake, server } = await open(t, { preset: 'google', trust_email: undefined });
  const seen: unknown[] = [];
  for (const [sub, email, hd] of [
    ['1', 'grace@gmail.com', undefined],
    ['2', 'grace@acme.example', 'acme.example'],
    ['3', 'grace@elsewhere.example', undefined],
  ] as const) {
    fake.person = { sub, email, email_verified: true, ...(hd && { hd }) };
    seen.push((await signedIn(server)).claims['email_verified']);
  }
  t.strictSame(seen, [true, true, false]);
});

t.test('GitHub: OAuth 2.0, the number of the person, and the primary verified address', async (t) => {
  const { fake, server } = await open(t, { preset: 'github', trust_email: undefined });
  fake.person = {
    sub: '',
    id: 583231,
    login: 'octocat',
    name: 'The Octocat',
    email: 'shown@elsewhere.example',
  };
  fake.emails = [
    { email: 'old@acme.example', primary: false, verified: true },
    { email: 'octo@acme.example', primary: true, verified: true },
  ];
  const person = await signedIn(server);
  t.match(person, { username: 'octocat', claims: { email: 'octo@acme.example', email_verified: true } });
  t.ok(await server.app.services.upstreamLinks.find('acme', '583231'));
  t.match(Object.fromEntries(fake.requests[0] ?? []), {
    scope: 'read:user user:email',
    code_challenge_method: 'S256',
  });

  fake.person = { ...fake.person, id: 583232, login: 'octocat' };
  fake.emails = [{ email: 'unverified@acme.example', primary: true, verified: false }];
  const other = await signedIn(server);
  t.not(other.id, person.id, 'a login that was given to another person names another account');
  t.equal(other.claims['email'], undefined);
});

t.test('nothing is decided by an address that the upstream has not verified', async (t) => {
  const boss = 'boss@acme.example';
  const tables = {
    claims: { role: { from: 'email', map: { [boss]: 'chief' }, default: 'crew' } },
    groups: { from: 'email', map: { [boss]: 'chiefs' } },
  };
  const { fake, server } = await open(t, tables, { groups: [{ name: 'chiefs' }] });
  for (const [verified, role, groups] of [
    [false, 'crew', []],
    ['true', 'crew', []],
    [true, 'chief', ['chiefs']],
  ] as const) {
    fake.person = { sub: `u-${verified}`, email: boss, email_verified: verified };
    const { claims, groups: now } = await signedIn(server);
    t.strictSame([claims['role'], now], [role, groups]);
  }

  const only = await open(t, { required_claims: { email: [boss] } });
  only.fake.person = { sub: 'u1', email: boss, email_verified: false };
  t.match(await signInBy(only.server.issuer, 'acme'), { status: 403 });
  only.fake.person = { sub: 'u2', email: boss, email_verified: true };
  t.equal((await signedIn(only.server)).claims['email'], boss);
});
