import { join } from 'node:path';
import t from 'tap';
import { Browser, type Page, startInProcess } from '../support/setup/index.ts';
import { type Caller, groupOf, startAdminServer } from './admin-server.ts';

const password = 'a lantern by the harbour';
const { server, issuer, call, machine, person } = await startAdminServer(t, {
  mail: { url: 'smtp://127.0.0.1:1', from: 'Postern <postern@example.com>' },
  security: { password: { memory_kib: 8192, passes: 1 } },
});
const { accounts, clients, groups } = server.app.services;
await groups.add({ name: 'staff' });

let number = 0;
const invite = async (caller: Caller, body: object = {}) => {
  const email = `guest${number++}@example.com`;
  const answer = await call('POST', '/invitations', { caller, body: { email, ...body } });
  if (answer.status !== 201) throw new Error(answer.text);
  const url: string = answer.body.url ?? '';
  return { email, url };
};

const open = async (caller: Caller) => (await call('GET', '/invitations?limit=200', { caller })).body.items;
const find = async (caller: Caller, email: string) =>
  (await open(caller)).find((one: { email: string }) => one.email === email);

const accept = async (url: string, login: string): Promise<Page> => {
  const browser = new Browser();
  const page = await browser.open(url);
  return page.status === 200 ? browser.submit(page, { login, password }) : page;
};

/** A form is sent as it was when the page could still be opened. */
const send = (url: string, login: string): Promise<Response> =>
  fetch(url, {
    method: 'POST',
    body: new URLSearchParams({ login, password }),
    headers: { origin: new URL(url).origin, accept: 'text/html' },
    redirect: 'manual',
  });

t.test('only those who could make an invitation may revoke it', async (t) => {
  const admin = await person('admin');
  const ordinary = await invite(admin, { groups: ['staff'] });
  const ofRole = await invite(admin, { groups: ['staff', groupOf.viewer] });
  const { id } = await find(admin, ordinary.email);
  const { id: roleId } = await find(admin, ofRole.email);
  const withoutRoles = await machine('admin:read admin:accounts admin:clients');
  const refused: readonly (readonly [string, Caller, string, number])[] = [
    ['a viewer', await person('viewer'), id, 403],
    ['support', await person('support'), id, 403],
    ['a reader', await machine('admin:read'), id, 403],
    ['who may not give roles', withoutRoles, roleId, 403],
    ['an old sign-in', await person('admin', { ago: 16 * 60 }), roleId, 401],
    ['nothing of this id', admin, 'x'.repeat(43), 404],
    ['no id at all', admin, '..%2Finvitations', 404],
    ['the token of the link', admin, ordinary.url.split('/').at(-1) ?? '', 404],
  ];
  for (const [who, caller, one, status] of refused)
    t.equal((await call('DELETE', `/invitations/${one}`, { caller })).status, status, who);
  t.equal((await new Browser().open(ordinary.url)).status, 200, 'nothing was revoked');

  t.equal((await call('DELETE', `/invitations/${id}`, { caller: withoutRoles })).status, 204);
  t.equal((await call('DELETE', `/invitations/${roleId}`, { caller: admin })).status, 204);
  for (const { url } of [ordinary, ofRole]) {
    t.equal((await accept(url, 'mallory')).status, 410);
    t.equal((await send(url, 'mallory')).status, 410, 'also by a form from before');
  }
  t.equal(await accounts.findByUsername('mallory'), undefined);
  t.equal(
    (await call('DELETE', `/invitations/${id}`, { caller: admin })).body.code,
    'invitation_not_found',
    'once',
  );
  t.match(
    server.events.findLast(({ type }) => type === 'admin.account.invitation_revoke'),
    { details: { email: ofRole.email, groups: `staff ${groupOf.viewer}`, by_kind: 'person' } },
  );
});

t.test('the list has what is open, without the links', async (t) => {
  const admin = await person('admin');
  const made = await invite(admin, { groups: ['staff'], username: 'newcomer', lifetime_seconds: 120 });
  const mailed = await invite(await machine(), { language: 'de' });
  const { id: by } = (await accounts.findByUsername('admin')) ?? {};
  t.match(await find(await machine('admin:read'), made.email), {
    username: 'newcomer',
    groups: ['staff'],
    mailed: false,
    valid: true,
    by_kind: 'person',
    by,
    created_at: /^\d{4}-/,
    expires_at: /^\d{4}-/,
  });
  t.match(await find(admin, mailed.email), { groups: [], mailed: true, by_kind: 'client', by: 'machine' });
  const { text } = await call('GET', '/invitations', { caller: admin });
  t.notOk(text.includes(made.url.split('/').at(-1) ?? ''), 'no link');
  const first = await call('GET', '/invitations?limit=1', { caller: admin });
  t.match(first.body, { items: [{ email: mailed.email }], next: String }, 'newest first');
  const next = `/invitations?limit=1&cursor=${encodeURIComponent(first.body.next)}`;
  t.match((await call('GET', next, { caller: admin })).body, { items: [{ email: made.email }] });

  t.equal((await accept(made.url, 'newcomer')).status, 200);
  t.equal(await find(admin, made.email), undefined, 'an accepted one is gone');
  const short = await invite(admin, { lifetime_seconds: 60 });
  t.ok(await find(admin, short.email));
  server.clock.advance(61_000 / 1000);
  t.equal(await find(await person('admin'), short.email), undefined, 'and one that has expired');
});

t.test('an invitation gives a role only while its maker may give one', async (t) => {
  const idOf = async (name: string) => (await accounts.findByUsername(name))?.id ?? '';
  const addAdmin = (username: string) =>
    accounts.add({ username, groups: [groupOf.admin] }, { mayChangeRoles: true });
  const resources = [`${issuer}/api/admin`];
  const roles = { mayChangeRoles: true };
  const losses: Record<string, { by: () => Promise<Caller>; lose: () => Promise<unknown> }> = {
    'left the group': {
      by: async () => person((await addAdmin('leaver')).username),
      lose: async () => accounts.changeGroups(await idOf('leaver'), { remove: [groupOf.admin] }, roles),
    },
    'has a weaker role': {
      by: async () => person((await addAdmin('weaker')).username),
      lose: async () => accounts.update(await idOf('weaker'), { groups: [groupOf.support] }, roles),
    },
    'is disabled': {
      by: async () => person((await addAdmin('disabled')).username),
      lose: async () => accounts.disable(await idOf('disabled')),
    },
    'is removed': {
      by: async () => person((await addAdmin('removed')).username),
      lose: async () => accounts.remove(await idOf('removed')),
    },
    'is a client that may not use the API': {
      by: () => machine(),
      lose: () => clients.update('machine', { resources: null }),
    },
    'is a client without admin:roles': {
      by: async () => {
        await clients.update('machine', { resources });
        return machine();
      },
      lose: () => clients.update('machine', { scope: 'admin:read admin:accounts' }),
    },
    'is a client that is stopped': {
      by: async () => {
        await clients.update('machine', { scope: null });
        return machine();
      },
      lose: () => clients.stop('machine'),
    },
  };
  for (const [why, { by, lose }] of Object.entries(losses)) {
    const caller = await by();
    const [ofRole, ordinary] = [
      await invite(caller, { groups: [groupOf.viewer] }),
      await invite(caller, { groups: ['staff'] }),
    ];
    const form = await new Browser().open(ofRole.url);
    t.equal(form.status, 200, why);
    await lose();
    t.equal((await accept(ofRole.url, 'mallory')).status, 410, why);
    t.equal((await send(ofRole.url, 'mallory')).status, 410, why);
    t.equal(await accounts.findByUsername('mallory'), undefined);
    const reader = await person('viewer');
    t.equal((await find(reader, ofRole.email)).valid, false, 'the list says so');
    t.equal((await find(reader, ordinary.email)).valid, true);
    const login = `visitor${number++}`;
    t.equal((await accept(ordinary.url, login)).status, 200, 'an ordinary one stays good');
    t.same((await accounts.findByUsername(login))?.groups, ['staff']);
  }
  await clients.start('machine');
  const kept = await invite(await person('admin'), { groups: [groupOf.viewer] });
  t.equal((await accept(kept.url, 'deputy')).status, 200, 'and who may give it, gives it');
  t.same((await accounts.findByUsername('deputy'))?.groups, [groupOf.viewer]);
});

t.test('of revoking and accepting at once, exactly one wins', async (t) => {
  const admin = await person('admin');
  const wins = { accepted: 0, revoked: 0 };
  for (let round = 0; round < 8; round += 1) {
    const { email, url } = await invite(admin, { groups: ['staff'] });
    const { id } = await find(admin, email);
    const login = `racer-${round}`;
    const revoke = () => call('DELETE', `/invitations/${id}`, { caller: admin });
    // A form hashes its password first, so half of the rounds give it a head start.
    const accepting = send(url, login);
    if (round % 2 === 0) await new Promise((resolve) => setTimeout(resolve, round * 8));
    const [{ status: accepted }, ...revoked] = await Promise.all([accepting, revoke(), revoke()]);
    const statuses = revoked.map(({ status }) => status).toSorted();
    const isAccepted = accepted === 303;
    t.same([isAccepted ? 303 : accepted, ...statuses], isAccepted ? [303, 404, 404] : [410, 204, 404]);
    t.equal((await accounts.findByUsername(login)) !== undefined, isAccepted);
    wins[isAccepted ? 'accepted' : 'revoked'] += 1;
  }
  t.comment(JSON.stringify(wins));
});

t.test('a group that gets its role later gives none to people who were invited before', async (t) => {
  const settings = {
    admin: { enabled: true },
    store: { url: `sqlite:${join(t.testdir(), 'postern.db')}` },
  };
  const first = await startAdminServer(t, settings);
  await first.server.app.services.groups.add({ name: 'staff' });
  const invited = async (caller: Caller) => {
    const body = { email: 'guest@example.com', groups: ['staff'] };
    const { url } = (await first.call('POST', '/invitations', { caller, body })).body;
    return new URL(url).pathname;
  };
  const [weak, strong] = [
    await invited(await first.person('admin', { scope: 'admin:read admin:accounts' })),
    await invited(await first.person('admin')),
  ];
  const second = await startInProcess(t, {
    ...settings,
    admin: { enabled: true, groups: { support: ['staff'], admin: [groupOf.admin] } },
  });
  t.equal((await accept(second.issuer + weak, 'mallory')).status, 410, 'its token did not allow roles');
  t.equal((await new Browser().open(second.issuer + strong)).status, 200, 'its maker may give this role');
  const { accounts: people } = first.server.app.services;
  const { id = '' } = (await people.findByUsername('admin')) ?? {};
  await second.app.services.accounts.changeGroups(id, { remove: [groupOf.admin] }, { mayChangeRoles: true });
  t.equal((await accept(second.issuer + strong, 'mallory')).status, 410, 'not any more');
  t.equal((await accept(first.issuer + strong, 'ada')).status, 200, 'where it gives no role, it is accepted');
});
