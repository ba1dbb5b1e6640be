import t, { type Test } from 'tap';
import { type FakeUpstream, startFakeUpstream } from '../support/fake-upstream.ts';
import {
  Browser,
  type Page,
  password,
  redirectParameters,
  startInProcess,
  usualConfig,
} from '../support/setup/index.ts';
import { locationOf, openLogin, settingsOf, signInBy } from '../support/upstream-sign-in.ts';

const [acme, globex] = await Promise.all([startFakeUpstream(t), startFakeUpstream(t)]);
const bye = 'http://localhost:4999/bye';
const server = await startInProcess(t, {
  ...usualConfig,
  clients: [{ ...usualConfig.clients[0], post_logout_redirect_uris: [bye] }],
  upstreams: [
    settingsOf(acme, { create: true, link: 'never', logout: 'upstream' }),
    settingsOf(globex, { id: 'globex', create: true, link: 'never' }),
  ],
});
const { issuer } = server;

const signedIn = async (fake: FakeUpstream): Promise<Browser> => {
  fake.person = { sub: 'u1', preferred_username: 'grace' };
  const browser = new Browser();
  await signInBy(issuer, fake === acme ? 'acme' : 'globex', { browser });
  return browser;
};

const clientId = String(usualConfig.clients[0]?.client_id);

/** Signs out at the wish of the application, until the answer to the confirmation. */
const signOut = async (browser: Browser, form = { logout: 'yes' }, more = {}): Promise<Page> => {
  const query = new URLSearchParams({
    client_id: clientId,
    post_logout_redirect_uri: bye,
    state: 'the-state',
    ...more,
  });
  const asks = await browser.open(`${issuer}/oauth/logout?${query}`);
  return browser.submit(asks, form);
};

/** Where the page goes on to. */
const goesTo = ({ body }: Page): URL => {
  const [, href = ''] = /http-equiv="refresh" content="0; ?url=([^"]+)"/.exec(body) ?? [];
  return new URL(href.replaceAll('&amp;', '&'));
};

const isSignedIn = async (browser: Browser): Promise<boolean> =>
  !(await browser.open(`${issuer}/account`)).body.includes('login-submit');

const expectBye = (t: Test, page: Page): void =>
  void t.equal(locationOf(page), `${bye}?state=the-state`, 'the application gets its state');

t.test('a sign-out goes on to the upstream, and comes back to the application', async (t) => {
  const browser = await signedIn(acme);
  const page = await signOut(browser);
  const url = goesTo(page);
  t.equal(`${url.origin}${url.pathname}`, `${acme.issuer}/end`);
  const { state = '', ...parameters } = Object.fromEntries(url.searchParams);
  t.strictSame(parameters, {
    client_id: acme.clientId,
    logout_hint: 'u1',
    post_logout_redirect_uri: `${issuer}/upstream/acme/signed-out`,
  });
  t.match(state, /^[\w-]{43}$/);
  t.not(state, 'the-state');
  t.notOk(await isSignedIn(browser), 'the session here has ended before');

  const back = `${issuer}/upstream/acme/signed-out`;
  t.equal(locationOf(await browser.request(back)), '/oauth/logout/success', 'without the state');
  t.equal(locationOf(await browser.request(`${back}?state=${state}x`)), '/oauth/logout/success');
  t.equal(locationOf(await new Browser().request(`${back}?state=${state}`)), '/oauth/logout/success');
  const returned = await browser.request(`${back}?state=${state}`);
  expectBye(t, returned);
  t.match(returned.headers.getSetCookie().join(), /postern_upstream_out=; .*Max-Age=0/);
  t.equal(locationOf(await browser.request(`${back}?state=${state}`)), '/oauth/logout/success', 'once');
});

t.test('without an address of the application it ends at the page of this server', async (t) => {
  const browser = await signedIn(acme);
  const page = await browser.submit(await browser.open(`${issuer}/oauth/logout`), { logout: 'yes' });
  const state = goesTo(page).searchParams.get('state');
  const last = await browser.open(`${issuer}/upstream/acme/signed-out?state=${state}`);
  t.match(last, { status: 200, body: 'signed out' });
});

t.test('who stays signed in goes nowhere', async (t) => {
  const browser = await signedIn(acme);
  expectBye(t, await signOut(browser, {} as { logout: string }));
  t.ok(await isSignedIn(browser));
});

t.test('only a session that began at the upstream goes there', async (t) => {
  expectBye(t, await signOut(await signedIn(globex)));
  const browser = new Browser();
  await browser.submit(await openLogin(issuer, { browser }), { login: 'ada', password });
  expectBye(t, await signOut(browser));

  const changed = await signedIn(acme);
  const login = await openLogin(issuer, { browser: changed, parameters: { prompt: 'login' } });
  const other = await changed.open(`${login.url}?choose=yes&another=yes`);
  // The engine ends the session of the first person by a form that submits itself.
  const ending = await changed.submit(other, { login: 'ada', password });
  t.match(ending.body, 'name="xsrf"');
  t.ok(redirectParameters(await changed.submit(ending, {})).get('code'), 'another person goes on here');
  expectBye(t, await signOut(changed));
});

t.test('an upstream that has no such endpoint, or none that may be called, stops no sign-out', async (t) => {
  for (const endpoint of [undefined, 'javascript:alert(1)', 'not a url']) {
    const other = await startFakeUpstream(t);
    other.misbehaviour = { discovery: (metadata) => ({ ...metadata, end_session_endpoint: endpoint }) };
    const { issuer: own } = await startInProcess(t, {
      ...usualConfig,
      clients: [{ ...usualConfig.clients[0], post_logout_redirect_uris: [bye] }],
      upstreams: [settingsOf(other, { create: true, link: 'never', logout: 'upstream' })],
    });
    other.person = { sub: 'u1' };
    const browser = new Browser();
    await signInBy(own, 'acme', { browser });
    const asks = await browser.open(
      `${own}/oauth/logout?client_id=${clientId}&post_logout_redirect_uri=${bye}`,
    );
    t.equal(locationOf(await browser.submit(asks, { logout: 'yes' })), bye, String(endpoint));
  }
});
