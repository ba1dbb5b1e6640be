import t from 'tap';
import { kinds } from '#src/store/record-kinds.ts';
import { codeAt, keyIn, setUpApp } from '../support/authenticator.ts';
import { startFakeUpstream } from '../support/fake-upstream.ts';
import { holdCommit } from '../support/hold-commit.ts';
import {
  Browser,
  type Page,
  postForm,
  redirectParameters,
  startInProcess,
  usualConfig,
} from '../support/setup/index.ts';
import { locationOf, openLogin, settingsOf, signInBy, visitUpstream } from '../support/upstream-sign-in.ts';
import { waitFor } from '../support/wait-for.ts';

/** A browser keeps a redirect of a sign-in back, and follows it after the upstream has signed the person out. */
const acme = await startFakeUpstream(t);
const server = await startInProcess(t, {
  ...usualConfig,
  upstreams: [settingsOf(acme, { create: true, link: 'never' })],
});
const { issuer, app, store } = server;

const hasCode = (page: Page): boolean => page.headers.has('location') && redirectParameters(page).has('code');

/** Which redirect is kept back: the nth one to the engine, or that to the page after the upstream. */
const keepBack = async (browser: Browser, visits: number): Promise<string> => {
  const back = await visitUpstream(browser, await openLogin(issuer, { browser }), 'acme');
  let at = new URL(locationOf(await browser.request(back)), issuer).href;
  for (let left = visits; left > 0; ) {
    at = new URL(locationOf(await browser.request(at)), issuer).href;
    if (new URL(at).pathname.startsWith('/oauth/authorize/')) left -= 1;
  }
  return at;
};

const sendLogout = async (claims: Parameters<typeof acme.logoutToken>[0]): Promise<void> => {
  const form = { logout_token: await acme.logoutToken(claims) };
  t.equal((await postForm(`${issuer}/upstream/acme/backchannel-logout`, form)).status, 200);
};

for (const [name, visits] of [
  ['the page after the upstream', 0],
  ['the step that signs the person in', 1],
  ['the end of the sign-in', 2],
] as const) {
  t.test(`a redirect to ${name} that is kept back`, async (t) => {
    acme.person = { sub: 'eve', sid: `s-${visits}` };
    t.ok(hasCode(await signInBy(issuer, 'acme')));
    const { account = '' } = server.events.filter(({ type }) => type === 'sign-in').at(-1) ?? {};
    const countSessions = async () => (await app.services.sessions.list(account)).items.length;
    for (const claims of [{ sub: 'eve' }, { sid: `s-${visits}` }, { sub: 'eve', sid: `s-${visits}` }]) {
      const browser = new Browser();
      const kept = await keepBack(browser, visits);
      await sendLogout(claims);
      t.equal(await countSessions(), 0);
      t.notOk(hasCode(await browser.open(kept)), 'signs no one in after the logout');
      t.equal(await countSessions(), 0);
      t.equal((await browser.request(`${issuer}/account/sessions`)).status, 303);
      t.ok(hasCode(await signInBy(issuer, 'acme')), 'a sign-in that follows it counts');
      await sendLogout(claims);
    }
    const others = [{ sub: 'bob' }, { sid: 'another' }, { sub: 'eve', sid: 'another' }];
    const browser = new Browser();
    const kept = await keepBack(browser, visits);
    for (const claims of others) await sendLogout(claims);
    t.ok(hasCode(await browser.open(kept)), 'is good after the logout of others');
  });
}

t.test('a sign-in that ends while the logout token is on its way', async (t) => {
  acme.person = { sub: 'grace' };
  t.ok(hasCode(await signInBy(issuer, 'acme')));
  const { account = '' } = server.events.filter(({ type }) => type === 'sign-in').at(-1) ?? {};
  const browsers = Array.from({ length: 12 }, () => new Browser());
  const kept: string[] = [];
  for (const browser of browsers) kept.push(await keepBack(browser, 2));
  const follow = browsers.map((browser, at) => browser.open(kept[at] ?? ''));
  await Promise.all([...follow, sendLogout({ sub: 'grace' })]);
  await waitFor(
    'no session is left',
    async () => (await app.services.sessions.list(account)).items.length === 0,
  );
  for (const browser of browsers) t.equal((await browser.request(`${issuer}/account/sessions`)).status, 303);
});

t.test('a session that is made while the logout token looks for it', async (t) => {
  acme.person = { sub: 'ada' };
  t.ok(hasCode(await signInBy(issuer, 'acme')));
  const { account = '' } = server.events.filter(({ type }) => type === 'sign-in').at(-1) ?? {};
  await sendLogout({ sub: 'ada' });
  const browser = new Browser();
  const kept = await keepBack(browser, 2);
  const held = holdCommit(store, (writes) => writes.some(({ key }) => key.kind === kinds.upstreamSession));
  const following = browser.open(kept);
  await held.arrived;
  await sendLogout({ sub: 'ada' });
  held.release();
  t.ok(hasCode(await following));
  await waitFor(
    'no session is left',
    async () => (await app.services.sessions.list(account)).items.length === 0,
  );
  t.equal((await browser.request(`${issuer}/account/sessions`)).status, 303);
});

t.test('a sign-in whose ID token names no session ends with a token that names one', async (t) => {
  acme.person = { sub: 'ken' };
  const browser = new Browser();
  const kept = await keepBack(browser, 2);
  await sendLogout({ sub: 'ken', sid: 'any' });
  t.notOk(hasCode(await browser.open(kept)));
});

t.test('the page after the upstream that is kept back creates no account', async (t) => {
  acme.person = { sub: 'new', preferred_username: 'new' };
  const browser = new Browser();
  const kept = await keepBack(browser, 0);
  await sendLogout({ sub: 'new' });
  t.notOk(hasCode(await browser.open(kept)));
  t.equal(await app.services.upstreamLinks.find('acme', 'new'), undefined);
  t.ok(hasCode(await signInBy(issuer, 'acme')));
  t.ok(await app.services.upstreamLinks.find('acme', 'new'));
});

t.test('a page for the second factor that is kept back', async (t) => {
  const withFactor = await startInProcess(t, {
    ...usualConfig,
    security: { password: { memory_kib: 8192, passes: 1 }, factors: { required: 'always', grace_days: 0 } },
    upstreams: [settingsOf(acme, { create: true, link: 'never' })],
  });
  t.teardown(withFactor.clock.restore);
  const { accounts, factors } = withFactor.app.services;
  const now = () => withFactor.clock.now();
  const signIn = async (browser: Browser): Promise<Page> => {
    acme.person = {
      sub: 'ruth',
      sid: 'of-ruth',
      preferred_username: 'ruth',
      auth_time: Math.floor(now() / 1000) - 10,
    };
    return signInBy(withFactor.issuer, 'acme', { browser });
  };
  const logOut = async (claims: Parameters<typeof acme.logoutToken>[0]): Promise<void> => {
    const form = { logout_token: await acme.logoutToken(claims) };
    t.equal((await postForm(`${withFactor.issuer}/upstream/acme/backchannel-logout`, form)).status, 200);
  };
  const isLogin = ({ status, body }: Page): boolean => status === 200 && body.includes('login-submit');
  const apps = async () => {
    const account = await accounts.findByUsername('ruth');
    return account && (await factors.of(account)).authenticators;
  };

  for (const claims of [{ sub: 'ruth' }, { sid: 'of-ruth' }]) {
    const browser = new Browser();
    const page = await signIn(browser);
    const fields = { code: codeAt(keyIn(page), now()) };
    withFactor.clock.advance(1);
    await logOut(claims);
    t.ok(isLogin(await browser.submit(page, fields)), 'sets up no app after the logout');
    t.same(await apps(), []);
    const shown = new Browser();
    const { url } = await signIn(shown);
    withFactor.clock.advance(1);
    await logOut(claims);
    t.ok(isLogin(await shown.open(url)), 'and shows no key');
  }

  const browser = new Browser();
  const page = await signIn(browser);
  withFactor.clock.advance(1);
  await logOut({ sub: 'bob' });
  const { key, page: codes } = await setUpApp(browser, page, now());
  t.ok(hasCode(await browser.submit(codes, {})), 'is good after the logout of another person');
  t.equal((await apps())?.length, 1);

  withFactor.clock.advance(31);
  const again = new Browser();
  const asked = await signIn(again);
  withFactor.clock.advance(1);
  await logOut({ sub: 'ruth' });
  const answer = await again.submit(asked, { code: codeAt(key, now()) });
  t.ok(isLogin(answer), 'completes no sign-in after the logout');
  withFactor.clock.advance(31);
  const later = await signIn(again);
  t.ok(hasCode(await again.submit(later, { code: codeAt(key, now()) })), 'a sign-in that follows it counts');
});
