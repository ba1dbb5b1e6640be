import t from 'tap';
import { groupOf } from '../admin/admin-server.ts';
import { type Browser, formOf } from '../support/setup/index.ts';
import { startConsole } from './console-server.ts';

const { server, issuer, browserOf } = await startConsole(t);
const { accounts, groups } = server.app.services;
const idOf = async (username: string) => (await accounts.findByUsername(username))?.id ?? '';
const [admin, ada] = [await idOf('admin'), await idOf('ada')];
const version = async (id: string) => (await accounts.find(id))?.version ?? '';

type Way = readonly [path: string, fields?: Readonly<Record<string, string>>];

/** Every form with which someone could become an administrator, or take over the account of one. */
const ways = async (): Promise<Readonly<Record<string, Way>>> => ({
  'add an account in the group': ['/accounts/new', { username: 'mallory', groups: groupOf.admin }],
  'invite a person into the group': [
    '/accounts/invite',
    { email: 'mallory@example.com', groups: groupOf.viewer, hours: '1', language: '' },
  ],
  'put an account into the group': [`/groups/${groupOf.admin}/add`, { login: 'ada' }],
  'change the groups of an account': [
    `/accounts/${ada}/edit`,
    { username: 'ada', groups: groupOf.support, version: await version(ada) },
  ],
  'move the address of an administrator': [
    `/accounts/${admin}/edit`,
    {
      username: 'admin',
      groups: groupOf.admin,
      email: 'mallory@example.com',
      email_verified: 'yes',
      version: await version(admin),
    },
  ],
  'make a recovery link for an administrator': [`/accounts/${admin}/recovery-link`],
  'remove the factors of an administrator': [`/accounts/${admin}/factors/recovery`],
  'send an administrator the mail for a new password': [`/accounts/${admin}/reset-mail`],
  'unlock an administrator': [`/accounts/${admin}/unlock`],
  'disable an administrator': [`/accounts/${admin}/disable`],
  'delete an administrator': [`/accounts/${admin}/remove`, { typed: 'admin', version: await version(admin) }],
  'take the only administrator out': [`/groups/${groupOf.admin}/members/${admin}`],
  'change the group': [`/groups/${groupOf.admin}/edit`, { title: 'Mine' }],
  'delete the group': [`/groups/${groupOf.admin}/remove`, { typed: groupOf.admin }],
});

/** Some page of the console has a token that is good for all forms of this session. */
const csrfOf = async (browser: Browser): Promise<string> => {
  const { body } = await browser.request(`${issuer}/admin/accounts/${ada}/unlock`);
  return body.includes('<form method="post"') ? (formOf(body).hidden['csrf'] ?? '') : '';
};

/** Whatever could differ if one of the ways led somewhere. */
const state = async () => ({
  accounts: (await accounts.list({ limit: 100 })).items.map(({ username, groups: of, claims, enabled }) => ({
    username,
    of,
    email: claims['email'],
    enabled,
  })),
  group: await groups.find(groupOf.admin),
});

t.test('no way to a role is open to others than an administrator who signed in a moment ago', async (t) => {
  const before = await state();
  const actors = {
    'a person without a role': await browserOf('ada'),
    'a viewer': await browserOf('viewer'),
    support: await browserOf('support'),
    'an administrator whose session was left open': await browserOf('admin', { ago: 16 * 60 }),
  };
  const open: string[] = [];
  for (const [actor, browser] of Object.entries(actors)) {
    const csrf = await csrfOf(browser);
    for (const [way, [path, fields = {}]] of Object.entries(await ways())) {
      const { status, headers, body } = await browser.request(`${issuer}/admin${path}`, {
        method: 'POST',
        body: new URLSearchParams({ csrf, ...fields }),
        headers: { origin: issuer },
      });
      const leadsToSignIn =
        status === 303 && headers.get('location')?.startsWith('/oauth/authorize?') === true;
      const isLeftOpen = actor.startsWith('an administrator');
      const isRefused = isLeftOpen ? leadsToSignIn : status === 403;
      if (!isRefused || body.includes('/account/invitation/')) open.push(`${actor}: ${way}: ${status}`);
    }
  }
  t.same(open, []);
  t.same(await state(), before, 'and nothing has changed');
});

t.test('the last administrator keeps the role, and reads why', async (t) => {
  const browser = await browserOf('admin');
  const csrf = await csrfOf(browser);
  const before = await state();
  for (const way of [
    'disable an administrator',
    'delete an administrator',
    'take the only administrator out',
    'delete the group',
  ] as const) {
    const [path = '', fields = {}] = (await ways())[way] ?? [];
    const { status, body } = await browser.request(`${issuer}/admin${path}`, {
      method: 'POST',
      body: new URLSearchParams({
        csrf,
        ...fields,
        ...(way === 'delete the group' && { version: (await groups.find(groupOf.admin))?.version ?? '' }),
      }),
      headers: { origin: issuer },
    });
    t.match({ status, body }, { status: 409, body: /No one would administer this server/ }, way);
  }
  t.same(await state(), before);
});

t.test('an administrator who signed in a moment ago does all of this', async (t) => {
  const browser = await browserOf('admin');
  const csrf = await csrfOf(browser);
  t.ok(csrf);
  for (const way of ['add an account in the group', 'put an account into the group'] as const) {
    const [path = '', fields = {}] = (await ways())[way] ?? [];
    const { status, headers } = await browser.request(`${issuer}/admin${path}`, {
      method: 'POST',
      body: new URLSearchParams({ csrf, ...fields }),
      headers: { origin: issuer },
    });
    t.equal(status, 303, way);
    t.match(headers.get('location'), /^\/admin\//, way);
  }
  t.same((await accounts.find(ada))?.groups, [groupOf.admin]);
});
