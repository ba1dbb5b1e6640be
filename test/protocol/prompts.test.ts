import { decodeJwt } from 'jose';
import t, { type Test } from 'tap';
import {
  Browser,
  codeFor,
  formOf,
  newVerifier,
  type Page,
  password,
  RelyingParty,
  redirectParameters,
  redirectUri,
  startInProcess,
  usualConfig,
} from '../support/setup/index.ts';

// Fails without src/provider/overrides/session.ts.

const device = 'urn:ietf:params:oauth:grant-type:device_code';

const config = {
  ...usualConfig,
  accounts: [...usualConfig.accounts, { username: 'bob', password, email: 'bob@example.com' }],
  clients: [
    ...usualConfig.clients.map((client) => ({ ...client, grant_types: [...client.grant_types, device] })),
    { client_id: 'stranger', token_endpoint_auth_method: 'none', redirect_uris: [redirectUri] },
  ],
};

const verifier = newVerifier();

const open = async (t: Test, over: object = {}) => {
  const server = await startInProcess(t, { ...config, ...over });
  const app = new RelyingParty(server.issuer);
  const go = (browser: Browser, parameters: Record<string, string>) =>
    browser.open(app.authorizationUrl(verifier, parameters));
  /** Returns the user name of the account that a code was issued for. */
  const personOf = async (page: Page): Promise<string> => {
    const { body } = await app.redeem(redirectParameters(page).get('code') ?? '', verifier);
    const response = await fetch(`${server.issuer}/userinfo`, {
      headers: { authorization: `Bearer ${body['access_token']}` },
    });
    // The response of userinfo has the claims of an account.
    return ((await response.json()) as { preferred_username: string }).preferred_username;
  };
  return { server, app, go, personOf };
};

const press = (browser: Browser, page: Page): Promise<Page> =>
  page.body.includes('data-auto-submit') ? browser.submit(page, {}) : Promise.resolve(page);

t.test('prompt=select_account shows the choice of account (OpenID Connect Core §3.1.2.1)', async (t) => {
  const { app, go, personOf } = await open(t);

  await t.test("a person who isn't signed in signs in, and isn't asked to choose", async (t) => {
    const browser = new Browser();
    const login = await go(browser, { prompt: 'select_account' });
    t.match(login.body, 'login-submit');
    t.equal(await personOf(await browser.submit(login, { login: 'ada', password })), 'ada');
  });

  await t.test('a signed-in person continues with one press', async (t) => {
    const browser = new Browser();
    await codeFor(app, browser);
    const page = await go(browser, { prompt: 'select_account' });
    t.match(page.body, 'account-choice');
    t.match(page.body, 'ada@example.com');
    const id = /name="account" value="([^"]+)"/.exec(page.body)?.[1] ?? '';
    t.equal(await personOf(await browser.submit(page, { account: id })), 'ada');
  });

  await t.test('a person may choose another account, which then owns the session', async (t) => {
    const browser = new Browser();
    await codeFor(app, browser);
    const page = await go(browser, { prompt: 'select_account' });
    const login = await browser.submit(page, { another: 'yes' });
    t.match(login.body, 'login-submit');
    t.notMatch(login.body, 'readonly');
    const back = await press(browser, await browser.submit(login, { login: 'bob', password }));
    t.equal(await personOf(back), 'bob');
    t.equal(await personOf(await go(browser, {})), 'bob');
  });

  await t.test('an account id that was not offered is refused', async (t) => {
    const browser = new Browser();
    await codeFor(app, browser);
    const page = await go(browser, { prompt: 'select_account' });
    t.match(await browser.submit(page, { account: 'somebody' }), { body: /login-submit/ });
  });

  await t.test('a form without its MAC is refused', async (t) => {
    const browser = new Browser();
    await codeFor(app, browser);
    const page = await go(browser, { prompt: 'select_account' });
    t.equal((await browser.submit(page, { another: 'yes', csrf: 'guessed' })).status, 403);
  });
});

t.test('hints select the account (OpenID Connect Core §3.1.2.1)', async (t) => {
  const { server, app, go } = await open(t);
  const browser = new Browser();
  t.match(await go(browser, { login_hint: '"><b>ada' }), { body: /value="&quot;&gt;&lt;b&gt;ada"/ });
  const { code, verifier: own } = await codeFor(app, browser);
  const { body } = await app.redeem(code, own);
  const idToken = String(body['id_token']);

  for (const login_hint of ['ada', 'ADA', 'ada@example.com']) {
    t.ok(redirectParameters(await go(browser, { login_hint, prompt: 'none' })).get('code'), login_hint);
  }
  t.match(await go(browser, { login_hint: 'bob' }), { body: /account-choice/ });
  for (const login_hint of ['bob', 'nobody']) {
    const answer = redirectParameters(await go(browser, { login_hint, prompt: 'none' }));
    t.equal(answer.get('error'), 'account_selection_required', 'known or not');
  }

  const stranger = new RelyingParty(server.issuer, 'stranger');
  for (const login_hint of ['ada', 'bob']) {
    const guess = await browser.open(stranger.authorizationUrl(verifier, { login_hint, prompt: 'none' }));
    t.equal(
      redirectParameters(guess).get('error'),
      'consent_required',
      'who has no consent can not guess names',
    );
  }

  t.ok(redirectParameters(await go(browser, { id_token_hint: idToken, prompt: 'none' })).get('code'));
  const other = new Browser();
  const login = await go(other, {});
  await other.submit(login, { login: 'bob', password });
  const answer = redirectParameters(await go(other, { id_token_hint: idToken, prompt: 'none' }));
  t.equal(answer.get('error'), 'login_required', 'the id token of another person');
  for (const id_token_hint of ['nonsense', `${idToken.slice(0, -6)}AAAAAA`]) {
    t.equal(redirectParameters(await go(other, { id_token_hint })).get('error'), 'invalid_request');
  }
});

t.test('the person whom a request names, or no one (OpenID Connect Core §3.1.2.1, §5.5.1)', async (t) => {
  const { server, app, go, personOf } = await open(t);
  const { code, verifier: own } = await codeFor(app, new Browser());
  const { body } = await app.redeem(code, own);
  const hint = { id_token_hint: String(body['id_token']), state: 'mine' };

  const { sub } = decodeJwt(hint.id_token_hint);
  const claims = { claims: JSON.stringify({ id_token: { sub: { value: sub } } }), state: 'mine' };

  await t.test('a person who signs in as someone else is refused', async (t) => {
    for (const named of [hint, claims]) {
      const browser = new Browser();
      const back = await browser.submit(await go(browser, named), { login: 'bob', password });
      const answer = Object.fromEntries(redirectParameters(back));
      t.match(answer, { error: 'login_required', state: 'mine', iss: server.issuer });
      t.notOk('code' in answer);
    }
  });

  await t.test('someone else who is signed in is asked, and refused as the same person', async (t) => {
    const browser = new Browser();
    await browser.submit(await go(browser, {}), { login: 'bob', password });
    const asked = await go(browser, hint);
    t.match(asked.body, 'login-submit');
    const back = await press(browser, await browser.submit(asked, { password }));
    t.equal(redirectParameters(back).get('error'), 'login_required');
  });

  await t.test('the person signs in, with and without a session of someone else', async (t) => {
    for (const named of [hint, claims, { claims: JSON.stringify({ id_token: { sub: null } }) }]) {
      const fresh = new Browser();
      t.equal(await personOf(await fresh.submit(await go(fresh, named), { login: 'ada', password })), 'ada');
    }
    const browser = new Browser();
    await browser.submit(await go(browser, {}), { login: 'bob', password });
    const asked = await go(browser, hint);
    const login = await browser.open(`${asked.url}?another=yes`);
    const back = await press(browser, await browser.submit(login, { login: 'ada', password }));
    t.equal(await personOf(back), 'ada');
  });

  await t.test('a request of a device is for the person as well (RFC 8628 §3.3)', async (t) => {
    const { id_token_hint } = hint;
    const ask = async (login: string) => {
      const { body: asked } = await app.post('/oauth/device_authorization', {
        scope: 'openid',
        id_token_hint,
      });
      const browser = new Browser();
      const entered = await browser.open(`${server.issuer}/oauth/device`);
      const confirmed = await browser.submit(entered, { user_code: String(asked['user_code']) });
      const signedIn = await browser.submit(await browser.submit(confirmed, {}), { login, password });
      const poll = { grant_type: device, device_code: String(asked['device_code']) };
      return { page: signedIn, answer: await app.post('/oauth/token', poll) };
    };
    const other = await ask('bob');
    t.match(other.answer, { status: 400, body: { error: 'login_required' } });
    t.notMatch(other.page.body, 'Device connected');
    t.match(await ask('ada'), { answer: { status: 200 } });
  });
});

t.test('prompt=consent asks, and prompt=none shows no page (OpenID Connect Core §3.1.2.1)', async (t) => {
  const { app, go } = await open(t);
  const browser = new Browser();
  await codeFor(app, browser);
  t.match(await go(browser, { prompt: 'consent' }), { body: /consent-allow/ });
  const login = await go(browser, { prompt: 'login consent' });
  t.match(login.body, 'login-submit');
  t.match(await browser.submit(login, { login: 'ada', password }), { body: /consent-allow/ });
  t.ok(redirectParameters(await go(browser, { prompt: 'none' })).get('code'));
});

t.test('prompt=create is refused while sign-up is disabled', async (t) => {
  const { server, go } = await open(t);
  t.equal(redirectParameters(await go(new Browser(), { prompt: 'create' })).get('error'), 'invalid_request');
  const login = await go(new Browser(), {});
  t.notMatch(login.body, 'register=yes');
  const metadata = await (await fetch(`${server.issuer}/.well-known/openid-configuration`)).json();
  t.match(metadata, { prompt_values_supported: ['none', 'login', 'consent', 'select_account'] });
  t.notMatch(metadata, { prompt_values_supported: ['none', 'login', 'consent', 'select_account', 'create'] });
});

t.test(
  'prompt=create shows the sign-up form (Initiating User Registration via OpenID Connect 1.0)',
  async (t) => {
    const { server, app, go, personOf } = await open(t, {
      pages: { create_account: true },
      security: {
        password: { memory_kib: 8192, passes: 1, min_length: 12 },
        throttle: { registration_per_address: 4 },
      },
    });
    const good = {
      login: 'carol',
      name: 'Carol <b>',
      email: 'carol@example.com',
      password: 'a long enough one',
    };

    await t.test('an invalid form is shown again without the password', async (t) => {
      const browser = new Browser();
      const page = await go(browser, { prompt: 'create' });
      t.match(page, { status: 200, body: /create-submit/ });
      const wrong = [
        { login: '' },
        { login: 'a\u200bda' },
        { login: 'x'.repeat(300) },
        { email: '' },
        { email: 'carol' },
        { email: `${'c'.repeat(300)}@example.com` },
        { password: '' },
        { password: 'short' },
        { password: 'password123!' },
        { password: 'Carol-carol1' },
        { password: 'carol@example.com' },
        { login: 'аdа' },
        { login: 'сора' },
        { login: 'Adm1n' },
        { login: 'Postern-Support' },
        { login: 'boss@corp.example' },
        { login: good.email },
        { password: 'long'.repeat(100) },
      ];
      for (const fields of wrong) {
        const again = await browser.submit(page, { ...good, ...fields });
        t.equal(again.status, 422, JSON.stringify(fields).slice(0, 40));
        t.match(again.body, /aria-invalid="true"/);
        t.match(again.body, 'Carol &lt;b&gt;');
        t.notMatch(again.body, good.password);
      }
      t.equal((await browser.submit(page, { ...good, csrf: 'guessed' })).status, 403);
    });

    await t.test('the page says what is wrong with a name or a password', async (t) => {
      const browser = new Browser();
      const page = await go(browser, { prompt: 'create' });
      const said = {
        'is easy to guess': { password: 'qwertyuiop12' },
        'is mostly your name': { login: 'lovelace.family', password: 'Lovelace.family' },
        'letters of one alphabet': { login: 'pаypal' },
        'is reserved': { login: 'administrator' },
      };
      for (const [text, fields] of Object.entries(said))
        t.match((await browser.submit(page, { ...good, ...fields })).body, text);
    });

    await t.test('a user name belongs to one account, however it is typed', async (t) => {
      const browser = new Browser();
      const page = await go(browser, { prompt: 'create' });
      for (const login of ['ada', ' ADA ']) {
        t.match(await browser.submit(page, { ...good, login }), { status: 422, body: /aria-invalid="true"/ });
      }
    });

    await t.test(
      'the new person is signed in, and the email address is not marked as verified',
      async (t) => {
        const browser = new Browser();
        const page = await go(browser, { prompt: 'create' });
        t.equal(await personOf(await browser.submit(page, good)), 'carol');
        const account = await server.app.services.accounts.findByUsername('carol');
        t.match(account?.claims, { email: 'carol@example.com', email_verified: false, name: 'Carol <b>' });
        t.equal(await personOf(await go(browser, { prompt: 'none' })), 'carol');
      },
    );

    await t.test('the login page links to sign-up, and sign-up back to login', async (t) => {
      const browser = new Browser();
      const login = await go(browser, {});
      const link = (page: Page, text: string): string =>
        new URL(new RegExp(`href="([^"]*${text}=yes)"`).exec(page.body)?.[1] ?? '', server.issuer).href;
      const create = await browser.open(link(login, 'register'));
      t.match(create.body, 'create-submit');
      const again = await browser.open(link(create, 'sign-in'));
      t.match(again.body, 'login-submit');
      t.match(
        await browser.open(link(again, 'register')),
        { body: /create-submit/ },
        'as often as they like',
      );
      const asked = await go(browser, { prompt: 'create' });
      const signIn = await browser.open(link(asked, 'sign-in'));
      t.equal(await personOf(await browser.submit(signIn, { login: 'ada', password })), 'ada');
    });

    await t.test('sign-ups from one address are limited', async (t) => {
      const browser = new Browser();
      const page = await go(browser, { prompt: 'create' });
      const made = await browser.submit(page, { ...good, login: 'dave' });
      t.equal(made.status, 303, 'the fourth one this minute');
      const more = new Browser();
      const next = await go(more, { prompt: 'create' });
      const refused = await more.submit(next, { ...good, login: 'erin' });
      t.equal(refused.status, 429);
      t.equal(refused.headers.get('retry-after'), '60');
      t.match(refused.body, 'Too many accounts were created from your network');
      for (const typed of ['erin', good.email, 'Carol &lt;b&gt;']) t.match(refused.body, `value="${typed}"`);
      t.notMatch(refused.body, good.password);
      t.equal(await server.app.services.accounts.findByUsername('erin'), undefined);
    });

    await t.test('signing up over the session of another person signs that person out', async (t) => {
      const browser = new Browser();
      await codeFor(app, browser);
      const page = await go(browser, { prompt: 'create' });
      t.match(page.body, 'create-submit');
      t.ok(formOf(page.body).hidden['csrf']);
    });

    const metadata = await (await fetch(`${server.issuer}/.well-known/openid-configuration`)).json();
    t.match(metadata, { prompt_values_supported: ['none', 'login', 'consent', 'select_account', 'create'] });
  },
);
