import t, { type Test } from 'tap';
import { setUpApp } from '../support/authenticator.ts';
import { startFakeUpstream } from '../support/fake-upstream.ts';
import {
  Browser,
  password,
  RelyingParty,
  redirectParameters,
  secret,
  startInProcess,
  usualConfig,
} from '../support/setup/index.ts';
import { locationOf, openLogin, settingsOf, signInBy, visitUpstream } from '../support/upstream-sign-in.ts';

const open = async (t: Test, more: Readonly<Record<string, unknown>> = {}, others: object = {}) => {
  const fake = await startFakeUpstream(t);
  const upstreams = [settingsOf(fake, { create: true, link: 'never', trust_email: true, ...more })];
  const server = await startInProcess(t, { ...usualConfig, upstreams, ...others });
  fake.person = { sub: 'u1', preferred_username: 'grace' };
  return { fake, server };
};

t.test('a response is good in the browser that began it, once', async (t) => {
  const { server } = await open(t);
  const browser = new Browser();
  const callback = await visitUpstream(browser, await openLogin(server.issuer, { browser }), 'acme');

  t.match(await new Browser().request(callback), { status: 400, body: 'expired' }, 'another browser');
  const changed = new URL(callback);
  changed.searchParams.set('state', `${changed.searchParams.get('state')}x`);
  t.equal((await browser.request(changed.href)).status, 400, 'another state');
  t.equal((await browser.request(callback.replace('/acme/', '/other/'))).status, 400, 'another upstream');
  t.equal((await browser.request(callback, { method: 'HEAD' })).status, 404, 'HEAD redeems nothing');

  const arrived = await browser.request(callback);
  const to = new URL(locationOf(arrived), callback).href;
  t.match(arrived.headers.getSetCookie().join(), /postern_upstream_\d+=; .*Max-Age=0/, 'its cookie ends');
  t.equal((await browser.request(callback)).status, 400, 'the same response again');

  t.match(await new Browser().request(to), { status: 400 }, 'the result in another browser');
  const stranger = new Browser();
  const other = await openLogin(server.issuer, { browser: stranger });
  t.equal(
    (await stranger.request(`${other.url}?${new URL(to).searchParams}`)).status,
    400,
    'for another sign-in',
  );
  t.equal((await browser.request(to.replace(/arrival=.*/, 'arrival=unknown'))).status, 400);

  t.ok(redirectParameters(await browser.open(to)).get('code'));
  t.equal((await browser.open(to)).status, 400, 'and a second time it is over');
});

t.test('what goes to the upstream: PKCE, state, nonce, and what the application asked for', async (t) => {
  const { fake, server } = await open(
    t,
    { acr: { 'https://refeds.org/profile/mfa': 'strong', '*': 'basic' }, amr: { mfa: 'mfa' } },
    { security: { acr_values: ['basic', 'strong'] } },
  );
  fake.person = { sub: 'u1', acr: 'https://refeds.org/profile/mfa', amr: ['mfa', 'iris'] };
  const parameters = {
    login_hint: 'grace@elsewhere.example',
    prompt: 'login',
    max_age: '60',
    acr_values: 'strong',
    ui_locales: 'de',
  };
  const browser = new Browser();
  const page = await openLogin(server.issuer, { browser, parameters });
  const last = await browser.open(await visitUpstream(browser, page, 'acme'));
  t.ok(redirectParameters(last).get('code'));
  const [sent] = fake.requests;
  t.match(Object.fromEntries(sent ?? []), {
    client_id: fake.clientId,
    redirect_uri: `${server.issuer}/upstream/acme/callback`,
    scope: 'openid profile email',
    code_challenge_method: 'S256',
    login_hint: 'grace@elsewhere.example',
    prompt: 'login',
    max_age: '60',
    ui_locales: 'de',
    acr_values: 'https://refeds.org/profile/mfa',
  });
  for (const name of ['state', 'nonce', 'code_challenge']) t.match(sent?.get(name), /^[\w-]{43}$/);
  const [session] = (await server.app.services.sessions.list(server.events.at(-1)?.account ?? '')).items;
  t.match(session, { acr: 'strong', methods: ['mfa'] }, 'acr and amr are those of the table');
});

t.test('max_age holds for the sign-in at the upstream', async (t) => {
  const { fake, server } = await open(t);
  fake.person = { sub: 'u1', auth_time: Math.floor(Date.now() / 1000) - 3600 };
  const last = await signInBy(server.issuer, 'acme', { parameters: { max_age: '60' } });
  t.match(last, { status: 400, body: 'was invalid' });
});

t.test('an address or an application leads to one upstream without a question', async (t) => {
  const { fake, server } = await open(t, { domains: ['acme.example'] });
  const going = (page: { body: string }) => page.body.includes('http-equiv="refresh"');
  const hinted = await openLogin(server.issuer, { parameters: { login_hint: 'Grace@ACME.example' } });
  t.ok(going(hinted));
  t.ok(going(await openLogin(server.issuer, { parameters: { idp_hint: 'acme' } })));
  t.ok(going(await openLogin(server.issuer, { parameters: { idp_hint: fake.issuer } })));
  t.notOk(going(await openLogin(server.issuer, { parameters: { idp_hint: 'unknown' } })));
  t.notOk(going(await openLogin(server.issuer, { parameters: { login_hint: 'grace@other.example' } })));

  const browser = new Browser();
  const page = await openLogin(server.issuer, { browser });
  const sent = await browser.submit(page, { login: 'grace@acme.example', password: '' });
  t.ok(going(sent), 'so does an address that is typed without a password');
  const [, href = ''] = /url=([^"]+)"/.exec(sent.body) ?? [];
  const left = await browser.request(new URL(href.replaceAll('&amp;', '&'), page.url).href);
  t.equal(new URL(locationOf(left)).searchParams.get('login_hint'), 'grace@acme.example');
  t.match(await browser.submit(page, { login: 'ada', password: '' }), { status: 422 });
});

t.test('a client for some ways to sign in accepts no session from another', async (t) => {
  const [app] = usualConfig.clients;
  const clients = [app, { ...app, client_id: 'strict', allowed_upstreams: ['acme'] }];
  const { server } = await open(t, {}, { clients: clients as typeof usualConfig.clients });
  const browser = new Browser();
  const strict = `${server.issuer}/oauth/authorize?${new URLSearchParams({
    client_id: 'strict',
    response_type: 'code',
    redirect_uri: 'http://localhost:4999/callback',
    scope: 'openid',
    nonce: 'n',
  })}`;
  const login = await openLogin(server.issuer, { browser });
  t.ok(redirectParameters(await browser.submit(login, { login: 'ada', password })).get('code'));
  const asked = await browser.open(strict);
  t.match(asked.body, 'http-equiv="refresh"', 'a session by password leads on to the upstream');
  const choice = await browser.open(`${asked.url}?choose=yes`);
  t.notMatch(choice.body, 'login-submit');
  const csrf = /name="csrf" value="([^"]+)"/.exec(login.body)?.[1] ?? '';
  const forced = await browser.request(asked.url, {
    method: 'POST',
    body: new URLSearchParams({ csrf, login: 'ada', password }),
    headers: { origin: server.issuer },
  });
  t.equal(forced.status, 403, 'and its form can not be sent there');

  const fresh = new Browser();
  await signInBy(server.issuer, 'acme', { browser: fresh });
  t.ok(redirectParameters(await fresh.open(strict)).get('code'), 'a session by the upstream is accepted');
});

t.test('nor does it accept the answer to a backchannel request in such a session', async (t) => {
  const grant = 'urn:openid:params:grant-type:ciba';
  const bank = {
    client_id: 'bank',
    client_secret: secret,
    grant_types: [grant],
    response_types: [],
    backchannel_token_delivery_mode: 'poll',
    allowed_upstreams: ['acme'],
  };
  const clients = [...usualConfig.clients, bank] as typeof usualConfig.clients;
  const accounts = [{ username: 'ada', password, email: 'ada@example.com', email_verified: true }];
  const { fake, server } = await open(t, { link: 'verified_email' }, { accounts, clients });
  fake.person = { sub: 'u1', email: 'ada@example.com', email_verified: true };
  const party = new RelyingParty(server.issuer, 'bank');
  const answerIn = async (browser: Browser) => {
    const { body } = await party.post('/oauth/ciba', { scope: 'openid', login_hint: 'ada' });
    const page = await browser.open(`${server.issuer}/account/requests`);
    const shown = await browser.submit(page, { decision: 'allow' });
    const polled = await party.post('/oauth/token', {
      grant_type: grant,
      auth_req_id: String(body['auth_req_id']),
    });
    return { shown, polled };
  };
  const local = new Browser();
  await local.submit(await openLogin(server.issuer, { browser: local }), { login: 'ada', password });
  const refused = await answerIn(local);
  t.match(refused.shown.body, 'doesn’t accept the way you signed in');
  t.match(refused.polled, { status: 400, body: { error: 'unmet_authentication_requirements' } });

  const away = new Browser();
  await signInBy(server.issuer, 'acme', { browser: away });
  const accepted = await answerIn(away);
  t.match(accepted.shown.body, 'Approved');
  t.match(accepted.polled, { status: 200, body: { id_token: String } });
});

t.test('the second factor of this server applies, unless the upstream has asked for one', async (t) => {
  const { fake, server } = await open(
    t,
    { amr: { mfa: 'mfa' } },
    { security: { factors: { required: 'always' } } },
  );
  t.match((await signInBy(server.issuer, 'acme')).headers.get('location'), null, 'a page asks for it');
  fake.person = { sub: 'u2', amr: ['mfa'] };
  t.ok(redirectParameters(await signInBy(server.issuer, 'acme')).get('code'));
  const skipping = await open(
    t,
    { second_factor: 'skip' },
    { security: { factors: { required: 'always' } } },
  );
  t.ok(redirectParameters(await signInBy(skipping.server.issuer, 'acme')).get('code'));
});

t.test('a sign-in begun in one browser and finished in another signs only the second one in', async (t) => {
  const { fake, server } = await open(t);
  const attacker = new Browser();
  const begun = await openLogin(server.issuer, { browser: attacker });
  const uid = new URL(begun.url).pathname.split('/').at(-1);

  // The attacker comes back from the upstream, and doesn't go on to the engine.
  fake.person = { sub: 'attacker', preferred_username: 'mallory' };
  const own = await attacker.request(await visitUpstream(attacker, begun, 'acme'));
  t.equal((await attacker.request(new URL(locationOf(own), begun.url).href)).status, 303);

  const victim = new Browser();
  for (const [key, { value, path }] of attacker.cookies)
    if (key.startsWith('postern_interaction')) victim.setCookie(key.split(';')[0] ?? '', value, path);
  fake.person = { sub: 'u1', preferred_username: 'grace' };
  const shown = await victim.open(begun.url);
  const arrived = await victim.request(await visitUpstream(victim, shown, 'acme'));
  t.equal((await victim.request(new URL(locationOf(arrived), begun.url).href)).status, 303);

  const taken = await attacker.open(`${server.issuer}/oauth/authorize/${uid}`);
  t.notOk(taken.headers.get('location')?.includes('code='), 'no code');
  t.notOk(await server.app.services.accounts.findByUsername('grace'), 'and the step was not reached');
});

t.test('no method of an upstream gives a level, which its own table does', async (t) => {
  const { fake, server } = await open(
    t,
    { amr: { otp: 'otp', hwk: 'hwk', mfa: 'mfa' } },
    { security: { acr_values: ['basic', 'strong'], factors: { second_factor_acr: 'strong' } } },
  );
  for (const amr of [['otp'], ['otp', 'mfa'], ['hwk', 'otp', 'mfa']]) {
    fake.person = { sub: `u-${amr.join('-')}`, amr };
    t.ok(redirectParameters(await signInBy(server.issuer, 'acme')).get('code'));
    const [session] = (await server.app.services.sessions.list(server.events.at(-1)?.account ?? '')).items;
    t.strictSame([session?.methods, session?.acr], [amr, undefined]);
  }
});

t.test('one address makes the server ask an upstream, and store what it says, only so often', async (t) => {
  const { fake, server } = await open(t, {}, { security: { throttle: { sign_in_start_per_address: 6 } } });
  const browser = new Browser();
  const callback = await visitUpstream(browser, await openLogin(server.issuer, { browser }), 'acme');
  const cookie = browser.cookiesFor(new URL(callback).pathname);
  const guess = callback.replace(/code=[^&]+/, 'code=guessed');
  const statuses: number[] = [];
  for (let sent = 0; sent < 10; sent += 1)
    statuses.push((await fetch(guess, { headers: { cookie }, redirect: 'manual' })).status);
  t.strictSame(statuses, [...Array(6).fill(303), ...Array(4).fill(429)]);
  t.equal(fake.calls.get('/token'), 6);
});

t.test(
  'an app that is added in such a session gives the level of an app, whatever the upstream has named',
  async (t) => {
    const { fake, server } = await open(
      t,
      { acr: { gold: 'top' }, amr: { hwk: 'hwk' } },
      {
        security: {
          acr_values: ['low', 'middle', 'high', 'top'],
          factors: { password_acr: 'low', second_factor_acr: 'middle', passkey_acr: 'high' },
        },
      },
    );
    const addApp = async (person: { readonly sub: string; readonly acr?: string }) => {
      fake.person = { amr: ['hwk'], ...person };
      const browser = new Browser();
      t.ok(redirectParameters(await signInBy(server.issuer, 'acme', { browser })).get('code'));
      const form = await browser.open(`${server.issuer}/account/authenticator/add`);
      await setUpApp(browser, form, server.clock.now());
      const { account = '' } = server.events.filter(({ type }) => type === 'sign-in').at(-1) ?? {};
      return (await server.app.services.sessions.list(account)).items[0];
    };
    t.match(await addApp({ sub: 'u3' }), { acr: 'middle', methods: ['hwk', 'otp', 'mfa'] });
    t.match(await addApp({ sub: 'u4', acr: 'gold' }), { acr: 'top' }, 'a stronger level stays');
  },
);
