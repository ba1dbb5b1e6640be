import t, { type Test } from 'tap';
import { kinds } from '#src/store/record-kinds.ts';
import { holdCommit } from '../support/hold-commit.ts';
import {
  Browser,
  codeFor,
  formOf,
  password,
  RelyingParty,
  signedInBrowser,
  startInProcess,
  type TestServer,
  usualConfig,
} from '../support/setup/index.ts';
import { waitFor } from '../support/wait-for.ts';

const server = await startInProcess(t, {
  ...usualConfig,
  profile: { delete_account: true },
  audit: { enabled: true, retention_days: 30 },
});
const { issuer } = server;
const data = `${issuer}/account/data`;
const deletion = `${issuer}/account/delete`;
const activity = `${issuer}/account/activity`;

let people = 0;
const open = async (options: Parameters<TestServer['signIn']>[1] = {}) => {
  people += 1;
  const login = `grace${people}`;
  const claims = { email: `${login}@example.com`, name: 'Grace Hopper' };
  const { id } = await server.addAccount({ username: login, password, claims });
  const browser = await signedInBrowser(server, login, {
    how: options,
    headers: { 'user-agent': 'Mozilla/5.0 (Windows NT 10.0) Chrome/140.0' },
  });
  return { browser, id, login };
};

const post = (browser: Browser, url: string, fields: Readonly<Record<string, string>>, origin = issuer) =>
  browser.request(url, { method: 'POST', body: new URLSearchParams(fields), headers: { origin } });

const refuseForged = async (t: Test, url: string, fields: Readonly<Record<string, string>>) => {
  const { browser } = await open();
  const { hidden } = formOf((await browser.open(url)).body);
  t.equal((await post(new Browser(), url, { ...hidden, ...fields })).status, 303, 'no session');
  const stranger = await open();
  t.equal((await post(stranger.browser, url, { ...hidden, ...fields })).status, 403, 'of another session');
  t.equal((await post(browser, url, fields)).status, 403, 'no token');
  t.equal((await post(browser, url, { ...hidden, ...fields }, 'https://evil.example')).status, 403);
  const stale = await open({ ago: 301 });
  t.equal((await stale.browser.request(url)).status, 303, 'an old session sees no form');
  const own = formOf((await stale.browser.open(`${issuer}/account/sessions/others`)).body);
  const late = await post(stale.browser, url, { ...own.hidden, ...fields });
  t.equal(late.status, 303);
  t.match(late.headers.get('location'), /^\/oauth\/authorize\?/);
};

t.test('the copy of all data needs a recent sign-in and its form', async (t) => {
  await refuseForged(t, data, {});
});

t.test('the copy has what there is of the account, and no secret', async (t) => {
  const { browser, id, login } = await open();
  const party = new RelyingParty(issuer);
  const { code, verifier } = await codeFor(party, browser);
  const { body: tokens } = await party.redeem(code, verifier);
  const address = '203.0.113.77';
  server.app.events.emit({
    type: 'admin.account.update',
    outcome: 'ok',
    account: id,
    address,
    correlation: 'c',
    details: { by: 'the-administrator' },
  });
  const { hidden } = formOf((await browser.open(data)).body);
  let answer = await post(browser, data, hidden);
  await waitFor('the audit record is written', async () => {
    answer = await post(browser, data, hidden);
    return answer.body.includes('token.issued') && answer.body.includes('admin.account.update');
  });
  t.equal(answer.status, 200);
  t.match(answer.headers.get('content-type'), 'application/json');
  t.match(answer.headers.get('content-disposition'), /^attachment/);
  t.equal(answer.headers.get('cache-control'), 'no-store');
  const copy = JSON.parse(answer.body);
  t.match(copy, {
    issuer,
    profile: { sub: id, username: login, claims: { name: 'Grace Hopper', email: `${login}@example.com` } },
    sessions: [{ methods: ['pwd'], clients: ['app'] }],
  });
  t.ok(copy.activity.some(({ type }: { type: string }) => type === 'token.issued'));
  const cookies = [...browser.cookies.values()].map(({ value }) => value);
  for (const secret of ['$argon2', password, code, tokens.access_token, tokens.refresh_token, ...cookies])
    t.notOk(answer.body.includes(String(secret)));
  for (const ofOthers of [address, 'the-administrator']) t.notMatch(answer.body, ofOthers, 'of others');
});

t.test('people see what happened, and nothing of others', async (t) => {
  const { browser, login } = await open();
  const other = await open();
  const party = new RelyingParty(issuer);
  const guesser = new Browser();
  const form = await guesser.open(party.authorizationUrl('v'.repeat(43)));
  await guesser.submit(form, { login, password: 'wrong' });
  let page = await browser.open(activity);
  await waitFor('the refused sign-in is recorded', async () => {
    page = await browser.open(activity);
    return page.body.includes('A sign-in was refused');
  });
  t.match(page.body, 'Your account was created');
  t.match(page.body, 'The App');
  t.match(page.body, /127\.0\.0\.1|::1/);
  t.equal((await new Browser().request(activity)).status, 303);
  t.equal((await browser.open(`${activity}?after=made-up`)).status, 400);
  const theirs = await other.browser.open(activity);
  t.notMatch(theirs.body, 'A sign-in was refused');
});

t.test('an account is deleted by its owner only, who typed the user name', async (t) => {
  await refuseForged(t, deletion, { login: 'grace1' });
  const { browser, login, id } = await open();
  const form = await browser.open(deletion);
  t.match(form.body, 'It is kept for 30 days.');
  for (const typed of ['', 'grace', `${login}x`]) {
    const page = await browser.submit(form, { login: typed });
    t.equal(page.status, 422);
    t.match(page.body, 'id="login-error"');
  }
  t.ok(await server.app.services.accounts.find(id));
});

t.test('a deletion under way ends with what was signed in', async (t) => {
  t.teardown(server.clock.restore);
  const { accounts, endEverything } = server.app.services;
  const endings: Readonly<Record<string, (id: string) => Promise<unknown>>> = {
    'everything was signed out': (id) => accounts.signOut(id),
    'everything was ended': (id) => endEverything(id),
    'there is a new password': (id) => accounts.setPassword(id, 'a lantern by the harbour'),
    'the account is disabled': (id) => accounts.disable(id),
  };
  for (const [name, end] of Object.entries(endings)) {
    const { browser, login, id } = await open();
    const form = await browser.open(deletion);
    const held = holdCommit(server.store, (writes) =>
      writes.some(({ op, key }) => op === 'remove' && key.kind === kinds.account),
    );
    const sent = browser.submit(form, { login });
    await held.arrived;
    server.clock.advance(1);
    await end(id);
    held.release();
    const page = await sent;
    t.match(page.body, 'login-submit', `${name}: the browser has to sign in`);
    t.ok(await accounts.find(id), name);
  }
});

t.test('a deleted account is gone with everything that was signed in', async (t) => {
  const { browser, login, id } = await open();
  const party = new RelyingParty(issuer);
  const scope = { scope: 'openid offline_access', prompt: 'consent' };
  const { code, verifier } = await codeFor(party, browser, scope);
  const { body: tokens } = await party.redeem(code, verifier);
  t.ok(tokens.refresh_token);
  const elsewhere = await signedInBrowser(server, login);

  const page = await browser.submit(await browser.open(deletion), { login: login.toUpperCase() });
  t.equal(page.url, `${issuer}/account/deleted`);
  t.equal(page.status, 200);
  const { accounts, sessions } = server.app.services;
  t.equal(await accounts.find(id), undefined);
  t.equal(await accounts.authenticate(login, password), undefined);
  t.strictSame((await sessions.list(id)).items, []);
  t.strictSame((await sessions.listGrants(id)).items, []);
  for (const one of [browser, elsewhere])
    t.equal((await one.request(`${issuer}/account`)).status, 303, 'the session is over');
  t.equal((await party.refresh(tokens.refresh_token ?? '')).body.error, 'invalid_grant');
  await t.rejects(server.addAccount({ username: login, password }), { code: 'username_kept' });
  await accounts.releaseName(login);
  const again = await server.addAccount({ username: login, password });
  t.not(again.id, id, 'the next owner of the name is another person');
});

t.test('deletion is off unless the operator allows it, and never for configured accounts', async (t) => {
  const ada = await signedInBrowser(server, 'ada');
  t.equal((await ada.open(deletion)).status, 409);
  const off = await startInProcess(t, { ...usualConfig });
  const browser = await signedInBrowser(off, 'ada');
  t.equal((await browser.open(`${off.issuer}/account/delete`)).status, 404);
  t.equal((await browser.open(`${off.issuer}/account/deleted`)).status, 404);
  const page = await browser.open(`${off.issuer}/account/data`);
  t.equal(page.status, 200);
  t.notMatch(page.body, 'account-delete');
});
