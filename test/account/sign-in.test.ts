import t, { type Test } from 'tap';
import { followPages } from '../support/follow-pages.ts';
import {
  Browser,
  basicAuthorization,
  codeFor,
  newVerifier,
  password,
  postForm,
  RelyingParty,
  signedInBrowser,
  startInProcess,
  type TestServer,
  usualConfig,
} from '../support/setup/index.ts';

const server = await startInProcess(t, {
  ...usualConfig,
  accounts: [...usualConfig.accounts, { username: 'bob', password }],
});
const { issuer } = server;
const person = { login: 'ada', password };

const signedIn = async (options: Parameters<TestServer['signIn']>[1] = {}): Promise<Browser> => {
  const browser = await signedInBrowser(server, 'ada', { how: options });
  return browser;
};

/** The redirect to the authorization endpoint that a page answers with. */
const authorizationOf = async (browser: Browser, path = '/account'): Promise<URL> => {
  const page = await browser.request(`${issuer}${path}`);
  const location = new URL(page.headers.get('location') ?? '', issuer);
  if (location.pathname !== '/oauth/authorize') throw new Error(`${page.status} leads to ${location}`);
  return location;
};

/** Follows the redirects to the callback, but does not open it. */
const callbackOf = async (browser: Browser, path = '/account/sign-in'): Promise<string> => {
  const page = await browser.request((await authorizationOf(browser, path)).href);
  const location = page.headers.get('location') ?? '';
  if (!location.startsWith(`${issuer}/account/callback?`)) throw new Error(`${page.status} ${location}`);
  return location;
};

t.test('without a session the pages lead to a sign-in, which leads back to the page', async (t) => {
  const browser = new Browser();
  const asked = (await authorizationOf(browser, '/account?of=mine')).searchParams;
  t.equal(asked.get('client_id'), 'postern-account');
  t.equal(asked.get('code_challenge_method'), 'S256');
  t.equal(asked.get('scope'), 'openid');
  t.ok(asked.get('nonce') && asked.get('state'));
  const page = await followPages(browser, `${issuer}/account?of=mine`, person);
  t.equal(page.status, 200);
  t.equal(page.url, `${issuer}/account?of=mine`);
  t.match(page.body, 'class="account-menu"');
  t.match(page.body, 'ada@example.com');
  t.equal(page.headers.get('cache-control'), 'no-store');
  t.match(page.headers.get('content-security-policy') ?? '', /frame-ancestors 'none'/);
});

t.test('each entry of the menu leads to a page, for mail and for requests too', async (t) => {
  const browser = await signedIn();
  const { body } = await browser.open(`${issuer}/account`);
  const [menu = ''] = /<nav class="account-menu"[\s\S]*?<\/nav>/.exec(body) ?? [];
  const paths = [...menu.matchAll(/href="([^"]+)"/g)].map(([, path = '']) => path);
  for (const path of ['/account/email', '/account/requests']) t.ok(paths.includes(path), paths.join());
  for (const path of paths) t.equal((await browser.open(`${issuer}${path}`)).status, 200, path);
  const requests = await browser.open(`${issuer}/account/requests`);
  t.match(requests.body, 'href="/account"', 'and this one leads back');
});

t.test('a session is enough, and one that no longer counts is not', async (t) => {
  const browser = await signedIn();
  t.equal((await browser.request(`${issuer}/account`)).status, 200);
  const { id } = await server.addAccount({ username: 'grace', password });
  const other = await signedInBrowser(server, 'grace');
  t.equal((await other.request(`${issuer}/account`)).status, 200);
  server.clock.advance(1);
  await server.app.services.accounts.setPassword(id, 'another long password');
  t.equal((await other.request(`${issuer}/account`)).status, 303);
});

const refuse = async (t: Test, browser: Browser, url: string): Promise<void> => {
  const page = await browser.request(url);
  t.equal(page.status, 400, url);
  t.match(page.body, 'class="account-again"');
};

t.test('the callback refuses what is not the answer to a request of this browser', async (t) => {
  const browser = await signedIn();
  const callback = await callbackOf(browser);
  const changed = (name: string, value: string): string => {
    const url = new URL(callback);
    if (value === '') url.searchParams.delete(name);
    else url.searchParams.set(name, value);
    return url.href;
  };
  await refuse(t, await signedIn(), callback);
  await refuse(t, browser, `${issuer}/account/callback`);
  const other = new URL(await callbackOf(browser)).searchParams;
  for (const [name, value] of [
    ['state', ''],
    ['state', `${new URL(callback).searchParams.get('state')}x`],
    ['state', other.get('state') ?? ''],
    ['code', ''],
    ['code', 'x'.repeat(43)],
    ['code', other.get('code') ?? ''],
    ['iss', ''],
    ['iss', 'https://other.example'],
  ] as const)
    await refuse(t, browser, changed(name, value));
  const denied = new URL(callback);
  denied.searchParams.delete('code');
  denied.searchParams.set('error', 'access_denied');
  await refuse(t, browser, denied.href);
  const head = await browser.request(callback, { method: 'HEAD' });
  t.equal(head.status, 404);
  const done = await browser.request(callback);
  t.equal(done.status, 303, 'none of the refused requests used the code up');
  t.equal(done.headers.get('location'), '/account');
  await refuse(t, browser, callback);
});

t.test('a code of another session or another client does not fit', async (t) => {
  const browser = await signedIn();
  const callback = await callbackOf(browser);
  for (const { name, value } of (await server.signIn('bob')).cookies) browser.setCookie(name, value);
  await refuse(t, browser, callback);

  const app = await signedIn();
  const { code } = await codeFor(new RelyingParty(issuer), app);
  const url = new URL(await callbackOf(app));
  url.searchParams.set('code', code);
  await refuse(t, app, url.href);
});

t.test('of eight requests with one code one is answered', async (t) => {
  const browser = await signedIn();
  const callback = await callbackOf(browser);
  const pages = await Promise.all(Array.from({ length: 8 }, () => browser.request(callback)));
  t.strictSame(pages.map(({ status }) => status).toSorted(), [303, ...Array(7).fill(400)]);
});

t.test('several tabs sign in at the same time', async (t) => {
  const browser = await signedIn();
  const callbacks = await Promise.all(
    ['/account/sign-in?to=/account/a', '/account/sign-in?to=/account/b'].map((path) =>
      callbackOf(browser, path),
    ),
  );
  const pages = await Promise.all(callbacks.map((url) => browser.request(url)));
  // The browser keeps one of the two cookies that it got at once.
  t.ok(pages.some(({ status }) => status === 303));
  const again = await Promise.all(
    ['/account/sign-in?to=/account/a', '/account/sign-in?to=/account/b'].map((path) =>
      callbackOf(browser, path),
    ),
  );
  const ends = await Promise.all(again.map((url) => browser.request(url)));
  t.strictSame(
    ends.map(({ headers }) => headers.get('location')),
    ['/account/a', '/account/b'],
  );
});

t.test('the sign-in leads back to account pages and the console only', async (t) => {
  const browser = await signedIn();
  for (const to of [
    'https://evil.example',
    '//evil.example',
    '/\\evil.example',
    '/accounts',
    '/administration',
    '/admin/../oauth/logout',
    '/oauth/logout',
    '/account/../oauth/logout',
    `/account/${'x'.repeat(600)}`,
  ]) {
    const callback = await callbackOf(browser, `/account/sign-in?to=${encodeURIComponent(to)}`);
    t.equal((await browser.request(callback)).headers.get('location'), '/account', to);
  }
  for (const [to, expected] of [
    ['/admin/accounts?q=ada', '/admin/accounts?q=ada'],
    [`/admin/${'x'.repeat(600)}`, '/admin'],
  ] as const) {
    const callback = await callbackOf(browser, `/account/sign-in?to=${encodeURIComponent(to)}`);
    t.equal((await browser.request(callback)).headers.get('location'), expected);
  }
});

t.test('no endpoint accepts the built-in client from a caller', async (t) => {
  const browser = await signedIn();
  const verifier = newVerifier();
  const callback = `${issuer}/account/callback`;
  const party = new RelyingParty(issuer, 'postern-account', undefined);
  const answer = await browser.request(
    party.authorizationUrl(verifier, { redirect_uri: callback, scope: 'openid', nonce: 'n' }),
  );
  const code = new URL(answer.headers.get('location') ?? '').searchParams.get('code') ?? '';
  t.ok(code, 'anybody may begin its flow');
  const redemption = {
    grant_type: 'authorization_code',
    code,
    redirect_uri: callback,
    code_verifier: verifier,
  };
  for (const secret of [undefined, 'x'.repeat(43), 'undefined']) {
    const authentication = secret === undefined ? {} : basicAuthorization('postern-account', secret);
    for (const path of ['/oauth/token', '/token', '/oauth/introspect', '/oauth/revoke', '/oauth/par']) {
      const response = await postForm(
        `${issuer}${path}`,
        { ...redemption, token: code, ...(secret === undefined && { client_id: 'postern-account' }) },
        authentication,
      );
      t.equal(response.status, 401, `${path} ${secret}`);
      t.equal(response.body['error'], 'invalid_client');
    }
  }
  const json = await fetch(`${issuer}/api/v1/tokens`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ authorization_code: code }),
  });
  t.ok(json.status >= 400, `${json.status}`);
  await refuse(t, browser, `${callback}?${new URLSearchParams({ code, iss: issuer, state: 'x' })}`);
});

t.test('the id of the built-in client is reserved, and it is in no list', async (t) => {
  const { clients } = server.app.services;
  const metadata = { redirect_uris: ['https://app.example.com/callback'] };
  await t.rejects(clients.add({ id: 'postern-account', type: 'web', metadata }), { code: 'client_reserved' });
  await t.rejects(clients.update('postern-account', { client_name: 'Mine' }), { code: 'client_reserved' });
  await t.rejects(clients.remove('postern-account'), { code: 'client_reserved' });
  await t.rejects(clients.addSecret('postern-account', { name: 'mine' }), { code: 'client_reserved' });
  const { items } = await clients.list();
  t.notOk(items.some(({ id }) => id === 'postern-account'));
  t.equal(await clients.closestId('postern-accounts'), undefined);
  await t.rejects(
    startInProcess(t, { clients: [{ ...usualConfig.clients[0], client_id: 'postern-account' }] }),
    /postern-account: client_id: is reserved/,
  );
});

t.test('a copy of the session cookie gets nothing of a sign-in that follows', async (t) => {
  const browser = await signedIn({ ago: 3_600 });
  const copy = new Browser();
  for (const [key, { value }] of browser.cookies) copy.setCookie(key.split(';')[0] ?? '', value);
  const statusOf = async (path: string): Promise<number> => (await copy.request(`${issuer}${path}`)).status;
  t.equal(await statusOf('/account'), 200);
  t.equal(await statusOf('/account/password'), 303);
  const page = await followPages(browser, `${issuer}/account/password`, person);
  t.equal(page.url, `${issuer}/account/password`, 'the owner has signed in again');
  for (const path of ['/account/password', '/account/authenticator/add', '/account'])
    t.equal(await statusOf(path), 303, path);
  t.equal((await browser.request(`${issuer}/account`)).status, 200);
});
