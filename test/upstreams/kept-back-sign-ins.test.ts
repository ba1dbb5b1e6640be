import t from 'tap';
import { kinds } from '#src/store/record-kinds.ts';
import { codeAt, keyIn, setUpApp } from '../support/authenticator.ts';
import { startFakeUpstream } from '../support/fake-upstream.ts';
import { holdCommit } from '../support/hold-commit.ts';
import {
  Browser,
  type Page,
  password,
  postForm,
  redirectParameters,
  startInProcess,
  usualConfig,
} from '../support/setup/index.ts';
import { locationOf, openLogin, settingsOf, signInBy, visitUpstream } from '../support/upstream-sign-in.ts';
import { waitFor } from '../support/wait-for.ts';

/**
 * A browser keeps a redirect of a sign-in back, and follows it after the upstream has signed the person out, or after the
 * account has ended what was signed in.
 */
const acme = await startFakeUpstream(t);
const server = await startInProcess(t, {
  ...usualConfig,
  security: { throttle: { registration_per_address: 0 } },
  tokens: { interaction_ttl: 3600 },
  upstreams: [
    settingsOf(acme, { create: true, link: 'never' }),
    settingsOf(acme, { id: 'harbour', trust_email: true, link: 'verified_email' }),
  ],
});
const { issuer, app, store } = server;

const hasCode = (page: Page): boolean => page.headers.has('location') && redirectParameters(page).has('code');

/** Which redirect is kept back: the nth one to the engine, that to the page after the upstream, or that back from it. */
const keepBack = async (browser: Browser, visits: number, upstream = 'acme'): Promise<string> => {
  const back = await visitUpstream(browser, await openLogin(issuer, { browser }), upstream);
  if (visits < 0) return back;
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

/** Who has signed in last. */
const lastSignIn = (): string => {
  const isSignIn = ({ type, outcome }: (typeof server.events)[number]) =>
    type === 'sign-in' && outcome === 'ok';
  return server.events.filter(isSignIn).at(-1)?.account ?? '';
};

const kept = [
  ['this server', -1],
  ['the page after the upstream', 0],
  ['the step that signs the person in', 1],
  ['the end of the sign-in', 2],
] as const;

for (const [name, visits] of kept) {
  t.test(`a redirect to ${name} that is kept back`, async (t) => {
    acme.person = { sub: 'eve', sid: `s-${visits}` };
    t.ok(hasCode(await signInBy(issuer, 'acme')));
    const account = lastSignIn();
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
  const account = lastSignIn();
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

/** What ends the sign-ins of an account that have no session yet. */
const endings: Readonly<Record<string, (account: string, owner: Browser) => Promise<unknown>>> = {
  'all other sessions were ended': async (_account, owner) => {
    const page = await owner.submit(await owner.open(`${issuer}/account/sessions/others`), {});
    t.equal(page.status, 200);
  },
  'everything was signed out': (account) => app.services.endEverything(account),
  'a new password was set': (account) => app.services.accounts.setPassword(account, 'another long password'),
  'the account was disabled and enabled': async (account) => {
    await app.services.accounts.disable(account);
    await app.services.accounts.enable(account);
  },
};

const signedIn = async (sub: string) => {
  acme.person = { sub };
  const browser = new Browser();
  t.ok(hasCode(await signInBy(issuer, 'acme', { browser })));
  return { browser, account: lastSignIn() };
};

const isSignedIn = async (browser: Browser): Promise<boolean> =>
  (await browser.request(`${issuer}/account/sessions`)).status === 200;

for (const [name, visits] of kept) {
  t.test(`a redirect to ${name} that is kept back until`, async (t) => {
    t.teardown(server.clock.restore);
    for (const [what, end] of Object.entries(endings)) {
      await t.test(what, async (t) => {
        const { browser: owner, account } = await signedIn(`kim-${visits}-${what}`);
        server.clock.advance(1);
        const thief = new Browser();
        const at = await keepBack(thief, visits);
        server.clock.advance(1);
        await end(account, owner);
        server.clock.advance(visits < 1 ? 1 : 6);
        const signIns = server.events.length;
        t.notOk(hasCode(await thief.open(at)), 'signs no one in');
        t.notOk(await isSignedIn(thief));
        if (visits < 2)
          t.notOk(
            server.events.slice(signIns).some(({ type, outcome }) => type === 'sign-in' && outcome === 'ok'),
          );
        const later = new Browser();
        t.ok(hasCode(await later.open(await keepBack(later, visits))), 'a sign-in that follows it counts');
        t.ok(await isSignedIn(later));
      });
    }
  });
}

t.test('a sign-in that the person decides about later', async (t) => {
  t.teardown(server.clock.restore);
  await t.test('is of the time when they came back', async (t) => {
    const { account } = await signedIn('lee');
    const browser = new Browser();
    const at = await keepBack(browser, 0);
    server.clock.advance(1200);
    t.ok(hasCode(await browser.open(at)), 'it is good for an hour');
    const { items } = await app.services.sessions.list(account);
    const ages = items.map(({ signedInAt }) => Math.round((server.clock.now() - signedInAt) / 60_000));
    t.strictSame(ages, [20, 20]);
  });

  await t.test('ends with all other sessions while it waits for the second factor', async (t) => {
    const { browser: owner, account } = await signedIn('max');
    await app.services.accounts.update(account, { required: { add: ['factor'] } });
    server.clock.advance(6);
    const { accounts, sessions } = app.services;
    for (const end of [() => sessions.endOthers(account, ''), () => accounts.signOut(account)]) {
      const thief = new Browser();
      const at = await keepBack(thief, 1);
      server.clock.advance(1);
      await end();
      server.clock.advance(6);
      t.notMatch((await thief.open(at)).body, 'name="pending"', 'no app can be set up');
    }
    t.notOk(await isSignedIn(owner));
    const later = new Browser();
    const at = await keepBack(later, 0);
    server.clock.advance(1200);
    t.match((await later.open(at)).body, 'name="pending"', 'the step has its time from its beginning');
  });
});

t.test('a person who is to be linked by a verified address', async (t) => {
  t.teardown(server.clock.restore);
  const { accounts, upstreamLinks } = app.services;
  const claims = { email: 'noa@example.com', email_verified: true };
  const { id } = await server.addAccount({ username: 'noa', password, claims });
  acme.person = { sub: 'noa', ...claims };
  for (const visits of [-1, 0, 1]) {
    const thief = new Browser();
    const at = await keepBack(thief, visits, 'harbour');
    server.clock.advance(1);
    await accounts.signOut(id);
    server.clock.advance(1);
    t.notOk(hasCode(await thief.open(at)), 'signs no one in after everything was signed out');
    t.strictSame(await upstreamLinks.listOf(id), [], 'and is not linked');
  }
  const later = new Browser();
  t.ok(hasCode(await later.open(await keepBack(later, 0, 'harbour'))));
  t.equal((await upstreamLinks.listOf(id)).length, 1);
});
