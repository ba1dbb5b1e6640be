import { readFile } from 'node:fs/promises';
import t from 'tap';
import { checkAccessibility, newTab, signIn, startBrowserTest } from './browser-test.ts';

t.setTimeout(300_000);

const next = 'quite another passphrase';
const { postern, chromium } = await startBrowserTest(t, {
  audit: { enabled: true },
  profile: {
    delete_account: true,
    fields: [{ claim: 'team', label: { en: 'Team', de: 'Mannschaft', pl: 'Zespół' }, pattern: '[A-Za-z]+' }],
  },
});
const grace = { login: 'grace', password: 'correct horse battery' };
const claims = { name: 'Grace Hopper', email: 'grace@example.com', email_verified: true };
const { id } = await postern.addAccount({ username: grace.login, password: grace.password, claims });
const paths = ['', '/profile', '/password', '/sessions', '/sessions/others', '/activity', '/data', '/delete'];

t.test('the account pages work with JavaScript off', async (t) => {
  const context = await chromium.newContext({ javaScriptEnabled: false });
  t.teardown(() => context.close());
  const tab = await newTab(context, []);
  await tab.goto(`${postern.issuer}/account/profile`);
  await signIn(tab, grace);
  t.equal(tab.url(), `${postern.issuer}/account/profile`);

  await tab.fill('#claim-team', 'Navy');
  await tab.selectOption('#claim-zoneinfo', 'Europe/Berlin');
  await tab.click('.profile-submit');
  t.equal(await tab.locator('[role=status]').first().textContent(), 'Your profile was saved.');
  t.equal((await postern.app.services.accounts.find(id))?.claims['zoneinfo'], 'Europe/Berlin');

  await postern.signIn(grace.login);
  await tab.click('.account-menu >> text=Where you’re signed in');
  t.equal(await tab.locator('.entries > li').count(), 2);
  await tab.click('.session-end');
  await tab.click('.session-end-confirm');
  t.equal(await tab.locator('.entries > li').count(), 1);

  await tab.click('.account-menu >> text=Password');
  await tab.fill('#current', grace.password);
  await tab.fill('#password', next);
  await tab.click('.password-submit');
  t.equal(tab.url(), `${postern.issuer}/account/password?done=yes`);
  t.ok(await postern.app.services.accounts.authenticate(grace.login, next));

  await tab.click('.account-menu >> text=Your data');
  const [download] = await Promise.all([tab.waitForEvent('download'), tab.click('.data-copy')]);
  t.equal(download.suggestedFilename(), 'account.json');
  const copy = JSON.parse(await readFile(await download.path(), 'utf8'));
  t.match(copy.profile, { username: 'grace', claims: { team: 'Navy' } });

  await tab.click('.account-menu >> text=Sign out');
  await tab.click('.logout-confirm');
  await tab.goto(`${postern.issuer}/account`);
  t.match(tab.url(), '/interaction/', 'the sign-out ended the session');
});

t.test('axe finds nothing on the account pages, and they fit into 360 px', async (t) => {
  const complaints: string[] = [];
  const context = await chromium.newContext();
  t.teardown(() => context.close());
  const tab = await newTab(context, complaints);
  const { cookies } = await postern.signIn(grace.login);
  await context.addCookies(cookies.map((cookie) => ({ ...cookie, url: postern.issuer })));
  for (const path of paths) {
    const response = await tab.goto(`${postern.issuer}/account${path}`);
    t.equal(response?.status(), 200, path);
    await checkAccessibility(t, tab, `account${path.replaceAll('/', '-')}`);
  }
  await tab.goto(`${postern.issuer}/account/profile`);
  await tab.fill('#claim-team', '12');
  await tab.click('.profile-submit');
  await checkAccessibility(t, tab, 'account-profile-error');
  t.equal(await tab.evaluate<string>('document.activeElement.id'), 'claim-team');
  await tab.goto(`${postern.issuer}/account/callback`);
  await checkAccessibility(t, tab, 'account-sign-in-failed');
  t.strictSame(complaints, []);
});

t.test('the pages speak three languages', async (t) => {
  const context = await chromium.newContext({ viewport: { width: 360, height: 740 } });
  t.teardown(() => context.close());
  const tab = await newTab(context, []);
  const { cookies } = await postern.signIn(grace.login);
  await context.addCookies(cookies.map((cookie) => ({ ...cookie, url: postern.issuer })));
  const headings = new Map<string, Set<string>>(paths.map((path) => [path, new Set()]));
  const overflow = 'document.documentElement.scrollWidth - document.documentElement.clientWidth';
  for (const language of ['en', 'de', 'pl']) {
    for (const path of paths) {
      await tab.goto(`${postern.issuer}/account${path}?lang=${language}`);
      t.equal(await tab.locator('html').getAttribute('lang'), language);
      t.equal(await tab.evaluate<number>(overflow), 0, `${path} ${language}`);
      headings.get(path)?.add((await tab.locator('h1').textContent()) ?? '');
    }
  }
  for (const [path, texts] of headings) t.equal(texts.size, 3, `${path}: ${[...texts]}`);
});
