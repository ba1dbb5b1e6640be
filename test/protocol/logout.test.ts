import { createServer, type Server } from 'node:http';
import { join } from 'node:path';
import { createRemoteJWKSet, decodeProtectedHeader, jwtVerify } from 'jose';
import t, { type Test } from 'tap';
import { createManualClock } from '../support/clocks.ts';
import {
  Browser,
  codeFor,
  newVerifier,
  password,
  RelyingParty,
  redirectUri,
  secret,
  startInProcess,
  type TestServer,
  usualConfig,
} from '../support/setup/index.ts';

// Fails without src/provider/overrides/client-logout.ts.

const signedOut = 'http://localhost:4999/signed-out';

interface Listener {
  readonly url: string;
  /** The bodies received. */
  readonly posts: URLSearchParams[];
  /** The statuses of the first responses; the following ones are 200. */
  readonly answers: number[];
  wait(posts: number): Promise<void>;
}

const listen = async (t: Test): Promise<Listener> => {
  const posts: URLSearchParams[] = [];
  const answers: number[] = [];
  let recorded = (): void => {};
  const server: Server = createServer((request, response) => {
    let body = '';
    request.on('data', (chunk) => {
      body += chunk;
    });
    request.on('end', () => {
      posts.push(new URLSearchParams(body));
      response.writeHead(answers.shift() ?? 200).end();
      recorded();
    });
  }).listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  t.teardown(() => new Promise((resolve) => server.close(resolve)));
  const address = server.address();
  const port = typeof address === 'object' ? address?.port : undefined;
  return {
    url: `http://127.0.0.1:${port}/told`,
    posts,
    answers,
    async wait(count) {
      while (posts.length < count) {
        await new Promise<void>((resolve) => {
          recorded = resolve;
        });
      }
    },
  };
};

const configOf = (backchannel?: string) => ({
  ...usualConfig,
  clients: [
    {
      ...usualConfig.clients[0],
      post_logout_redirect_uris: [signedOut],
      ...(backchannel && { backchannel_logout_uri: backchannel, backchannel_logout_session_required: true }),
    },
    {
      client_id: 'other',
      client_name: 'The Other',
      client_secret: secret,
      redirect_uris: [redirectUri],
      post_logout_redirect_uris: ['https://other.example.com/bye'],
      grant_types: ['authorization_code', 'refresh_token'],
      first_party: true,
      subject_type: 'pairwise',
      ...(backchannel && { backchannel_logout_uri: `${backchannel}?second` }),
    },
  ],
});

const tokensOf = async (party: RelyingParty, browser: Browser, parameters = {}) => {
  const { code, verifier } = await codeFor(party, browser, parameters);
  const { body } = await party.redeem(code, verifier);
  return {
    idToken: String(body['id_token']),
    access: String(body['access_token']),
    refresh: String(body['refresh_token']),
  };
};

const logoutUrl = (postern: TestServer, parameters: Record<string, string>) =>
  `${postern.issuer}/oauth/logout?${new URLSearchParams(parameters)}`;

t.test('RP-initiated logout works (OpenID Connect RP-Initiated Logout 1.0)', async (t) => {
  const postern = await startInProcess(t, configOf());
  const app = new RelyingParty(postern.issuer);

  await t.test('only a registered address is redirected to (§3)', async (t) => {
    const browser = new Browser();
    const { idToken } = await tokensOf(app, browser);
    const wrong = [
      'https://evil.example.com/',
      `${signedOut}/`,
      `${signedOut}?more`,
      'http://localhost:4998/signed-out',
      'https://other.example.com/bye',
      'javascript:alert(1)',
    ];
    for (const uri of wrong) {
      const page = await browser.open(
        logoutUrl(postern, { id_token_hint: idToken, post_logout_redirect_uri: uri }),
      );
      t.equal(page.status, 400, uri);
      t.notOk(page.headers.get('location'));
    }
    const unknown = await browser.open(
      logoutUrl(postern, { post_logout_redirect_uri: 'https://evil.example.com/' }),
    );
    t.match(unknown, { status: 200, body: /logout-confirm/ }, 'without a client it is passed over');
    const gone = await browser.submit(unknown, { logout: 'yes' });
    t.match(gone, { status: 200, url: `${postern.issuer}/oauth/logout/success`, body: /You’re signed out/ });
  });

  await t.test('hints that are forged, foreign or of another client are refused (§2)', async (t) => {
    const browser = new Browser();
    const { idToken, access } = await tokensOf(app, browser);
    const [header, payload] = idToken.split('.');
    for (const id_token_hint of ['nonsense', access, `${header}.${payload}.AAAA`, `${header}.${payload}.`]) {
      t.equal((await browser.open(logoutUrl(postern, { id_token_hint }))).status, 400);
    }
    t.equal(
      (await browser.open(logoutUrl(postern, { id_token_hint: idToken, client_id: 'other' }))).status,
      400,
    );
    t.equal((await browser.open(logoutUrl(postern, { client_id: 'nobody' }))).status, 400);
    t.equal(
      (await browser.open(`${logoutUrl(postern, { client_id: 'app' })}&client_id=other`)).status,
      400,
      'twice',
    );
  });

  await t.test('a form of another site signs no one out', async (t) => {
    const browser = new Browser();
    await tokensOf(app, browser);
    const page = await browser.open(logoutUrl(postern, {}));
    for (const fields of [{ logout: 'yes' }, { logout: 'yes', xsrf: 'guessed' }]) {
      const body = new URLSearchParams(fields);
      const forged = await browser.request(`${postern.issuer}/oauth/logout/confirm`, {
        method: 'POST',
        body,
      });
      t.equal(forged.status, 303, 'they are asked');
      t.equal(forged.headers.get('location'), '/oauth/logout');
    }
    t.match(page.body, 'logout-confirm');
    const still = await browser.open(app.authorizationUrl(newVerifier(), { prompt: 'none' }));
    t.match(still.headers.get('location'), 'code=');
  });

  await t.test('the page names account and applications, and redirects back with state (§3)', async (t) => {
    const browser = new Browser();
    const { idToken, access, refresh } = await tokensOf(app, browser);
    const other = new RelyingParty(postern.issuer, 'other');
    // OpenID Connect Core §11: consent is always asked for offline access.
    const offline = await tokensOf(other, browser, {
      scope: 'openid offline_access',
      prompt: 'consent',
    });
    const parameters = { id_token_hint: idToken, post_logout_redirect_uri: signedOut, state: 'a b&c' };
    const page = await browser.open(logoutUrl(postern, parameters));
    t.match(page.body, 'ada');
    t.match(page.body, 'The App');
    t.match(page.body, 'The Other');
    t.match(page.headers.get('content-security-policy'), "form-action 'self' http://localhost:4999");
    const back = await browser.submit(page, { logout: 'yes' });
    t.equal(back.headers.get('location'), `${signedOut}?state=a+b%26c`);

    const next = await browser.open(app.authorizationUrl(newVerifier(), { prompt: 'none' }));
    t.match(next.headers.get('location'), 'error=login_required');
    t.match(
      await app.refresh(refresh),
      { status: 400, body: { error: 'invalid_grant' } },
      'ended with the session',
    );
    t.same((await app.post('/oauth/introspect', { token: access })).body, { active: false });
    const kept = await other.refresh(offline.refresh);
    t.equal(kept.status, 200, 'what was for offline use stays');
  });

  await t.test('a person who stays remains signed in, and the page says so', async (t) => {
    const browser = new Browser();
    await tokensOf(app, browser);
    const page = await browser.open(logoutUrl(postern, {}));
    const stayed = await browser.submit(page, {});
    t.equal(stayed.url, `${postern.issuer}/`);
    const still = await browser.open(app.authorizationUrl(newVerifier(), { prompt: 'none' }));
    t.match(still.headers.get('location'), 'code=');
  });

  await t.test("a person who isn't signed in continues with one press, without a script", async (t) => {
    const { idToken } = await tokensOf(app, new Browser());
    const browser = new Browser();
    const parameters = { id_token_hint: idToken, post_logout_redirect_uri: signedOut, state: 'x' };
    const page = await browser.open(logoutUrl(postern, parameters));
    t.match(page.body, 'data-auto-submit');
    t.notMatch(page.body, /<script>/);
    t.match(page.headers.get('content-security-policy'), "form-action 'self' http://localhost:4999");
    const back = await browser.submit(page, {});
    t.equal(back.headers.get('location'), `${signedOut}?state=x`);
  });

  await t.test('logout accepts POST as well (§2)', async (t) => {
    const browser = new Browser();
    await tokensOf(app, browser);
    const body = new URLSearchParams({ client_id: 'app', post_logout_redirect_uri: signedOut });
    const page = await browser.open(`${postern.issuer}/oauth/logout`, { method: 'POST', body });
    t.match(page, { status: 200, body: /logout-confirm/ });
  });

  await t.test('another person may sign in over a session, which then ends', async (t) => {
    const { accounts } = postern.app.services;
    await accounts.add({ username: 'bob', password });
    const browser = new Browser();
    const before = await tokensOf(app, browser);
    const login = await browser.open(app.authorizationUrl(newVerifier(), { prompt: 'login' }));
    const switched = /href="([^"]*another=yes)"/.exec(login.body)?.[1] ?? '';
    const fresh = await browser.open(new URL(switched, postern.issuer).href);
    const leaving = await browser.submit(fresh, { login: 'bob', password });
    t.match(leaving.body, 'data-auto-submit', 'a page ends the former session');
    const back = await browser.submit(leaving, {});
    t.match(back.headers.get('location'), 'code=');
    t.match(await app.refresh(before.refresh), { status: 400 });
  });
});

t.test('back-channel logout is delivered (OpenID Connect Back-Channel Logout 1.0)', async (t) => {
  const listener = await listen(t);
  const postern = await startInProcess(t, configOf(listener.url));
  const app = new RelyingParty(postern.issuer);
  const other = new RelyingParty(postern.issuer, 'other');
  const metadata = await (await fetch(`${postern.issuer}/.well-known/openid-configuration`)).json();
  t.match(metadata, { backchannel_logout_supported: true, backchannel_logout_session_supported: true });
  t.notMatch(metadata, { frontchannel_logout_supported: true });

  const browser = new Browser();
  const { body } = await (async () => {
    const { code, verifier } = await codeFor(app, browser);
    return app.redeem(code, verifier);
  })();
  await codeFor(other, browser);
  // The first delivery is retried, and signing out doesn't wait for it.
  listener.answers.push(500);
  const page = await browser.open(logoutUrl(postern, {}));
  t.match(await browser.submit(page, { logout: 'yes' }), { status: 200, body: /signed out/ });
  await listener.wait(3);
  t.equal(listener.posts.length, 3, 'two applications, one of which was notified twice');

  const keys = createRemoteJWKSet(new URL(`${postern.issuer}/oauth/jwks`));
  const subjects = new Map<string, unknown>();
  for (const post of listener.posts) {
    const token = post.get('logout_token') ?? '';
    const { payload } = await jwtVerify(token, keys, { issuer: postern.issuer, typ: 'logout+jwt' });
    t.match(payload, { iat: Number, jti: String, exp: Number, sub: String });
    t.same(payload['events'], { 'http://schemas.openid.net/event/backchannel-logout': {} }, '§2.4');
    t.notOk(payload['nonce'], 'a nonce is forbidden');
    t.equal(decodeProtectedHeader(token).alg, 'RS256');
    subjects.set(String(payload.aud), payload);
  }
  t.match(subjects.get('app'), { sid: String });
  t.notMatch(subjects.get('other'), { sid: String }, 'only for those who want it');
  const { payload: idToken } = await jwtVerify(String(body['id_token']), keys);
  t.equal(
    idToken['sid'],
    (subjects.get('app') as { sid: string }).sid,
    'the session that the id token named',
  );
});

t.test('applications that never answer hold no notification of another (CWE-400)', async (t) => {
  const good = await listen(t);
  let givenUp = 0;
  const silent = createServer(({ socket }) => {
    socket.once('close', () => {
      givenUp += 1;
    });
  }).listen(0, '127.0.0.1');
  await new Promise((resolve) => silent.once('listening', resolve));
  t.teardown(() => {
    silent.closeAllConnections();
    silent.close();
  });
  const { port } = Object(silent.address());
  const { clients, ...config } = configOf(good.url);
  const [app] = clients;
  const slow = Array.from({ length: 70 }, (_, n) => ({
    ...app,
    client_id: `slow-${n}`,
    backchannel_logout_uri: `http://127.0.0.1:${port}/`,
  }));
  const postern = await startInProcess(t, { ...config, clients: [...clients, ...slow] });
  const signOut = async (browser: Browser) =>
    browser.submit(await browser.open(logoutUrl(postern, {})), { logout: 'yes' });
  const owner = new Browser();
  await codeFor(new RelyingParty(postern.issuer), owner);
  const stranger = new Browser();
  for (const { client_id } of slow) await codeFor(new RelyingParty(postern.issuer, client_id), stranger);
  await signOut(stranger);
  await signOut(owner);
  await good.wait(1);
  t.ok(givenUp < 60, `it was sent after ${givenUp} requests had come to nothing`);
});

t.test('pending deliveries survive a restart', async (t) => {
  const listener = await listen(t);
  const store = { url: `sqlite:${join(t.testdir(), 'postern.db')}` };
  const postern = await startInProcess(t, { ...configOf(listener.url), store });
  const browser = new Browser();
  await codeFor(new RelyingParty(postern.issuer), browser);
  listener.answers.push(503);
  const page = await browser.open(logoutUrl(postern, {}));
  await browser.submit(page, { logout: 'yes' });
  await listener.wait(1);
  const { items } = await postern.store.list('outbox', 'due', { limit: 10 });
  t.equal(items.length, 1, 'it stays in the store until it was heard');
  t.notMatch(JSON.stringify(items), /eyJ[\w-]+\.eyJ/, 'without any token');
  await postern.stop();

  const later = createManualClock(Date.now() + 10_000);
  const reopened = await startInProcess(t, { ...configOf(listener.url), store }, { clock: later });
  await listener.wait(2);
  await reopened.stop();
  t.equal(listener.posts.length, 2);
});
