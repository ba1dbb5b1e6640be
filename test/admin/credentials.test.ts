import t from 'tap';
import { codeAt } from '../support/authenticator.ts';
import { addPasskey } from '../support/passkeys.ts';
import { Browser, password } from '../support/setup/index.ts';
import { waitFor } from '../support/wait-for.ts';
import { groupOf, startAdminServer } from './admin-server.ts';

const { server, issuer, call, machine, person } = await startAdminServer(t, {
  audit: { enabled: true },
  mail: { url: 'smtp://127.0.0.1:1', from: 'Postern <postern@example.com>' },
  security: { password: { memory_kib: 8192, passes: 1 } },
  sign_in: { identifiers: ['username', 'email'] },
});
const { accounts, factors, passkeys, upstreamLinks } = server.app.services;

/** A token lives for five minutes, and the tests of this file take longer by the clock of the server. */
const fresh = () => machine('admin:read admin:accounts');

const enrolApp = async (username: string) => {
  const account = await accounts.findByUsername(username);
  if (!account) throw new Error(`there is no account ${username}`);
  const { pending, secret } = factors.begin(account, 'test');
  const code = codeAt(secret, server.clock.now());
  return factors.enrol(account, { place: 'test', pending, code });
};

/** Whether anything that others can read has the text: events, the audit record, the answers about the account. */
const isFound = async (text: string): Promise<boolean> => {
  const caller = await machine();
  const seen = [
    await call('GET', '/audit?limit=200', { caller }),
    await call('GET', '/accounts', { caller }),
  ];
  return (
    JSON.stringify(server.events).includes(text) || seen.some(({ text: answered }) => answered.includes(text))
  );
};

t.test('ways to sign in are listed without secrets, and removed one by one', async (t) => {
  const caller = await fresh();
  const { id } = await server.addAccount({ username: 'keyed', password });
  await enrolApp('keyed');
  const { credentialId } = await addPasskey(server, 'keyed');
  const link = {
    upstream: 'corp',
    subject: 'subject-7',
    account: id,
    linkedAt: 1,
    label: 'keyed',
    given: {},
  };
  await server.store.commit([upstreamLinks.insertion(link)]);
  const path = `/accounts/${id}/factors`;
  const listed = await call('GET', path, { caller });
  t.match(listed.body.items, [
    { kind: 'authenticator', created_at: String },
    { id: 'recovery', kind: 'recovery_codes', left: 10 },
    { kind: 'passkey', created_at: String },
    { kind: 'identity', upstream: 'corp', name: 'keyed' },
  ]);
  t.notMatch(listed.text, credentialId, 'a passkey has an id of this server');
  t.notMatch(listed.text, 'subject-7');

  await accounts.add({ username: 'other' });
  const other = (await accounts.findByUsername('other'))?.id;
  for (const { id: factor } of listed.body.items)
    t.match(
      await call('DELETE', `/accounts/${other}/factors/${factor}`, { caller }),
      { status: 404, body: { code: 'factor_not_found' } },
      'by another account',
    );
  t.equal((await call('GET', path, { caller })).body.items.length, 4, 'nothing was removed');

  const order = ['recovery_codes', 'authenticator', 'identity', 'passkey'];
  const byKind = listed.body.items.toSorted(
    (one: { kind: string }, two: { kind: string }) => order.indexOf(one.kind) - order.indexOf(two.kind),
  );
  for (const { id: factor, kind } of byKind) {
    const remove = () => call('DELETE', `${path}/${factor}`, { caller });
    // An identity is unlinked by a removal without a condition, so two at once may both answer that it is gone.
    const answers =
      kind === 'identity' ? [await remove(), await remove()] : await Promise.all([remove(), remove()]);
    t.same(answers.map(({ status }) => status).toSorted(), [204, 404], kind);
  }
  t.same((await call('GET', path, { caller })).body.items, []);
  t.same(await passkeys.list(id), []);
  t.equal(await upstreamLinks.find('corp', 'subject-7'), undefined);
  t.match(
    server.events.findLast(({ type }) => type === 'admin.account.factor_remove'),
    { account: id, details: { by: 'machine', by_kind: 'client' } },
  );
  t.equal((await call('GET', '/accounts/none/factors', { caller })).status, 404);
});

t.test('unlocking ends the wait after wrong passwords', async (t) => {
  const email = 'forgetful@example.com';
  const { id } = await server.addAccount({
    username: 'forgetful',
    password,
    claims: { email, email_verified: true },
  });
  const tryWith = async (typed: string, name = 'forgetful') => {
    const browser = new Browser();
    const login = await browser.open(`${issuer}/account`);
    return (await browser.submit(login, { login: name, password: typed })).status;
  };
  for (const name of ['forgetful', email]) {
    let status = await tryWith('wrong', name);
    for (let tries = 0; status !== 429 && tries < 20; tries += 1) status = await tryWith('wrong', name);
    t.equal(status, 429, 'there is a wait');
    t.equal(await tryWith(password, name), 429, 'also with the right password');
  }
  const reader = await machine('admin:audit');
  await waitFor('the audit record has the attempts', async () =>
    (await call('GET', `/audit?account=${id}`, { caller: reader })).text.includes('wrong_password'),
  );
  const viewer = await person('viewer');
  t.equal((await call('POST', `/accounts/${id}/unlock`, { caller: viewer })).status, 403);
  t.equal(await tryWith(password), 429, 'a refused request unlocks nothing');
  const support = await person('support');
  t.equal((await call('POST', `/accounts/${id}/unlock`, { caller: support })).status, 204);
  t.equal(await tryWith(password, email), 200, 'by the address');
  t.equal(await tryWith(password), 200);
  t.equal((await call('POST', '/accounts/none/unlock', { caller: support })).status, 404);
});

t.test('an account is unlocked a few times a day only, by all administrators together', async (t) => {
  const { id } = await server.addAccount({ username: 'often', password });
  const [support, client] = [await person('support'), await machine('admin:accounts')];
  const unlock = (n: number) =>
    call('POST', `/accounts/${id}/unlock`, { caller: n % 2 === 0 ? support : client });
  const answers = await Promise.all(Array.from({ length: 8 }, (_, n) => unlock(n)));
  t.same(answers.map(({ status }) => status).sort(), [204, 204, 204, 204, 204, 429, 429, 429]);
  const refused = answers.find(({ status }) => status === 429);
  t.match(refused?.body, { code: 'unlocked_too_often', detail: /new password/ });
  t.match(
    server.events.find(({ type, outcome }) => type === 'admin.account.unlock' && outcome === 'refused'),
    { reason: 'unlocked_too_often', account: id, details: { by_kind: /person|client/ } },
  );
  const { id: other } = await server.addAccount({ username: 'seldom', password });
  t.equal((await call('POST', `/accounts/${other}/unlock`, { caller: support })).status, 204);
});

t.test('a recovery link is shown once, and is found nowhere afterwards', async (t) => {
  const { id } = await server.addAccount({ username: 'lost', password });
  const path = `/accounts/${id}/recovery-link`;
  const old = await person('admin', { ago: 16 * 60 });
  const late = await call('POST', path, { caller: old });
  t.match(late, { status: 401, body: { code: 'insufficient_user_authentication' } });
  t.match(late.headers.get('www-authenticate'), /max_age=900/);
  t.equal((await call('POST', path, { caller: await person('support') })).status, 403);

  const caller = await fresh();
  const headers = { 'idempotency-key': 'a-link-for-lost' };
  const made = await call('POST', path, { caller, headers });
  t.match(made, { status: 201, body: { url: /\/account\/recover\/[\w-]+$/, expires_at: String } });
  t.equal(made.headers.get('cache-control'), 'no-store');
  const again = await call('POST', path, { caller, headers });
  t.same(Object.keys(again.body), ['expires_at'], 'a repetition has no link');
  const token = made.body.url.split('/').at(-1);
  t.notOk(await isFound(token));
  const page = await new Browser().open(made.body.url);
  t.equal(page.status, 200, 'the link works');

  const { version } = await accounts.disable(id);
  t.ok(version);
  t.match(await call('POST', path, { caller }), { status: 409, body: { code: 'account_disabled' } });
});

t.test('a recovery link leads to no role that its maker could not give', async (t) => {
  const idOf = async (name: string) => (await accounts.findByUsername(name))?.id ?? '';
  const roles = { mayChangeRoles: true };
  const weak = await machine('admin:read admin:accounts');
  const post = (url: string) =>
    fetch(url, {
      method: 'POST',
      body: new URLSearchParams({ password: 'a quay of heavy stone' }),
      headers: { origin: issuer, accept: 'text/html' },
      redirect: 'manual',
    });
  const linkFor = async (id: string, caller = weak): Promise<string> =>
    (await call('POST', `/accounts/${id}/recovery-link`, { caller })).body.url;
  const promote = (id: string) => accounts.changeGroups(id, { add: [groupOf.viewer] }, roles);

  const { id } = await server.addAccount({ username: 'promoted', password });
  const url = await linkFor(id);
  t.equal((await new Browser().open(url)).status, 200);
  await promote(id);
  t.equal((await new Browser().open(url)).status, 410, 'the account has a role now');
  t.equal((await post(url)).status, 410, 'also by a form from before');
  t.ok(await accounts.authenticate('promoted', password), 'nothing was changed');

  await accounts.add({ username: 'second-admin', groups: [groupOf.admin] }, roles);
  const { id: other } = await server.addAccount({ username: 'promoted-too', password });
  const strong = await person('second-admin');
  const [kept, lost] = [await linkFor(other, strong), await linkFor(id, strong)];
  await promote(other);
  t.equal((await new Browser().open(kept)).status, 200, 'its maker may give the role');
  await accounts.changeGroups(await idOf('second-admin'), { remove: [groupOf.admin] }, roles);
  for (const link of [kept, lost]) t.equal((await post(link)).status, 410, 'its maker lost the right');
  await accounts.changeGroups(other, { remove: [groupOf.viewer] }, roles);
  t.equal((await post(kept)).status, 303, 'without the role it is a link as any other');
});

t.test('a person is invited by mail, or by a link that is shown once', async (t) => {
  const caller = await fresh();
  const invite = (body: object, by = caller) => call('POST', '/invitations', { caller: by, body });
  const bad: readonly (readonly [object, number])[] = [
    [{}, 400],
    [{ email: 'nonsense' }, 422],
    [{ email: 'new@example.com', language: 'tlh' }, 400],
    [{ email: 'new@example.com', lifetime_seconds: 1 }, 400],
    [{ email: 'new@example.com', lifetime_seconds: 99_999_999 }, 400],
    [{ email: 'new@example.com', groups: ['nothing-like-it'] }, 404],
    [{ email: 'new@example.com', groups: [groupOf.viewer] }, 403],
    [{ email: 'new@example.com', username: 'a\u202eb' }, 422],
    [{ email: 'new@example.com', claims: { sub: 'x' } }, 422],
  ];
  for (const [body, status] of bad) t.equal((await invite(body)).status, status, JSON.stringify(body));
  const reader = await machine();
  const waiting = async () => (await call('GET', '/outbox/mail', { caller: reader })).body.items;
  t.same(await waiting(), [], 'a refused invitation sends nothing');

  const mailed = await invite({ email: 'new@example.com', language: 'de' });
  t.equal(mailed.status, 201);
  t.same(Object.keys(mailed.body), ['expires_at'], 'the link is in the mail only');
  t.match(await waiting(), [{ kind: 'mail.invitation' }]);

  const admin = await person('admin');
  const shown = await invite({ email: 'boss@example.com', groups: [groupOf.viewer] }, admin);
  t.match(shown, { status: 201, body: { url: String } });
  const { url } = shown.body;
  t.notOk(await isFound(url.split('/').at(-1)));
  const guest = new Browser();
  const joined = await guest.submit(await guest.open(url), {
    login: 'boss',
    password: 'a quay of heavy stone',
  });
  t.ok(joined.status < 400, `${joined.status}`);
  t.same((await accounts.findByUsername('boss'))?.groups, [groupOf.viewer]);

  const old = await person('admin', { ago: 16 * 60 });
  for (const body of [
    { email: 'x@example.com' },
    { email: 'x@example.com', language: 'en', groups: [groupOf.admin] },
  ])
    t.match(
      await invite(body, old),
      { status: 401, body: { code: 'insufficient_user_authentication' } },
      'a link, or a role, needs a recent sign-in',
    );
  t.equal((await invite({ email: 'y@example.com', language: 'en' }, old)).status, 201, 'a mail needs none');
});
