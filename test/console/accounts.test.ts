import t from 'tap';
import { listWaiting } from '#src/services/outbox/index.ts';
import { addPasskey } from '../support/passkeys.ts';
import { Browser, password, signedInBrowser } from '../support/setup/index.ts';
import { waitFor } from '../support/wait-for.ts';
import { sendForm, startConsole } from './console-server.ts';

const { server, issuer, browserOf } = await startConsole(t, {
  audit: { enabled: true },
  mail: { url: 'smtp://127.0.0.1:1', from: 'Postern <postern@example.com>' },
  accounts: [{ username: 'configured', password }],
});
const { accounts, groups, factors, passkeys, sessions } = server.app.services;
await groups.add({ name: 'staff', title: 'Staff' });
const list = `${issuer}/admin/accounts`;
const pageOf = (id: string, action = '') => `${list}/${id}${action}`;
const idOf = async (username: string) => (await accounts.findByUsername(username))?.id ?? '';
const admin = await browserOf('admin');
const support = await browserOf('support');

t.test('a search finds accounts by the beginning of a name, and pages go on by address', async (t) => {
  for (let number = 0; number < 60; number += 1)
    await server.addAccount({
      username: `crowd-${String(number).padStart(2, '0')}`,
      claims: { name: `Person ${number}` },
    });
  await accounts.disable(await idOf('crowd-07'));
  const first = await admin.request(`${list}?q=crowd`);
  t.match(first.body, 'crowd-00');
  t.notMatch(first.body, 'crowd-59');
  t.notMatch(first.body, '>ada<');
  const [, next = ''] = /class="console-next" href="([^"]*)"/.exec(first.body) ?? [];
  t.match(next, /^\/admin\/accounts\?q=crowd&amp;after=/, 'the search stays in the address');
  const second = await admin.request(issuer + next.replaceAll('&amp;', '&'));
  t.match(second.body, 'crowd-59');
  t.notMatch(second.body, 'crowd-00');
  const disabled = await admin.request(`${list}?q=crowd&status=disabled`);
  t.same(disabled.body.match(/crowd-\d\d/g), ['crowd-07']);
  t.match((await admin.request(`${list}?q=no-such-person`)).body, 'Nothing was found.');
  t.equal((await admin.request(`${list}?after=nonsense`)).status, 400);
});

t.test('an account is added, with a temporary password that is shown nowhere', async (t) => {
  const typed = 'a harbour full of boats';
  const fields = {
    username: 'grace',
    name: 'Grace Hopper',
    email: 'grace@example.com',
    groups: 'staff',
    claims: '{"locale": "en"}',
    password: typed,
  };
  for (const [wrong, message] of [
    [{ username: '' }, 'Enter a username'],
    [{ username: 'ADA' }, 'An account with this username exists already'],
    [{ username: 'a\u202eb' }, 'field-error'],
    [{ groups: 'nothing-like-it' }, 'There is no group with this name'],
    [{ claims: '[1]' }, 'Enter one JSON object'],
    [{ claims: '{"sub": "1"}' }, 'is set by the server'],
    [{ claims: '{"email": "x"}' }, 'have fields of their own'],
    [{ password: 'short' }, 'The password needs at least'],
  ] as const) {
    const page = await sendForm(admin, pageOf('new'), { ...fields, ...wrong });
    t.equal(page.status === 409 || page.status === 422, true, `${JSON.stringify(wrong)} ${page.status}`);
    t.match(page.body, message);
    t.match(page.body, '<title>Error:');
    t.match(page.body, 'value="Grace Hopper"', 'the input stays');
    t.notMatch(page.body, typed, 'but not the password');
  }
  t.equal(await accounts.findByUsername('grace'), undefined);
  const done = await sendForm(admin, pageOf('new'), fields);
  t.equal(done.status, 303);
  const id = await idOf('grace');
  t.equal(done.headers.get('location'), `/admin/accounts/${id}?done=added`);
  t.match(await accounts.find(id), {
    claims: { name: 'Grace Hopper', email: 'grace@example.com', email_verified: false, locale: 'en' },
    groups: ['staff'],
    required: ['password'],
  });
  t.ok(await accounts.authenticate('grace', typed));
  const shown = await admin.request(pageOf(id, '?done=added'));
  t.match(shown.body, 'Added.');
  t.match(shown.body, 'grace@example.com');
  t.notMatch(shown.body, typed);
  const event = server.events.findLast(({ type }) => type === 'admin.account.add');
  t.match(event, { account: id, details: { by: await idOf('admin'), by_kind: 'person', role: 'admin' } });
  t.notMatch(JSON.stringify(event), typed);
  t.notOk(event?.details?.['by_client'], 'the console acts for no client');
});

t.test('an account is edited, and a change of others is shown beside the input', async (t) => {
  const { id } = await server.addAccount({
    username: 'edith',
    claims: { name: 'Edith', email: 'edith@example.com', email_verified: true, locale: 'de' },
  });
  const edit = pageOf(id, '/edit');
  const input = {
    username: 'edith',
    name: 'Edith Clarke',
    email: 'edith@example.com',
    email_verified: 'yes',
    groups: 'staff',
    claims: '{"locale": "de"}',
    require_profile: 'yes',
  };
  const [, version = ''] = /name="version" value="([^"]*)"/.exec((await admin.request(edit)).body) ?? [];
  t.ok(version);
  await accounts.update(id, { claims: { name: 'Edith C.', locale: 'pl' } });

  const conflict = await sendForm(admin, edit, { ...input, version });
  t.equal(conflict.status, 412);
  t.match(conflict.body, 'console-conflict');
  t.match(conflict.body, 'Edith C.', 'what is saved');
  t.match(conflict.body, 'value="Edith Clarke"', 'what was typed');
  t.match(conflict.body, /<details[^>]*open/);
  t.equal((await accounts.find(id))?.claims['name'], 'Edith C.', 'nothing was saved');
  const [, again = ''] = /name="version" value="([^"]*)"/.exec(conflict.body) ?? [];
  t.not(again, version);

  t.equal((await sendForm(admin, edit, { ...input, version: '' })).status, 412, 'a form without its version');
  t.equal((await sendForm(admin, edit, { ...input, version: again })).status, 303);
  t.match(await accounts.find(id), {
    claims: { name: 'Edith Clarke', locale: 'de' },
    groups: ['staff'],
    required: ['profile'],
  });
  const { claims: _, ...without } = input;
  t.equal((await sendForm(admin, edit, { ...without, groups: '' })).status, 303);
  const now = await accounts.find(id);
  t.notOk(now?.claims['locale'], 'a claim that is deleted in the form is removed');
  t.same(now?.groups, []);
  const event = server.events.findLast(({ type }) => type === 'admin.account.update');
  const [, shown = ''] = /<textarea[^>]*>([^<]*)</.exec((await admin.request(edit)).body) ?? [];
  t.equal(shown, '', 'claims that follow from the account are not made fixed');
  t.match(event?.details, { 'claims.locale.before': 'de', 'claims.locale.after': '' });
});

t.test('of many edits at once with one version one is saved, and none is lost', async (t) => {
  const { id } = await server.addAccount({ username: 'raced' });
  const edit = pageOf(id, '/edit');
  const other = await browserOf('admin');
  const { version = '' } = (await accounts.find(id)) ?? {};
  const answers = await Promise.all(
    Array.from({ length: 12 }, (_, at) =>
      sendForm(at % 2 === 0 ? admin : other, edit, { username: 'raced', name: `Name ${at}`, version }),
    ),
  );
  t.same(answers.map(({ status }) => status).toSorted(), [303, ...Array(11).fill(412)]);
  const saved = (await accounts.find(id))?.claims['name'];
  t.equal(answers[Number(String(saved).slice(5))]?.status, 303);
});

t.test('support disables, enables, unlocks, and signs people out', async (t) => {
  const { id } = await server.addAccount({ username: 'helped', password });
  const browser = await signedInBrowser(server, 'helped');
  t.equal((await sendForm(support, pageOf(id, '/sign-out'))).status, 303);
  t.equal((await browser.request(`${issuer}/account`)).status, 303, 'the session has ended');
  t.equal((await sendForm(support, pageOf(id, '/disable'))).status, 303);
  t.equal((await accounts.find(id))?.enabled, false);
  t.match((await support.request(pageOf(id, '?done=disable'))).body, 'Disabled, and signed out everywhere.');
  t.equal((await sendForm(support, pageOf(id, '/enable'))).status, 303);
  t.equal((await accounts.find(id))?.enabled, true);
  t.match((await support.request(pageOf(id, '?done=nonsense'))).status, 200);
  for (const [operation, role] of [
    ['sign_out', 'support'],
    ['disable', 'support'],
    ['enable', 'support'],
  ])
    t.match(
      server.events.findLast(({ type }) => type === `admin.account.${operation}`),
      { account: id, details: { role } },
    );
});

t.test('unlocking ends the wait after wrong passwords', async (t) => {
  const { id } = await server.addAccount({ username: 'forgetful', password });
  const party = `${issuer}/account`;
  const tryWith = async (typed: string) => {
    const browser = new Browser();
    const login = await browser.open(party);
    return browser.submit(login, { login: 'forgetful', password: typed });
  };
  let page = await tryWith('wrong');
  for (let tries = 0; page.status !== 429 && tries < 20; tries += 1) page = await tryWith('wrong');
  t.equal(page.status, 429, 'there is a wait');
  t.equal((await tryWith(password)).status, 429, 'also with the right password');
  await waitFor('the audit record has the attempts', async () =>
    (await support.request(pageOf(id))).body.includes('wrong_password'),
  );
  t.equal((await sendForm(support, pageOf(id, '/unlock'))).status, 303);
  const wrong = await tryWith('wrong');
  t.equal(wrong.status, 422, 'one attempt is made');
  t.equal((await tryWith(password)).status, 429, 'and if it fails the wait begins again');
  t.equal((await sendForm(support, pageOf(id, '/unlock'))).status, 303);
  t.equal((await tryWith(password)).status, 200);
});

t.test('the console says when an account was unlocked too often', async (t) => {
  const { id } = await server.addAccount({ username: 'often', password });
  for (let n = 0; n < 5; n += 1) t.equal((await sendForm(support, pageOf(id, '/unlock'))).status, 303);
  const refused = await sendForm(support, pageOf(id, '/unlock'));
  t.equal(refused.status, 429);
  t.match(refused.body, 'This account was unlocked five times in a day.');
});

t.test('support can’t do what would give it an account', async (t) => {
  const { id } = await server.addAccount({
    username: 'target',
    claims: { email: 'target@example.com', email_verified: true },
  });
  const allowed = await support.request(pageOf(id));
  for (const action of ['edit', 'remove', 'recovery-link', 'factors/recovery']) {
    t.notMatch(allowed.body, `/${id}/${action}`);
    t.equal((await support.request(pageOf(id, `/${action}`))).status, 403, action);
  }
  for (const role of ['admin', 'viewer', 'support']) {
    const other = await idOf(role);
    const shown = await support.request(pageOf(other));
    t.match(shown.body, 'Only an administrator can change it.');
    for (const action of ['disable', 'enable', 'unlock', 'reset-mail', 'sign-out']) {
      t.notMatch(shown.body, `/${other}/${action}"`);
      t.equal((await support.request(pageOf(other, `/${action}`))).status, 403, `${role} ${action}`);
    }
  }
  t.equal((await sendForm(support, pageOf(id, '/reset-mail'))).status, 303);
  const { items } = await listWaiting(server.store, 'mail', { limit: 10 });
  t.match(items, [{ kind: 'mail.password-reset', account: id }], 'the mail waits');
});

t.test('an account with a role is changed after a sign-in of the last 15 minutes only', async (t) => {
  const old = await browserOf('admin', { ago: 16 * 60 });
  const viewer = await idOf('viewer');
  for (const action of ['edit', 'disable', 'remove', 'unlock', 'factors/recovery']) {
    const page = await old.request(pageOf(viewer, `/${action}`));
    t.equal(page.status, 303, action);
    t.match(page.headers.get('location'), 'max_age=780');
  }
  const ada = await idOf('ada');
  t.equal((await old.request(pageOf(ada, '/edit'))).status, 200, 'another account needs none');
  t.equal((await old.request(pageOf(ada, '/recovery-link'))).status, 303, 'but a link for it does');
  const edit = { username: 'ada', groups: 'postern-admins' };
  const promoted = await sendForm(old, pageOf(ada, '/edit'), edit);
  t.equal(promoted.status, 303);
  t.match(promoted.headers.get('location'), '/oauth/authorize?');
  t.same((await accounts.find(ada))?.groups, [], 'a role can’t be given by an old session');
  const added = await sendForm(old, pageOf('new'), { username: 'mallory', groups: 'postern-admins' });
  t.match(added.headers.get('location'), '/oauth/authorize?');
  t.equal(await accounts.findByUsername('mallory'), undefined);
});

t.test('a recovery link is shown once, on the answer to the form, and works', async (t) => {
  const { id } = await server.addAccount({ username: 'lost', password });
  const page = await sendForm(admin, pageOf(id, '/recovery-link'));
  t.equal(page.status, 200);
  t.equal(page.headers.get('cache-control'), 'no-store');
  t.equal(page.headers.get('location'), null);
  const [link = ''] = /http[^"]*\/account\/recover\/[\w-]+/.exec(page.body) ?? [];
  t.ok(link);
  t.notMatch(page.body, /hreflang/, 'no link of the page loads the form again');
  const token = link.split('/').at(-1) ?? '';
  t.notMatch(JSON.stringify(server.events), token);
  t.notMatch((await admin.request(pageOf(id))).body, token);
  t.match(
    server.events.findLast(({ type }) => type === 'admin.account.recovery_link'),
    { account: id },
  );
  t.equal((await new Browser().request(link)).status, 200);
  await accounts.disable(id);
  const refused = await sendForm(admin, pageOf(id, '/recovery-link'));
  t.equal(refused.status, 409);
  t.match(refused.body, 'The account is disabled. Enable it first.');
});

t.test('a person is invited by mail, or by a link that is shown once', async (t) => {
  const invite = pageOf('invite');
  for (const [fields, message] of [
    [{ email: 'nonsense' }, 'Enter one email address'],
    [{ email: 'new@example.com', groups: 'nothing-like-it' }, 'There is no group'],
    [{ email: 'new@example.com', username: 'a\u202eb' }, 'field-error'],
  ] as const) {
    const page = await sendForm(admin, invite, { hours: '1', language: 'en', ...fields });
    t.equal(page.status, 422);
    t.match(page.body, message);
  }
  const mailed = await sendForm(admin, invite, { email: 'new@example.com', hours: '24', language: 'de' });
  t.equal(mailed.headers.get('location'), '/admin/accounts?done=invited');
  const shown = await sendForm(admin, invite, {
    email: 'boss@example.com',
    groups: 'postern-viewers',
    hours: '1',
    language: '',
  });
  t.equal(shown.status, 200);
  const [link = ''] = /http[^"]*\/account\/invitation\/[\w-]+/.exec(shown.body) ?? [];
  t.notMatch(JSON.stringify(server.events), link.split('/').at(-1) ?? 'x');
  const guest = new Browser();
  const form = await guest.open(link);
  const joined = await guest.submit(form, { login: 'boss', password: 'a quay of heavy stone' });
  t.ok(joined.status < 400, `${joined.status}`);
  t.same((await accounts.findByUsername('boss'))?.groups, ['postern-viewers']);
  const old = await browserOf('admin', { ago: 16 * 60 });
  for (const fields of [
    { email: 'x@example.com', language: '' },
    { email: 'x@example.com', language: 'en', groups: 'postern-admins' },
  ]) {
    const late = await sendForm(old, invite, { hours: '1', ...fields });
    t.match(late.headers.get('location'), '/oauth/authorize?', 'a link, or a role, needs a recent sign-in');
  }
});

t.test('open invitations are listed without their links, and revoked', async (t) => {
  const all = `${issuer}/admin/invitations`;
  const invite = async (email: string, fields: Readonly<Record<string, string>> = {}) => {
    const page = await sendForm(admin, pageOf('invite'), { email, hours: '1', language: '', ...fields });
    return /http[^"]*\/account\/invitation\/[\w-]+/.exec(page.body)?.[0] ?? '';
  };
  const link = await invite('open@example.com', { groups: 'staff' });
  await invite('chief@example.com', { groups: 'postern-viewers' });
  t.match((await admin.request(list)).body, 'href="/admin/invitations"');
  const shown = await admin.request(all);
  t.match(shown.body, 'open@example.com');
  t.match(shown.body, /chief@example\.com[\s\S]*badge-new/, 'a role is marked');
  t.notOk(shown.body.includes(link.split('/').at(-1) ?? ''), 'no link');
  const path = (email: string) =>
    new RegExp(`href="([^"]*)">Revoke<span class="visually-hidden"> ${email}<`).exec(shown.body)?.[1] ?? '';
  t.notMatch((await support.request(all)).body, 'invitation-revoke');
  t.equal((await support.request(issuer + path('open@example.com'))).status, 403);
  const old = await browserOf('admin', { ago: 16 * 60 });
  const late = await old.request(issuer + path('chief@example.com'));
  t.match(late.headers.get('location'), '/oauth/authorize?', 'a role needs a recent sign-in');
  t.equal((await admin.request(`${all}/none`)).status, 404);

  const revoked = await sendForm(admin, issuer + path('open@example.com'));
  t.equal(revoked.headers.get('location'), '/admin/invitations?done=revoked');
  const after = await admin.request(`${all}?done=revoked`);
  t.match(after.body, 'Revoked.');
  t.notMatch(after.body, 'open@example.com');
  t.equal((await new Browser().request(link)).status, 410);
  t.equal((await admin.request(issuer + path('open@example.com'))).status, 404);
  const viewer = await browserOf('viewer');
  t.match((await viewer.request(`${all}?lang=de`)).body, 'chief@example.com');
  t.match((await viewer.request(`${all}?lang=pl`)).body, 'Zaproszenia');
});

t.test('ways to sign in are removed one by one, the last one too', async (t) => {
  const { id } = await server.addAccount({ username: 'keyed' });
  await addPasskey(server, 'keyed');
  const [passkey] = await passkeys.list(id);
  const shown = await admin.request(pageOf(id));
  const path = `/admin/accounts/${id}/factors/${passkey?.id}`;
  t.match(shown.body, `href="${path}"`);
  t.notMatch((await support.request(pageOf(id))).body, path);
  t.equal((await sendForm(admin, pageOf(id, '/factors/none'))).status, 404);
  t.equal((await sendForm(admin, issuer + path)).status, 303);
  t.same(await passkeys.list(id), []);
  t.equal((await sendForm(admin, issuer + path)).status, 404);
  const account = await accounts.find(id);
  t.same(account && (await factors.of(account)).authenticators, []);

  const { upstreamLinks } = server.app.services;
  const link = { upstream: 'corp', subject: '7', account: id, linkedAt: 1, label: '<b>keyed</b>', given: {} };
  await server.store.commit([upstreamLinks.insertion(link)]);
  const { body } = await admin.request(pageOf(id));
  t.match(body, 'corp &lt;b&gt;keyed&lt;/b&gt;');
  const [, unlink = ''] = /class="factor-remove" href="([^"]*)"/.exec(body) ?? [];
  t.notMatch(unlink, /\/7$/, 'the address doesn’t name the subject');
  t.equal((await sendForm(admin, issuer + unlink)).status, 303);
  t.same(await upstreamLinks.listOf(id), []);
});

t.test('an account is deleted by typing its name', async (t) => {
  const { id } = await server.addAccount({ username: 'leaving' });
  const remove = pageOf(id, '/remove');
  for (const typed of ['', 'Leaving', 'leaving now']) {
    const page = await sendForm(admin, remove, { typed });
    t.equal(page.status, 422);
    t.match(page.body, 'aria-invalid="true"');
  }
  const { version = '' } = (await accounts.find(id)) ?? {};
  await accounts.update(id, { claims: { name: 'Still here' } });
  const stale = await sendForm(admin, remove, { typed: 'leaving', version });
  t.equal(stale.status, 412);
  t.ok(await accounts.find(id));
  t.equal(
    (await sendForm(admin, remove, { typed: 'leaving' })).headers.get('location'),
    '/admin/accounts?done=remove',
  );
  t.equal(await accounts.find(id), undefined);
  t.equal((await admin.request(pageOf(id))).status, 404);
});

t.test('an account of the configuration is shown, and changed nowhere', async (t) => {
  const { id } = (await accounts.findByUsername('configured')) ?? { id: '' };
  const shown = await admin.request(pageOf(id));
  t.match(shown.body, 'comes from the configuration file');
  for (const action of ['edit', 'remove', 'disable', 'recovery-link'])
    t.notMatch(shown.body, `/${id}/${action}"`);
  t.equal((await sendForm(admin, pageOf(id, '/edit'), { username: 'mine' })).status, 409);
  t.equal((await sendForm(admin, pageOf(id, '/disable'))).status, 409);
  t.equal((await sendForm(admin, pageOf(id, '/recovery-link'))).status, 409);
  t.equal((await sendForm(admin, pageOf(id, '/remove'), { typed: 'configured' })).status, 409);
});

t.test('names, claims, groups and browsers of others are text on every page', async (t) => {
  const evil = '"><img src=x onerror=alert(1)>';
  await groups.add({ name: 'evil', title: evil, description: evil });
  const { id } = await server.addAccount({
    username: 'eve',
    claims: { name: evil, email: 'eve@example.com', nickname: evil, [evil]: evil },
    groups: ['evil'],
  });
  const login = new Browser({ 'user-agent': evil });
  const form = await login.open(`${issuer}/account`);
  await accounts.setPassword(id, password);
  await login.submit(form, { login: 'eve', password });
  const [session] = (await sessions.list(id)).items;
  for (const path of [
    '/accounts?q=eve',
    `/accounts?q=${encodeURIComponent(evil)}`,
    `/accounts?status=${encodeURIComponent(evil)}`,
    `/accounts/${id}`,
    `/accounts/${id}/edit`,
    `/accounts/${id}/remove`,
    `/accounts/${id}/reset-mail`,
    `/accounts/${id}/apps/${encodeURIComponent(evil)}`,
    `/accounts/${id}/factors/${encodeURIComponent(evil)}`,
    '/groups',
    '/groups/evil',
    '/groups/evil/edit',
    `/groups/evil/members/${id}`,
    `/sessions?account=${id}`,
    `/sessions?q=${encodeURIComponent(evil)}`,
    `/sessions/${session?.id}`,
  ]) {
    const { status, body } = await admin.request(`${issuer}/admin${path}`);
    t.equal(status, 200, path);
    t.notMatch(body, '<img src=x', path);
  }
  for (const field of ['username', 'name', 'email', 'groups', 'claims'])
    t.notMatch(
      (await sendForm(admin, pageOf(id, '/edit'), { username: '', [field]: evil })).body,
      '<img src=x',
    );
});
