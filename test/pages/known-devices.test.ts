import t, { type Test } from 'tap';
import { macOf } from '#src/form-mac.ts';
import {
  Browser,
  newVerifier,
  type Page,
  password,
  RelyingParty,
  startInProcess,
  type TestServer,
  usualConfig,
} from '../support/setup/index.ts';

const newPassword = 'a lantern by the harbour';
const daySeconds = 86_400;

const open = (t: Test): Promise<TestServer> =>
  startInProcess(t, {
    ...usualConfig,
    proxy: { trusted: ['127.0.0.1'] },
    security: {
      password: { memory_kib: 8192, passes: 1 },
      throttle: { sign_in_start_per_address: 0, sign_in_per_account: 10 },
    },
  });

const signIn = async (
  { issuer }: TestServer,
  browser: Browser,
  typed: { readonly login: string; readonly password: string },
): Promise<Page> => {
  const url = new RelyingParty(issuer).authorizationUrl(newVerifier(), { prompt: 'login' });
  return browser.submit(await browser.open(url), typed);
};

/** A browser in another place that has nothing but the cookie of known devices. */
const thiefOf = (browser: Browser, address: string): Browser => {
  const thief = new Browser({ 'x-forwarded-for': address });
  for (const [key, { value, path }] of browser.cookies)
    if (key.startsWith('postern_device')) thief.setCookie(key.split(';')[0] ?? '', value, path);
  return thief;
};

/** How many of five wrong passwords in each browser are checked. */
const guess = async (server: TestServer, browsers: readonly Browser[], login: string): Promise<number> => {
  let checked = 0;
  for (const browser of browsers)
    for (let n = 0; n < 5; n += 1) {
      const { status } = await signIn(server, browser, { login, password: `guess ${n}` });
      if (status === 422) checked += 1;
      else if (status !== 429) throw new Error(`status ${status}`);
    }
  return checked;
};

const idOf = async ({ app }: TestServer, username: string): Promise<string> =>
  (await app.services.accounts.findByUsername(username))?.id ?? '';

/** What ends that devices are known. */
const ends: Readonly<Record<string, (server: TestServer, id: string) => Promise<unknown>>> = {
  'a new password': ({ app }, id) => app.services.accounts.setPassword(id, newPassword, { keepTokens: true }),
  'a temporary password of an operator': ({ app }, id) =>
    app.services.accounts.resetPassword(id, { isTemporary: true }),
  'the end of everything that is signed in': ({ app }, id) => app.services.endEverything(id),
  async 'the removal of the account, when another person gets the name'(server, id) {
    await server.app.services.accounts.remove(id);
    await server.app.services.accounts.releaseName('grace');
    await server.addAccount({ username: 'grace', password: newPassword });
  },
};

for (const [what, end] of Object.entries(ends)) {
  t.test(`${what} ends that devices and addresses are known`, async (t) => {
    const server = await open(t);
    await server.addAccount({ username: 'grace', password });
    const thieves: Browser[] = [];
    for (let n = 0; n < 6; n += 1) {
      const browser = new Browser({ 'x-forwarded-for': '203.0.113.9' });
      t.equal((await signIn(server, browser, { login: 'grace', password })).status, 303);
      thieves.push(thiefOf(browser, '192.0.2.200'));
    }
    await end(server, await idOf(server, 'grace'));
    const checked = await guess(server, thieves, 'grace');
    t.ok(checked <= 6, `${checked} of 30 wrong passwords are checked`);
    for (let n = 0; n < 10; n += 1)
      await signIn(server, new Browser({ 'x-forwarded-for': `192.0.2.${n}` }), {
        login: 'grace',
        password: 'wrong',
      });
    const atAddress = new Browser({ 'x-forwarded-for': '203.0.113.9' });
    t.equal((await signIn(server, atAddress, { login: 'grace', password: 'guess' })).status, 429);
  });
}

t.test('a stranger who had the name of an account before knows no device of it', async (t) => {
  const server = await open(t);
  await server.addAccount({ username: 'grace', password });
  await server.addAccount({ username: 'mallory', password });
  const thieves: Browser[] = [];
  for (let n = 0; n < 6; n += 1) {
    const browser = new Browser({ 'x-forwarded-for': '203.0.113.9' });
    t.equal((await signIn(server, browser, { login: 'mallory', password })).status, 303);
    thieves.push(thiefOf(browser, '192.0.2.200'));
  }
  const { accounts } = server.app.services;
  await accounts.update(await idOf(server, 'mallory'), { username: 'mallory2' });
  await accounts.releaseName('mallory');
  await accounts.update(await idOf(server, 'grace'), { username: 'mallory' });
  t.ok((await guess(server, thieves, 'mallory')) <= 6);
});

t.test('the devices of one account have a limit together', async (t) => {
  const server = await open(t);
  await server.addAccount({ username: 'grace', password });
  const thieves: Browser[] = [];
  for (let n = 0; n < 15; n += 1) {
    const browser = new Browser({ 'x-forwarded-for': '203.0.113.9' });
    await signIn(server, browser, { login: 'grace', password });
    thieves.push(thiefOf(browser, `192.0.2.${n}`));
  }
  const checked = await guess(server, thieves, 'grace');
  t.ok(checked <= 60, `${checked} of 75 wrong passwords are checked`);
});

t.test('a cookie of 0.1.0 is good for an account that was not changed since', async (t) => {
  const server = await open(t);
  const { cookieKeys, accounts } = server.app.services;
  await server.addAccount({ username: 'grace', password });
  for (let n = 0; n < 6; n += 1)
    await signIn(server, new Browser({ 'x-forwarded-for': `192.0.2.${n}` }), {
      login: 'grace',
      password: 'wrong',
    });

  const browserSince = (setAtMs: number): Browser => {
    const browser = new Browser({ 'x-forwarded-for': '203.0.113.9' });
    const expiresAt = Math.floor(setAtMs / 1000 + 90 * daySeconds).toString(36);
    const mac = macOf(['device', 'grace', 'device0123456789', expiresAt], cookieKeys());
    browser.setCookie('postern_device', `device0123456789.${expiresAt}.${mac}`);
    return browser;
  };
  const typed = { login: 'grace', password };
  const before = browserSince(Date.now() - 1000 * daySeconds);
  t.equal((await signIn(server, before, typed)).status, 429, 'it may be of another account of this name');
  const since = browserSince(Date.now() + 2000);
  const copy = thiefOf(since, '203.0.113.8');
  t.equal((await signIn(server, since, typed)).status, 303);
  t.equal((await signIn(server, copy, typed)).status, 303);
  await accounts.setPassword(await idOf(server, 'grace'), newPassword);
  const later = { login: 'grace', password: newPassword };
  t.equal((await signIn(server, browserSince(Date.now() - 2000), later)).status, 429);
  t.equal((await signIn(server, since, later)).status, 429, 'nor does the cookie that took its place');
});
