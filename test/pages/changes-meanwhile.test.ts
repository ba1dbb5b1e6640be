import t, { type Test } from 'tap';
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

const other = 'https://notes.example.com/callback';
const ada = { login: 'ada', password };

/** Changes and repeated submissions between two pages of one sign-in. */
const open = async (t: Test, config: Readonly<Record<string, unknown>> = {}) => {
  const clock = createManualClock(Date.now());
  const server = await startInProcess(t, config, { clock });
  const { issuer, app } = server;
  const { accounts, clients, endEverything } = app.services;
  for (const username of ['ada', 'bob']) await accounts.add({ username, password });
  await clients.add({
    id: 'app',
    metadata: {
      client_name: 'Notes',
      token_endpoint_auth_method: 'none',
      redirect_uris: [redirectUri, other],
    },
  });
  const idOf = async (username: string): Promise<string> => {
    const account = await accounts.findByUsername(username);
    return account?.id ?? '';
  };
  const ask = (browser: Browser, parameters: Readonly<Record<string, string>> = {}): Promise<Page> =>
    browser.open(
      new RelyingParty(issuer, 'app', '').authorizationUrl(newVerifier(), {
        state: 'the-state',
        ...parameters,
      }),
    );
  const consent = async (browser: Browser, parameters: Readonly<Record<string, string>> = {}) => {
    const page = await browser.submit(await ask(browser, parameters), ada);
    t.match(page.body, 'consent-allow');
    return page;
  };
  return { clock, issuer, accounts, clients, endEverything, idOf, ask, consent };
};

const isSignIn = ({ status, body }: Page): boolean => status === 200 && body.includes('login-submit');
const allow = { decision: 'allow' };

t.test(
  "an account that was disabled or removed meanwhile can't give consent, and a sign-in is asked",
  async (t) => {
    const { accounts, idOf, ask, consent } = await open(t);
    for (const [username, end] of [
      ['ada', (id: string) => accounts.disable(id)],
      ['ada', (id: string) => accounts.remove(id)],
    ] as const) {
      const browser = new Browser();
      const page = await consent(browser);
      const id = await idOf(username);
      await end(id);
      t.ok(isSignIn(await browser.submit(page, allow)), 'in the middle of it');
      const later = await ask(browser);
      t.ok(isSignIn(later), 'and with the session that there was');
      t.notMatch(later.body, 'value="ada"', 'no name is held fast');
      t.equal(redirectParameters(await ask(browser, { prompt: 'none' })).get('error'), 'login_required');
      const refused = await browser.submit(later, ada);
      t.equal(refused.status, 422);
      const swapped = await browser.submit(await browser.submit(later, { login: 'bob', password }), {});
      t.match(swapped.body, 'consent-allow', 'another person may sign in instead');
      if (await accounts.find(id)) await accounts.enable(id);
    }
  },
);

t.test('a new password ends sign-ins made with the former one, finished or not', async (t) => {
  const { issuer, clock, accounts, idOf, ask, consent } = await open(t);
  const thief = new Browser();
  t.ok(redirectParameters(await thief.submit(await consent(thief), allow)).has('code'));
  const half = new Browser();
  const page = await half.submit(await ask(half, { prompt: 'consent' }), ada);
  clock.advance(5_000);
  await accounts.setPassword(await idOf('ada'), 'another password of hers');

  t.ok(isSignIn(await half.submit(page, allow)), 'between sign-in and consent');
  const waiting = await thief.open(`${issuer}/account/requests`);
  t.equal(waiting.status, 401, 'nothing is approved by it either');
  const again = await ask(thief);
  t.ok(isSignIn(again), 'a session');
  t.match(again.body, /value="ada"[^>]* readonly/, 'whose person only has to prove it again');
  t.equal((await thief.submit(again, ada)).status, 422);
  t.ok(
    redirectParameters(await thief.submit(again, { ...ada, password: 'another password of hers' })).has(
      'code',
    ),
  );
  t.ok(redirectParameters(await ask(thief)).has('code'), 'and is signed in from then on');
});

t.test('a client that lost the redirect URI or was removed gets no response', async (t) => {
  const { clients, ask, consent } = await open(t);
  const browser = new Browser();
  const page = await consent(browser, { redirect_uri: other, prompt: 'consent' });
  const fine = await ask(browser, { prompt: 'consent' });
  await clients.update('app', { redirect_uris: [redirectUri], client_name: 'Notes of tomorrow' });
  for (const answer of [await browser.open(page.url), await browser.submit(page, allow)]) {
    t.equal(answer.status, 400);
    t.match(answer.body, /href="\/errors\/invalid_redirect_uri"/);
    t.equal(answer.headers.get('location'), null);
    t.notMatch(answer.body, 'notes.example.com', 'no way there');
  }
  t.match((await browser.open(fine.url)).body, 'Notes of tomorrow', 'a page shows what is so now');
  await clients.remove('app');
  t.equal((await browser.open(fine.url)).status, 400);
  t.equal((await browser.submit(fine, allow)).status, 400);
});

t.test("a page shown to one person can't be submitted by the next one in the same browser", async (t) => {
  const { ask, consent, clients } = await open(t);
  const browser = new Browser();
  const adas = await consent(browser);
  const tab = await ask(browser, { prompt: 'login' });
  const swap = await browser.submit(await browser.open(`${tab.url}?another=yes`), { login: 'bob', password });
  const bobs = await browser.submit(swap, {});
  t.match(bobs.body, '<strong>bob</strong>');
  for (const page of [await browser.open(adas.url), await browser.submit(adas, allow)]) {
    t.equal(page.status, 400);
    t.match(page.body, 'This sign-in has expired');
  }
  t.ok(redirectParameters(await browser.submit(bobs, allow)).has('code'));
  const fresh = new Browser();
  t.match((await fresh.submit(await ask(fresh), ada)).body, 'consent-allow', 'ada has allowed nothing');
  t.ok(clients);
});

t.test('a request that fails leaves the person signed in', async (t) => {
  const { ask, consent, clients } = await open(t);
  const browser = new Browser();
  t.ok(redirectParameters(await browser.submit(await consent(browser), allow)).has('code'));
  const page = await ask(browser, { prompt: 'consent' });
  const answered = await browser.request(new URL(formOf(page.body).action, page.url).href, {
    method: 'POST',
    body: new URLSearchParams({ ...formOf(page.body).hidden, ...allow }),
  });
  await clients
    .update('app', { grant_types: ['client_credentials'], response_types: [], redirect_uris: [] })
    .catch(() => {});
  await clients.remove('app');
  const gone = await browser.open(answered.headers.get('location') ?? '');
  t.equal(gone.status, 400);
  t.notOk(
    gone.headers.getSetCookie().some((line) => line.startsWith('postern_session')),
    'the cookie stays',
  );
  await clients.add({
    id: 'app',
    metadata: { client_name: 'Notes', token_endpoint_auth_method: 'none', redirect_uris: [redirectUri] },
  });
  t.ok(redirectParameters(await ask(browser)).has('code'));
});

t.test('a form sent twice or late leads to the same page as the first one', async (t) => {
  const { issuer, accounts, clients, ask, consent } = await open(t, {
    pages: { create_account: true },
    security: { password: { memory_kib: 8192, passes: 1 }, throttle: { device_per_address: 0 } },
  });
  await clients.add({
    id: 'tv',
    metadata: {
      token_endpoint_auth_method: 'none',
      grant_types: ['urn:ietf:params:oauth:grant-type:device_code'],
      response_types: [],
    },
  });
  const browser = new Browser();
  const send = (page: Page, fields: Readonly<Record<string, string>> = {}): Promise<Page> =>
    browser.request(new URL(formOf(page.body).action, page.url).href, {
      method: 'POST',
      body: new URLSearchParams({ ...formOf(page.body).hidden, ...fields }),
      headers: { origin: issuer },
    });
  const follow = async (page: Page): Promise<Page> => {
    const location = page.headers.get('location');
    return location === null ? page : browser.open(new URL(location, page.url).href);
  };
  const device = async (scope = 'openid') => {
    const body = new URLSearchParams({ client_id: 'tv', scope });
    return (await fetch(`${issuer}/oauth/device_authorization`, { method: 'POST', body })).json();
  };
  t.ok(redirectParameters(await browser.submit(await consent(browser), allow)).has('code'));

  await t.test('the sign-in and consent forms can be sent twice', async (t) => {
    const fresh = await open(t);
    const person = new Browser();
    const post = (page: Page, fields: Readonly<Record<string, string>>): Promise<Page> =>
      person.request(new URL(formOf(page.body).action, page.url).href, {
        method: 'POST',
        body: new URLSearchParams({ ...formOf(page.body).hidden, ...fields }),
        headers: { origin: fresh.issuer },
      });
    const to = ({ headers, url }: Page): string => new URL(headers.get('location') ?? '', url).href;
    const login = await fresh.ask(person);
    const [first, second] = await Promise.all([post(login, ada), post(login, ada)]);
    t.equal(to(first), to(second), 'at the same moment');
    t.equal(to(await post(login, ada)), to(first), 'before the answer is taken up');
    t.equal((await person.request(to(first))).status, 303);
    const third = await post(login, ada);
    t.equal(third.status, 303, 'before the next page is there');
    const page = await person.open(to(third));
    t.match(page.body, 'consent-allow');

    const [allowed, twice] = await Promise.all([post(page, allow), post(page, allow)]);
    t.equal(to(allowed), to(twice));
    t.ok(redirectParameters(await person.request(to(twice))).has('code'));
    for (const late of [await post(page, allow), await person.open(to(allowed))]) {
      t.equal(late.status, 400);
      t.match(late.body, 'You’ve already completed this step', 'once the application has its response');
    }
  });

  await t.test('the account choice can be sent twice', async (t) => {
    const page = await ask(browser, { prompt: 'select_account' });
    const account = /name="account" value="([^"]+)"/.exec(page.body)?.[1] ?? '';
    const [one, two] = await Promise.all([send(page, { account }), send(page, { account })]);
    t.equal(one.status, 303);
    t.equal(two.status, 303);
    t.ok(redirectParameters(await follow(two)).has('code'));
  });

  await t.test('the form for a new account can be sent twice', async (t) => {
    const login = await ask(browser, { prompt: 'create' });
    t.match(login.body, 'create-submit');
    const fields = { login: 'grace', email: 'grace@example.com', password: 'a compiler is a tool' };
    const [one, two] = await Promise.all([send(login, fields), send(login, fields)]);
    t.equal(one.status, 303);
    t.equal(two.status, 303);
    const third = await send(login, fields);
    t.equal(third.status, 303);
    t.equal((await send(login, { ...fields, password: 'another one altogether' })).status, 422);
    t.ok(await accounts.findByUsername('grace'));
    const stranger = new Browser();
    const page = await ask(stranger, { prompt: 'create' });
    t.match((await stranger.submit(page, { ...fields, password: 'a guess of somebody' })).body, 'taken');
    await follow(await send(await follow(third), {}));
  });

  await t.test('the device code and its confirmation can be sent twice', async (t) => {
    const person = new Browser();
    t.ok(person);
    const { verification_uri, user_code } = await device();
    const enter = await browser.open(verification_uri);
    await send(enter, { user_code });
    const page = await send(enter, { user_code });
    t.match(page.body, 'device-approve');
    const first = await send(page);
    const second = await follow(await send(page));
    t.equal(second.status, 200);
    t.match(second.body, new RegExp(`value="${user_code}"`), 'the page of the code once more');
    t.match(second.body, 'Enter the code again', 'says why');
    const done = await browser.submit(await follow(first), allow);
    t.match(done.body, 'Device connected');
    t.match((await send(second, { user_code })).body, 'already used');

    const lost = await device('openid email');
    const confirm = await send(await browser.open(verification_uri), { user_code: lost.user_code });
    await send(confirm);
    const asked = await follow(await send(confirm));
    const stranger = new Browser();
    const elsewhere = await stranger.open(verification_uri);
    t.match((await stranger.submit(elsewhere, { user_code: lost.user_code })).body, 'already used');
    const again = await send(asked, { user_code: lost.user_code });
    t.match(again.body, 'device-approve', 'by whom it was confirmed, it can be confirmed once more');
    t.match((await browser.submit(await follow(await send(again)), allow)).body, 'Device connected');
  });

  await t.test('denying a device can be sent twice', async (t) => {
    const { verification_uri, user_code } = await device();
    const page = await send(await browser.open(verification_uri), { user_code });
    t.match((await send(page, { abort: 'yes' })).body, 'Device not connected');
    const late = await follow(await send(page, { abort: 'yes' }));
    t.equal(late.status, 200);
    t.match(late.body, 'device-submit');
    const again = await send(await browser.open(verification_uri), { user_code });
    t.equal(again.status, 422);
    const made = await send(again, { user_code, confirm: 'yes' });
    t.equal(made.status, 409);
    t.match(made.body, 'This code was already used');

    const other = await device();
    const confirm = await send(await browser.open(verification_uri), { user_code: other.user_code });
    const both = await Promise.all([send(confirm, { abort: 'yes' }), send(confirm, { abort: 'yes' })]);
    t.ok(
      both.some(({ body }) => body.includes('Device not connected')),
      'twice at the same moment',
    );
    for (const page of both) t.equal((await follow(page)).status, 200);
  });

  await t.test('signing out can be sent twice', async (t) => {
    const page = await browser.open(`${issuer}/oauth/logout`);
    await browser.open(`${issuer}/oauth/logout`);
    const asked = await follow(await send(page, { logout: 'yes' }));
    t.match(asked.body, 'logout-confirm', 'a page that is not the newest asks again');
    t.match((await follow(await send(asked, { logout: 'yes' }))).body, 'You’re signed out');
    t.match((await follow(await send(asked, { logout: 'yes' }))).body, 'You’re signed out');
    const data = await browser.request(`${issuer}/oauth/logout/confirm`, {
      method: 'POST',
      headers: { accept: 'application/json' },
    });
    t.equal(data.status, 400, 'a program gets the missing parameter');
  });
});

t.test(
  'a sign-in whose last redirect is kept back ends with what follows it in the same second',
  async (t) => {
    const { clock, issuer, accounts, endEverything, idOf, ask } = await open(t);
    const id = await idOf('ada');
    const signIn = async (browser: Browser, secret: string): Promise<string> => {
      const page = await ask(browser);
      const { action, hidden } = formOf(page.body);
      const answer = await browser.request(new URL(action, page.url).href, {
        method: 'POST',
        body: new URLSearchParams({ ...hidden, login: 'ada', password: secret }),
        headers: { origin: issuer },
      });
      return new URL(answer.headers.get('location') ?? '', page.url).href;
    };
    const isSignedIn = async (browser: Browser): Promise<boolean> =>
      (await browser.request(`${issuer}/account/sessions`)).status === 200;
    const another = 'another fine sentence';
    const ends = [
      { former: password, next: password, end: () => endEverything(id) },
      { former: password, next: another, end: () => accounts.setPassword(id, another) },
    ];
    for (const { former, next, end } of ends) {
      clock.advance(1_000 - (clock.now() % 1_000) + 100);
      const [thief, owner] = [new Browser(), new Browser()];
      const kept = await signIn(thief, former);
      clock.advance(50);
      await end();
      clock.advance(50);
      const fresh = await signIn(owner, next);
      clock.advance(3_000);
      t.ok(isSignIn(await thief.open(kept)), 'the person signs in again');
      t.notOk(await isSignedIn(thief), 'and there is no session that opens account pages');
      await owner.open(fresh);
      t.ok(await isSignedIn(owner), 'a sign-in that follows it in this second counts');
    }
  },
);
