import t from 'tap';
import { followPages } from '../support/follow-pages.ts';
import {
  Browser,
  codeFor,
  formOf,
  type Page,
  password,
  RelyingParty,
  signedInBrowser,
  type TestServer,
} from '../support/setup/index.ts';
import { parseMail } from '../support/smtp-server.ts';
import { startWithMail } from '../support/start-with-mail.ts';

const { server, smtp } = await startWithMail(t);
const { issuer } = server;
const path = `${issuer}/account/password`;
const next = 'quite another passphrase';

let people = 0;
/** A new person, so that no test waits for the attempts of another. */
const newPerson = async (more: { readonly passwordless?: boolean } = {}) => {
  people += 1;
  const username = `person${people}`;
  const claims = { email: `${username}@example.com`, email_verified: true };
  const { id } = await server.app.services.accounts.add({
    username,
    claims,
    ...(more.passwordless !== true && { password }),
  });
  return { id, login: username, password, email: claims.email };
};
type Person = Awaited<ReturnType<typeof newPerson>>;

const signedIn = async (
  { login }: Person,
  options: Parameters<TestServer['signIn']>[1] = {},
): Promise<Browser> => {
  const browser = await signedInBrowser(server, login, { how: options });
  return browser;
};

const isPassword = async ({ login }: Person, candidate: string): Promise<boolean> =>
  (await server.app.services.accounts.authenticate(login, candidate)) !== undefined;

const authorization = (page: Page): URLSearchParams => {
  const url = new URL(page.headers.get('location') ?? '', issuer);
  return url.pathname === '/oauth/authorize' ? url.searchParams : new URLSearchParams();
};

t.test('browsers find the page by its well-known address', async (t) => {
  const { status, headers } = await new Browser().request(`${issuer}/.well-known/change-password`);
  t.equal(status, 303);
  t.equal(headers.get('location'), '/account/password');
});

t.test('without a session, or with one that is older than five minutes, the password stays', async (t) => {
  const person = await newPerson();
  t.equal(authorization(await new Browser().request(path)).get('client_id'), 'postern-account');
  const fresh = await signedIn(person);
  const { hidden } = formOf((await fresh.open(path)).body);
  const stale = await signedIn(person, { ago: 301 });
  t.ok(Number(authorization(await stale.request(path)).get('max_age')) <= 300);
  const post = (browser: Browser, fields: Readonly<Record<string, string>>) =>
    browser.request(path, {
      method: 'POST',
      body: new URLSearchParams({ ...fields, current: password, password: next }),
      headers: { origin: issuer },
    });
  t.equal((await post(stale, hidden)).status, 403, 'the token of another session');
  const staleForm = formOf((await stale.open(`${issuer}/account/sessions/others`)).body);
  const late = await post(stale, staleForm.hidden);
  t.equal(late.status, 303);
  t.ok(authorization(late).get('max_age'));
  t.equal((await post(fresh, { csrf: 'x' })).status, 403);
  t.equal((await post(new Browser(), hidden)).status, 303);
  t.ok(await isPassword(person, password));
  const page = await followPages(stale, path, person);
  t.equal(page.url, path, 'after the sign-in the person is on the page');
  t.match(page.body, 'name="current"');
});

t.test('a session of 4 minutes may send the form, and is too old to begin it', async (t) => {
  const person = await newPerson();
  const browser = await signedIn(person, { ago: 240 });
  t.equal((await browser.request(path)).status, 303);
  const { hidden } = formOf((await browser.open(`${issuer}/account/sessions/others`)).body);
  const wrong = await browser.request(path, {
    method: 'POST',
    body: new URLSearchParams({ ...hidden, current: 'wrong', password: next }),
    headers: { origin: issuer },
  });
  t.equal(wrong.status, 422);
});

t.test('each mistake is named, and nothing changes', async (t) => {
  const person = await newPerson();
  const browser = await signedIn(person);
  const form = await browser.open(path);
  for (const [fields, message] of [
    [{ current: '', password: next }, 'current-error'],
    [{ current: 'wrong', password: next }, 'current-error'],
    [{ current: password, password: '' }, 'password-error'],
    [{ current: password, password: 'short' }, 'password-error'],
    [{ current: password, password: 'password1234' }, 'password-error'],
    [{ current: password, password }, 'password-error'],
  ] as const) {
    const page = await browser.submit(form, fields);
    t.equal(page.status, 422, JSON.stringify(fields));
    t.match(page.body, `id="${message}"`);
    t.notMatch(page.body, next);
  }
  const statuses: number[] = [];
  for (let n = 0; n < 8; n += 1)
    statuses.push((await browser.submit(form, { current: `wrong${n}`, password: next })).status);
  t.ok(statuses.includes(429), 'guesses are limited like those at the sign-in');
  t.ok(await isPassword(person, password));
});

t.test(
  'the change ends all other sessions, gives this browser a new cookie and sends a notice',
  async (t) => {
    const person = await newPerson();
    const party = new RelyingParty(issuer);
    const open = async (scope: string) => {
      const browser = await signedIn(person);
      const { code, verifier } = await codeFor(party, browser, { scope, prompt: 'consent' });
      return { browser, tokens: (await party.redeem(code, verifier)).body };
    };
    const other = await open('openid');
    const offline = await open('openid offline_access');
    const browser = await signedIn(person);
    server.clock.advance(1.5);
    const stolen = new Browser();
    for (const [key, { value }] of browser.cookies) stolen.setCookie(key.split(';')[0] ?? '', value);
    const before = browser.cookies.get('postern_session;/')?.value;

    const earliest = Math.floor(server.clock.now() / 1000) * 1000;
    const page = await browser.submit(await browser.open(path), { current: password, password: next });
    t.equal(page.url, `${path}?done=yes`);
    t.match(page.body, 'role="status"');
    t.not(browser.cookies.get('postern_session;/')?.value, before);
    t.ok(await isPassword(person, next));
    t.notOk(await isPassword(person, password));
    for (const ended of [other.browser, offline.browser])
      t.equal((await ended.request(`${issuer}/account`)).status, 303);
    const { items } = await server.app.services.sessions.list(person.id);
    t.equal(items.length, 1);
    const signedInAt = Number(items[0]?.signedInAt);
    t.ok(signedInAt >= earliest && signedInAt <= server.clock.now(), 'it counts as a new sign-in');
    t.equal((await party.refresh(other.tokens.refresh_token ?? '')).body.error, 'invalid_grant');
    t.equal((await party.refresh(offline.tokens.refresh_token ?? '')).status, 200);
    t.equal((await stolen.request(`${issuer}/account`)).status, 303, 'the former cookie has ended');
    t.equal((await browser.request(`${issuer}/account`)).status, 200);
    t.match(parseMail(await smtp.next(person.email)).text, 'password of your account was changed');
  },
);

t.test('a ticked box also ends offline access', async (t) => {
  const person = await newPerson();
  const party = new RelyingParty(issuer);
  const other = await signedIn(person);
  const { code, verifier } = await codeFor(party, other, {
    scope: 'openid offline_access',
    prompt: 'consent',
  });
  const { body: tokens } = await party.redeem(code, verifier);
  const browser = await signedIn(person);
  server.clock.advance(1.5);
  await browser.submit(await browser.open(path), { current: password, password: next, offline: 'yes' });
  t.equal((await party.refresh(tokens.refresh_token ?? '')).body.error, 'invalid_grant');
  t.equal((await browser.request(path)).status, 200);
});

t.test('an account without a password gets one, and one of the configuration is left alone', async (t) => {
  const person = await newPerson({ passwordless: true });
  const browser = await signedIn(person, { amr: ['hwk', 'user'] });
  const form = await browser.open(path);
  t.notMatch(form.body, 'name="current"');
  t.equal((await browser.submit(form, { password: '' })).status, 422);
  t.equal((await browser.submit(form, { password: next })).status, 200);
  t.ok(await isPassword(person, next));

  const ada = await signedInBrowser(server, 'ada');
  const page = await ada.open(path);
  t.equal(page.status, 200);
  t.notMatch(page.body, 'name="password"');
  const { hidden } = formOf((await ada.open(`${issuer}/account/sessions/others`)).body);
  const forced = await ada.request(path, {
    method: 'POST',
    body: new URLSearchParams({ ...hidden, current: password, password: next }),
    headers: { origin: issuer },
  });
  t.equal(forced.status, 409);
});
