import t from 'tap';
import { codeAt } from '../support/authenticator.ts';
import { addPasskey } from '../support/passkeys.ts';
import {
  Browser,
  codeFor,
  type Page,
  password,
  RelyingParty,
  startInProcess,
  type TestServer,
  usualConfig,
} from '../support/setup/index.ts';

const roundTrips: string[] = [];
const server = await startInProcess(
  t,
  { ...usualConfig, mail: { url: 'smtp://127.0.0.1:1', from: 'id@harbour.example' } },
  { observe: (operation) => void roundTrips.push(operation) },
);
const { issuer, app } = server;
const { accounts, factors } = app.services;

const signedIn = async (
  username: string,
  options?: Parameters<TestServer['signIn']>[1],
): Promise<Browser> => {
  const browser = new Browser();
  for (const { name, value } of (await server.signIn(username, options)).cookies)
    browser.setCookie(name, value);
  return browser;
};

/** What each row says, by its link. */
const rowsOf = ({ body }: Page): Readonly<Record<string, string>> =>
  Object.fromEntries(
    [
      ...(body.match(/<ul class="overview-links">.*?<\/ul>/s)?.[0] ?? '').matchAll(
        /<li><a href="([^"]+)">[^<]+<\/a>(.*?)<\/li>/gs,
      ),
    ].map(([, href = '', rest = '']) => [href, rest.replaceAll(/<[^>]+>/g, '').trim()]),
  );

const open = async (browser: Browser): Promise<Page> => {
  const page = await browser.request(`${issuer}/account`);
  t.equal(page.status, 200);
  return page;
};

t.test(
  'the overview of a new account says that it has nothing yet, and what would make it safer',
  async (t) => {
    await accounts.add({
      username: 'grace',
      password,
      claims: { name: 'Grace Hopper', email: 'grace@example.com', email_verified: false },
    });
    const page = await open(await signedIn('grace'));
    t.match(rowsOf(page), {
      '/account/profile': 'Grace Hopper',
      '/account/email': /^grace@example\.com\s+Not verified$/,
      '/account/password': 'Set',
      '/account/passkeys': 'None yet',
      '/account/authenticator': 'Not set up',
      '/account/sessions': 'This device only',
      '/account/apps': 'None yet',
      '/account/data': 'Download a copy',
    });
    const [advice = ''] = page.body.match(/<div class="notice overview-advice">.*?<\/div>/s) ?? [];
    t.match(advice, 'href="/account/passkeys"');
    t.match(advice, 'href="/account/email"');
    t.match(page.body, 'Your account was created on ');
  },
);

t.test('the rows say what the account has', async (t) => {
  await accounts.add({
    username: 'lin',
    password,
    claims: { email: 'lin@example.com', email_verified: true },
  });
  await addPasskey(server, 'lin');
  const account = await accounts.findByUsername('lin');
  if (!account) throw new Error('the account is gone');
  const { secret, pending } = factors.begin(account, 'here');
  await factors.enrol(account, { place: 'here', pending, code: codeAt(secret, Date.now()) });
  await accounts.setPassword(account.id, 'a longer password than before');
  const browser = await signedIn('lin', { amr: ['pwd', 'otp', 'mfa'] });
  await signedIn('lin');
  const page = await open(browser);
  t.match(rowsOf(page), {
    '/account/profile': 'lin',
    '/account/email': /^lin@example\.com\s+Verified$/,
    '/account/password': /^Changed on \w+ \d+, \d{4}$/,
    '/account/passkeys': '1 passkey',
    '/account/authenticator': 'Set up',
    '/account/sessions': '2 devices',
  });
  t.notMatch(page.body, 'overview-advice');
  t.notMatch(page.body, secret, 'the page has no secret');
  await accounts.removePassword(account.id);
  t.equal(rowsOf(await open(browser))['/account/password'], 'Not set');
});

t.test('an application counts once, and the account pages do not count', async (t) => {
  const browser = new Browser();
  const party = new RelyingParty(issuer);
  for (const scope of ['openid', 'openid offline_access'])
    await party.redeem(
      ...(await codeFor(party, browser, { scope, prompt: 'consent' }).then(
        ({ code, verifier }) => [code, verifier] as const,
      )),
    );
  const page = await open(browser);
  t.equal(rowsOf(page)['/account/apps'], '1 app has access');
  t.equal(rowsOf(page)['/account/sessions'], 'This device only');
});

t.test('the page reads everything at once', async (t) => {
  const browser = await signedIn('grace');
  await open(browser);
  roundTrips.length = 0;
  await open(browser);
  t.strictSame(
    roundTrips.filter((operation) => ['read', 'list', 'commit'].includes(operation)),
    ['read', 'read', 'list', 'list'],
    'the session; passkeys and factors, what is live, and consents, which are asked for together',
  );
});
