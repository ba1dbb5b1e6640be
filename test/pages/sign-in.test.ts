import t, { type Test } from 'tap';
import type { Clock } from '#src/store/port.ts';
import { createManualClock } from '../support/clocks.ts';
import {
  Browser,
  formOf,
  newVerifier,
  type Page,
  password,
  RelyingParty,
  redirectParameters,
  redirectUri,
  startInProcess,
} from '../support/setup/index.ts';

// Fails without src/provider/overrides/interaction-find.ts.

const secret = 'a-secret-of-forty-three-characters-or-more-00';

const app = (id: string, more: object = {}) => ({
  client_id: id,
  client_name: `The ${id}`,
  client_secret: secret,
  redirect_uris: [redirectUri],
  grant_types: ['authorization_code', 'refresh_token'],
  first_party: true,
  ...more,
});

const config = {
  accounts: [
    { username: 'ada', password, email: 'ada@example.com' },
    { username: 'bob', password },
  ],
  clients: [
    app('app', { initiate_login_uri: 'https://app.example.com/begin?x=1' }),
    app('other', { client_uri: 'https://other.example.com/' }),
    app('homeless'),
  ],
};

const open = (t: Test, clock?: Clock) => startInProcess(t, config, clock && { clock });

const ada = { login: 'ada', password };

/** Follows an authorization request to the page it ends at. */
const visit = (
  server: { readonly issuer: string },
  browser: Browser,
  parameters: Readonly<Record<string, string>> = {},
): Promise<Page> => {
  const { client_id: id = 'app', ...others } = parameters;
  return browser.open(
    new RelyingParty(server.issuer, id).authorizationUrl(newVerifier(), { state: 'the-state', ...others }),
  );
};

const isCode = (page: Page): boolean => page.status === 303 && redirectParameters(page).has('code');
const cookieLine = (page: Page, name: RegExp): string =>
  page.headers.getSetCookie().find((line) => name.test(line) && !/\.sig=/.test(line.split(';')[0] ?? '')) ??
  '';

t.test(
  'a refused form is shown again with status 422 and the typed values, never the password',
  async (t) => {
    const server = await open(t);
    const browser = new Browser();
    const login = await visit(server, browser, { login_hint: 'ada@"><i>' });
    t.match(login.body, 'value="ada@&quot;&gt;&lt;i&gt;"', 'login_hint is filled in, as text');

    const empty = await browser.submit(login, { login: ' ', password: '' });
    t.equal(empty.status, 422);
    t.match(empty.body, /<title>Error: /);
    t.match(empty.body, /role="alert"[\s\S]*href="#login"[\s\S]*href="#password"/);
    t.match(empty.body, /id="login" [^>]*aria-invalid="true"/);

    const wrong = await browser.submit(login, { login: 'ada', password: 'guess', remember: 'yes' });
    t.equal(wrong.status, 422);
    t.match(wrong.body, /<input [^>]*value="ada" [^>]*id="login"/);
    t.match(wrong.body, /name="remember"[^>]* checked/);
    t.notMatch(wrong.body, 'guess');
    const unknown = await browser.submit(login, { login: 'nobody', password: 'guess' });
    const same = (page: Page): string =>
      page.body.replaceAll(/nobody|ada|<code>[^<]*<\/code>|remember"[^>]*|data-options="[^"]*"/g, '');
    t.equal(same(unknown), same(wrong), 'an unknown account gets the very same answer');
  },
);

t.test('"keep me signed in" decides how long the browser keeps the session', async (t) => {
  const server = await open(t);
  for (const [remember, lasts] of [
    [{}, false],
    [{ remember: 'yes' }, true],
  ] as const) {
    const browser = new Browser();
    const login = await visit(server, browser);
    const posted = await browser.request(new URL(formOf(login.body).action, login.url).href, {
      method: 'POST',
      body: new URLSearchParams({ ...formOf(login.body).hidden, ...ada, ...remember }),
    });
    const resumed = await browser.request(posted.headers.get('location') ?? '');
    const line = cookieLine(resumed, /^postern_session=/);
    t.match(line, /httponly/i);
    t.match(line, /samesite=lax/i);
    t.equal(/expires=/i.test(line), lasts);

    const again = await visit(server, browser, { prompt: 'login' });
    t.notMatch(again.body, 'name="remember"', 'signing in again does not ask');
    const page = await browser.request(new URL(formOf(again.body).action, again.url).href, {
      method: 'POST',
      body: new URLSearchParams({ ...formOf(again.body).hidden, ...ada }),
    });
    const later = await browser.request(page.headers.get('location') ?? '');
    t.equal(/expires=/i.test(cookieLine(later, /^postern_session=/)), lasts, 'and changes nothing about it');
  }
});

t.test(
  '"keep me signed in" is not offered where it is switched off, also after a refused form',
  async (t) => {
    const server = await startInProcess(t, {
      ...config,
      pages: { remember_me: false },
      security: { throttle: { sign_in_per_account: 1 } },
    });
    const browser = new Browser();
    const login = await visit(server, browser);
    const remember = 'yes';
    const pages = [
      login,
      await browser.submit(login, { login: 'ada', remember }),
      await browser.submit(login, { login: 'ada', password: 'wrong', remember }),
      await browser.submit(login, { login: 'ada', password: 'wrong', remember }),
    ];
    t.strictSame(
      pages.map(({ status }) => status),
      [200, 422, 422, 429],
    );
    for (const { status, body } of pages) t.notMatch(body, 'name="remember"', String(status));
  },
);

t.test(
  'signing in again keeps the user name, whatever the form says, until "Not you?" is pressed',
  async (t) => {
    const server = await open(t);
    const browser = new Browser();
    t.ok(isCode(await browser.submit(await visit(server, browser), ada)));

    const again = await visit(server, browser, { prompt: 'login' });
    t.match(again.body, /id="login"[^>]* readonly/);
    t.match(again.body, 'Not you?');
    const bobs = await browser.submit(again, { login: 'bob', password: 'not the password of ada' });
    t.equal(bobs.status, 422);
    t.match(bobs.body, 'value="ada"');

    const blank = await browser.open(`${again.url}?another=yes`);
    t.notMatch(blank.body, /id="login"[^>]* readonly/);
    const wrong = await browser.submit(blank, { login: 'bob', password: 'wrong' });
    t.match(wrong.body, 'value="bob"', 'the other name stays through a mistake');
    t.notMatch(wrong.body, /id="login"[^>]* readonly/);

    const swap = await browser.submit(wrong, { login: 'bob', password });
    t.match(swap.body, 'form-post-submit', 'the former session ends on a page with a button');
    const back = await browser.submit(swap, {});
    t.ok(isCode(back), 'and the sign-in goes on');
    const session = await visit(server, browser, { prompt: 'login' });
    t.match(session.body, 'value="bob"');
  },
);

t.test('a sign-in in one tab is known in the other', async (t) => {
  const server = await open(t);
  const browser = new Browser();
  const first = await visit(server, browser);
  const second = await visit(server, browser);
  const third = await visit(server, browser, { client_id: 'other' });
  const fresh = await visit(server, browser, { prompt: 'login' });
  t.ok(isCode(await browser.submit(first, ada)));

  for (const tab of [second, third]) {
    const reloaded = await browser.open(tab.url);
    t.equal(reloaded.status, 200);
    t.match(reloaded.body, /already signed in[\s\S]*ada/);
    const on = await browser.open(`${tab.url}?continue=yes`);
    t.ok(isCode(on), 'and goes on without a password');
    t.equal(redirectParameters(on).get('state'), 'the-state');
  }
  t.match((await browser.open(fresh.url)).body, 'login-submit', 'prompt=login is not satisfied by it');
  t.match((await browser.open(`${fresh.url}?continue=yes`)).body, 'login-submit');

  const stale = await visit(server, new Browser());
  t.match(
    (await browser.open(stale.url)).body,
    'This sign-in has expired',
    'an interaction is its own browser’s',
  );
});

t.test('a stale page forwards to the next step, or links back to its application', async (t) => {
  const clock = createManualClock(Date.now());
  const server = await open(t, clock);
  for (const [client, way] of [
    ['app', `href="https://app.example.com/begin?x=1&amp;iss=${encodeURIComponent(server.issuer)}"`],
    ['other', 'href="https://other.example.com/"'],
  ] as const) {
    const browser = new Browser();
    const login = await visit(server, browser, { client_id: client });
    t.ok(isCode(await browser.submit(login, ada)));
    const back = await browser.open(login.url);
    t.equal(back.status, 400);
    t.match(back.body, 'You’ve already completed this step');
    t.match(back.body, way);
    t.match(back.body, `Start again in The ${client}`);
    const sent = await browser.submit(login, ada);
    t.equal(sent.status, 400, 'the form of it as well');
    t.match(sent.body, way);
    t.notOk(sent.headers.get('cross-origin-opener-policy'), 'a popup keeps its opener');
  }
  const browser = new Browser();
  const login = await visit(server, browser, { client_id: 'homeless' });
  t.ok(isCode(await browser.submit(login, ada)));
  t.match(
    (await browser.open(login.url)).body,
    'Go back to the app and sign in from there',
    'without a known address nothing is made up',
  );

  const asked = await fetch(login.url, { headers: { accept: 'application/json' } });
  t.equal(asked.status, 400);
  t.match(await asked.json(), { error: 'interaction_expired' });

  const old = new Browser();
  const left = await visit(server, old);
  clock.advance(3_700_000);
  const late = await old.submit(left, ada);
  t.equal(late.status, 400, 'after its hour');
  t.match(late.body, 'This sign-in has expired');
  t.match(late.body, 'Start again in The app');
});

t.test('the back button and a form sent twice lead to the current page', async (t) => {
  const server = await startInProcess(t, {
    ...config,
    clients: [app('app', { first_party: false, client_uri: 'https://app.example.com/' })],
  });
  const browser = new Browser();
  const login = await visit(server, browser);
  const consent = await browser.submit(login, ada);
  t.match(consent.body, 'consent-allow');
  const back = await browser.open(login.url);
  t.equal(back.url, consent.url);
  t.match(back.body, 'consent-allow');
  const twice = await browser.submit(login, ada);
  t.equal(twice.url, consent.url);
  const done = await browser.submit(consent, { decision: 'allow' });
  t.ok(isCode(done));
  t.match((await browser.open(login.url)).body, 'Start again in The app');

  const fast = new Browser();
  const page = await visit(server, fast);
  const { action, hidden } = formOf(page.body);
  const send = () =>
    fast.request(new URL(action, page.url).href, {
      method: 'POST',
      body: new URLSearchParams({ ...hidden, login: 'bob', password }),
    });
  const [one, other] = await Promise.all([send(), send()]);
  t.equal(one.status, 303);
  t.equal(other.status, 303, 'two presses at once are two good answers');
  t.match((await fast.open(other.headers.get('location') ?? '')).body, 'consent-allow');
  const late = await fast.open(one.headers.get('location') ?? '');
  t.match(late.body, 'consent-allow', 'and the slower redirect finds the page as well');
});

t.test("a sign-in requires the form that the server's page issued (login CSRF)", async (t) => {
  const server = await open(t);
  const browser = new Browser();
  const login = await visit(server, browser);
  const other = await visit(server, new Browser());
  const post = (fields: Record<string, string>, headers: Record<string, string> = {}) =>
    browser.request(login.url, { method: 'POST', body: new URLSearchParams({ ...ada, ...fields }), headers });
  const csrf = formOf(login.body).hidden['csrf'] ?? '';
  t.equal((await post({})).status, 403, 'without the MAC');
  t.equal((await post({ csrf: '' })).status, 403);
  t.equal(
    (await post({ csrf: formOf(other.body).hidden['csrf'] ?? '' })).status,
    403,
    'with the MAC of another sign-in',
  );
  const foreign = await post({ csrf }, { origin: 'https://evil.example.com' });
  t.equal(foreign.status, 403, 'from another origin');
  t.notMatch(foreign.body, 'Your account', 'which says nothing of what an account may do');
  t.equal((await post({ csrf }, { origin: 'null' })).status, 403);
  t.equal((await post({ csrf }, { 'sec-fetch-site': 'cross-site' })).status, 403);
  t.equal((await post({ csrf }, { 'sec-fetch-site': 'same-site' })).status, 403, 'from a neighbour');
  const text = await browser.request(login.url, {
    method: 'POST',
    body: `csrf=${csrf}&login=ada&password=${encodeURIComponent(password)}`,
    headers: { 'content-type': 'text/plain' },
  });
  t.equal(text.status, 415);
  const twice = await browser.request(login.url, {
    method: 'POST',
    body: new URLSearchParams([...Object.entries({ csrf, ...ada }), ['login', 'bob']]),
  });
  t.equal(twice.status, 400, 'a field sent twice');
  const stranger = await fetch(login.url, {
    method: 'POST',
    body: new URLSearchParams({ csrf, ...ada }),
    redirect: 'manual',
  });
  t.equal(stranger.status, 400, 'without the cookie of the interaction');
  t.ok(isCode(await browser.submit(login, ada)), 'the form itself still works');
});

t.test('a cookie planted before the sign-in is worthless after it (session fixation)', async (t) => {
  const server = await open(t);
  const attacker = new Browser();
  await attacker.open(`${server.issuer}/oauth/device`);
  const planted = [...attacker.cookies].filter(([key]) => key.startsWith('postern_session'));
  t.equal(planted.length, 2, 'an anonymous session and its signature');

  const victim = new Browser();
  for (const [key, { value, path }] of planted) victim.setCookie(key.split(';')[0] ?? '', value, path);
  t.ok(isCode(await victim.submit(await visit(server, victim), ada)));
  t.ok(isCode(await visit(server, victim)), 'the victim is signed in');
  t.match(
    (await visit(server, attacker)).body,
    'login-submit',
    'and the attacker who planted the cookie is not',
  );
  const third = new Browser();
  for (const [key, { value, path }] of planted) third.setCookie(key.split(';')[0] ?? '', value, path);
  t.match((await visit(server, third)).body, 'login-submit');
});

t.test(
  'a sign-in started in one browser and finished in another does not sign the first one in',
  async (t) => {
    const server = await open(t);
    const attacker = new Browser();
    const begun = await visit(server, attacker);
    const uid = new URL(begun.url).pathname.split('/').at(-1);
    const victim = new Browser();
    for (const [key, { value, path }] of attacker.cookies) {
      if (key.startsWith('postern_interaction')) victim.setCookie(key.split(';')[0] ?? '', value, path);
    }
    const shown = await victim.open(begun.url);
    const answered = await victim.request(shown.url, {
      method: 'POST',
      body: new URLSearchParams({ ...formOf(shown.body).hidden, ...ada }),
    });
    t.equal(answered.status, 303);
    const taken = await attacker.open(`${server.issuer}/oauth/authorize/${uid}`);
    t.notOk(taken.headers.get('location')?.startsWith(redirectUri), 'no code');
    t.match((await visit(server, attacker)).body, 'login-submit', 'no session');
  },
);

t.test('a browser that signed in before is not delayed by the failures of others', async (t) => {
  const clock = createManualClock(Date.now());
  const server = await startInProcess(t, { ...config, proxy: { trusted: ['127.0.0.1'] } }, { clock });
  const at = (browser: Browser, address: string, page: Page, fields: Record<string, string>) =>
    browser.request(page.url, {
      method: 'POST',
      body: new URLSearchParams({ ...formOf(page.body).hidden, ...fields }),
      headers: { 'x-forwarded-for': address },
    });
  const browser = new Browser();
  const posted = await at(browser, '192.0.2.1', await visit(server, browser), ada);
  const line = cookieLine(posted, /^postern_device=/);
  t.match(line, /HttpOnly; SameSite=Lax/);
  t.match(line, /Max-Age=7776000/);
  t.match(
    line,
    /^postern_device=[\w-]{16}\.[0-9a-z]+\.[\w-]{43};/,
    'the cookie is an id, an expiry and a MAC, and does not name the account',
  );

  const attacker = new Browser();
  const target = await visit(server, attacker);
  for (let tries = 0; tries < 12; tries++)
    await at(attacker, `198.51.100.${tries}`, target, { login: 'ada', password: 'wrong' });
  const elsewhere = new Browser();
  const refused = await at(elsewhere, '203.0.113.1', await visit(server, elsewhere), ada);
  t.equal(refused.status, 429, 'a browser that is new here waits');
  t.ok(Number(refused.headers.get('retry-after')) > 0);
  t.match(refused.body, 'Too many attempts. Try again in ');

  const away = new Browser();
  for (const [key, { value, path }] of browser.cookies)
    if (key.startsWith('postern_device')) away.setCookie(key.split(';')[0] ?? '', value, path);
  t.equal(
    (await at(away, '203.0.113.2', await visit(server, away), ada)).status,
    303,
    'the one that is known does not',
  );

  const forged = new Browser();
  forged.setCookie(
    'postern_device',
    `${line.split(/[=;]/)[1]?.replace(/.$/, (last) => (last === 'A' ? 'B' : 'A'))}`,
  );
  t.equal(
    (await at(forged, '203.0.113.3', await visit(server, forged), ada)).status,
    429,
    'a forged cookie is ignored',
  );
  const bobs = new Browser();
  for (const [key, { value, path }] of browser.cookies)
    if (key.startsWith('postern_device')) bobs.setCookie(key.split(';')[0] ?? '', value, path);
  for (let tries = 0; tries < 12; tries++)
    await at(attacker, `198.51.100.${100 + tries}`, target, { login: 'bob', password: 'wrong' });
  t.equal(
    (await at(bobs, '203.0.113.4', await visit(server, bobs), { login: 'bob', password })).status,
    429,
    'and a mark is good for its own account only',
  );
});
