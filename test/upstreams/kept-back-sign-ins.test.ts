import t from 'tap';
import { startFakeUpstream } from '../support/fake-upstream.ts';
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
const { issuer, app } = server;

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
