import t from 'tap';
import { codeAt, keyIn, recoveryCodesIn, wrongCode } from '../support/authenticator.ts';
import { followPages } from '../support/follow-pages.ts';
import {
  Browser,
  formOf,
  type Page,
  password,
  signedInBrowser,
  type TestServer,
} from '../support/setup/index.ts';
import { parseMail } from '../support/smtp-server.ts';
import { startWithMail } from '../support/start-with-mail.ts';
import { waitFor } from '../support/wait-for.ts';

const { server, smtp } = await startWithMail(t, {
  security: {
    password: { memory_kib: 8192, passes: 1 },
    factors: { remember_days: 30 },
    throttle: { mail_per_recipient: 0 },
  },
});
const { issuer } = server;
const { factors } = server.app.services;
const path = `${issuer}/account/authenticator`;
const add = `${path}/add`;
const now = (): number => server.clock.now();

let people = 0;
const newPerson = async () => {
  people += 1;
  const username = `person${people}`;
  const email = `${username}@example.com`;
  const { id } = await server.addAccount({ username, password, claims: { email, email_verified: true } });
  const find = async () => {
    const account = await server.app.services.accounts.find(id);
    if (!account) throw new Error('no account');
    return account;
  };
  return { id, username, email, find };
};
type Person = Awaited<ReturnType<typeof newPerson>>;

const signedIn = async (
  { username }: Person,
  options: Parameters<TestServer['signIn']>[1] = {},
): Promise<Browser> => {
  const browser = await signedInBrowser(server, username, { how: options });
  return browser;
};

const isSignIn = ({ body }: Page): boolean => body.includes('login-submit');

const appsOf = async (person: Person): Promise<number> =>
  (await factors.of(await person.find())).authenticators.length;

const submitCode = (browser: Browser, form: Page, code: string): Promise<Page> =>
  browser.submit(form, { ...formOf(form.body).hidden, code });

/** Adds an app through the pages; the time step of its first code is over afterwards. */
const enrol = async (person: Person) => {
  const browser = await signedIn(person);
  const form = await browser.open(add);
  const key = keyIn(form);
  const page = await submitCode(browser, form, codeAt(key, now()));
  server.clock.advance(31);
  return { browser, key, page, codes: recoveryCodesIn(page) };
};

t.test('a session that was left open or stolen adds no app', async (t) => {
  const person = await newPerson();
  const stolen = await signedIn(person, { ago: 600 });
  t.ok(isSignIn(await stolen.open(add)), 'the form needs a recent sign-in');
  const fresh = await signedIn(person);
  const form = await fresh.open(add);
  server.clock.advance(301);
  const late = await submitCode(fresh, form, codeAt(keyIn(form), now()));
  t.ok(isSignIn(late), 'and so does the form that is sent');
  t.equal(await appsOf(person), 0);
});

t.test('an app is added with its first code only, in the form of this session', async (t) => {
  const person = await newPerson();
  const browser = await signedIn(person);
  const other = await signedIn(person);
  const form = await browser.open(add);
  t.match(form.body, /<svg class="qr"[^>]*role="img"/);
  t.notMatch(form.body, /<script(?! src)/);
  const key = keyIn(form);
  const { csrf = '', pending = '' } = formOf(form.body).hidden;
  t.notMatch(pending, key.replaceAll(' ', ''));
  const stranger = await newPerson();
  const strangers = formOf((await (await signedIn(stranger)).open(add)).body).hidden['pending'] ?? '';
  const others = formOf((await other.open(add)).body).hidden['pending'] ?? '';
  const good = codeAt(key, now());
  for (const [fields, text] of [
    [{ code: '' }, 'Enter the code that the app shows'],
    [{ code: wrongCode(good) }, 'That code isn’t correct'],
    [{ code: good, pending: '' }, 'The page was open for too long'],
    [{ code: good, pending: pending.slice(0, -8) }, 'The page was open for too long'],
    [{ code: good, pending: strangers }, 'The page was open for too long'],
    [{ code: good, pending: others }, 'The page was open for too long'],
  ] as const) {
    const refused = await browser.submit(form, { pending, ...fields });
    t.equal(refused.status, 422, text);
    t.match(refused.body, text);
    if (!('pending' in fields)) t.equal(keyIn(refused), key, 'the same QR code again');
  }
  const forged = await browser.request(add, {
    method: 'POST',
    body: new URLSearchParams({ pending, code: good }),
    headers: { origin: issuer },
  });
  t.equal(forged.status, 403, 'without the token of the form');
  const foreign = await browser.request(add, {
    method: 'POST',
    body: new URLSearchParams({ csrf, pending, code: good }),
    headers: { origin: 'https://evil.example' },
  });
  t.equal(foreign.status, 403, 'from another site');
  t.equal(await appsOf(person), 0);

  server.clock.advance(2);
  const done = await submitCode(browser, form, codeAt(key, now()));
  t.equal(done.status, 200);
  t.equal(done.headers.get('cache-control'), 'no-store');
  const codes = recoveryCodesIn(done);
  t.equal(codes.length, 10);
  const list = await browser.open(path);
  t.equal(list.url, path, 'this browser stays signed in');
  t.match(list.body, '10 codes are left');
  for (const code of codes) t.notMatch(list.body, code);
  t.ok(isSignIn(await other.open(path)), 'other sessions had the password only');
  t.match(
    parseMail(await smtp.next(person.email)).headers.get('subject')?.[0],
    'An authenticator app was added',
  );
  const stored = JSON.stringify((await server.store.dump()).entries);
  for (const secret of [key.replaceAll(' ', ''), ...codes, ...codes.map((code) => code.replace('-', ''))])
    t.notOk(stored.includes(secret), 'the store has no secret in clear');
  t.notMatch(JSON.stringify(server.events), new RegExp(codes.join('|')));

  const again = await submitCode(browser, form, codeAt(key, now()));
  t.equal(again.status, 200);
  t.equal(await appsOf(person), 1, 'a form that is sent twice adds one app');
});

t.test('with an app, what is sensitive needs it, also where the browser is remembered', async (t) => {
  const person = await newPerson();
  const { browser, key } = await enrol(person);
  const { id } = (await factors.of(await person.find())).authenticators[0] ?? {};
  const remove = `${path}/${id}/remove`;
  t.match((await browser.open(remove)).body, 'authenticator-remove', 'the session that added it has both');

  const thief = await signedIn(person);
  t.ok(isSignIn(await thief.open(remove)), 'a fresh session by password alone is too weak');
  const login = { login: person.username, password };
  const ask = await thief.submit(await thief.open(remove), login);
  t.match(ask.body, 'factor-submit');
  const strong = await thief.submit(ask, { code: codeAt(key, now()), remember_browser: 'yes' });
  t.match(strong.body, 'authenticator-remove', 'and leads to the page that was asked for');

  server.clock.advance(301);
  const later = await thief.submit(await thief.open(remove), { password });
  t.match(later.body, 'factor-submit', 'a remembered browser is asked as well');
  const forged = await thief.request(remove, { method: 'POST', headers: { origin: issuer } });
  t.not(forged.status, 303);
  t.equal(await appsOf(person), 1);

  const stranger = await signedIn(await newPerson());
  t.equal((await stranger.open(remove)).status, 404, 'another person has no such app');

  server.clock.advance(61);
  const last = await thief.submit(later, { code: codeAt(key, now()) });
  t.match(last.body, 'It is your last app');
  const list = await thief.submit(last, {});
  t.match(list.body, 'The app was removed');
  t.equal(await appsOf(person), 0);
  t.match(await factors.of(await person.find()), { recovery: undefined });
  await smtp.next(person.email);
  t.match(parseMail(await smtp.next(person.email)).headers.get('subject')?.[0], /removed/);
});

t.test('recovery codes are renewed, and run low', async (t) => {
  const person = await newPerson();
  const { browser, codes } = await enrol(person);
  const account = await person.find();
  for (const code of codes.slice(0, 7)) t.equal(await factors.useRecoveryCode(account, code), 'right');
  const low = await browser.open(path);
  t.match(low.body, '3 codes are left');
  t.match(low.body, 'running out of codes');
  const renewed = recoveryCodesIn(await browser.submit(await browser.open(`${path}/codes`), {}));
  t.equal(renewed.length, 10);
  t.equal(await factors.useRecoveryCode(account, codes[8] ?? ''), 'wrong', 'the former ones are void');
  await waitFor('the message about the new codes', () =>
    smtp.received.some(
      (mail) =>
        mail.to.includes(person.email) && parseMail(mail).text.includes('New recovery codes were made'),
    ),
  );
  t.equal(await factors.useRecoveryCode(account, renewed[0] ?? ''), 'right');
  const second = await browser.open(add);
  const added = await submitCode(browser, second, codeAt(keyIn(second), now()));
  t.equal(added.url, `${path}?done=added`, 'a second app keeps the codes');
  t.match(added.body, '9 codes are left');
});

t.test('the pages have three languages, and lead to a sign-in without a session', async (t) => {
  const person = await newPerson();
  for (const [language, text] of [
    ['de', 'Authenticator-App einrichten'],
    ['pl', 'Skonfiguruj aplikację uwierzytelniającą'],
  ] as const) {
    const browser = new Browser({ 'accept-language': language });
    const page = await followPages(browser, add, { login: person.username, password });
    t.match(page.body, text);
  }
});
