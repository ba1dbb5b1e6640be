import { decodeJwt } from 'jose';
import { freePort, startServer } from 'postern/testing';
import t from 'tap';
import { Browser, basicAuthorization, httpGet, postForm, type ResponseBody } from '../support/setup/index.ts';

const redirectUri = 'http://localhost:4999/callback';
const password = 'correct horse battery';

t.test('a test starts its own server', async (t) => {
  const server = await startServer({ settings: { tokens: { access_token_ttl: 300 } } });
  t.teardown(() => server.stop());
  const account = await server.addAccount({
    username: 'ada',
    password,
    claims: { email: 'ada@example.com', name: 'Ada' },
  });
  const web = await server.addClient({ type: 'web', metadata: { redirect_uris: [redirectUri] } });
  const redeem = (fields: Record<string, string>) =>
    postForm(
      `${server.issuer}/oauth/token`,
      { grant_type: 'authorization_code', ...fields },
      basicAuthorization(web.id, web.secret),
    );

  await t.test(
    'a code obtained without a page is a real one: it is redeemed once, with its verifier',
    async (t) => {
      const session = await server.signIn('ada', { ago: 30, amr: ['pwd', 'otp'] });
      t.equal(session.accountId, account.id);
      const { code, codeVerifier, callback } = await server.authorizationCode({
        client: web.id,
        session,
        scope: 'openid email',
        parameters: { state: 'here', nonce: 'once' },
      });
      t.equal(callback.origin + callback.pathname, redirectUri);
      t.match(Object.fromEntries(callback.searchParams), { state: 'here', iss: server.issuer });
      t.match(await redeem({ code, redirect_uri: redirectUri }), { status: 400 }, 'RFC 7636 §4.6');

      const right = { code, redirect_uri: redirectUri, code_verifier: codeVerifier ?? '' };
      const { status, body } = await redeem(right);
      t.equal(status, 200);
      t.match(decodeJwt(String(body.id_token)), { sub: account.id, nonce: 'once', amr: ['pwd', 'otp'] });
      t.equal(body.expires_in, 300, 'the settings are those of the test');
      const person = await httpGet(`${server.issuer}/userinfo`, {
        authorization: `Bearer ${body.access_token}`,
      });
      t.match(person.body, { sub: account.id, email: 'ada@example.com' });
      t.notOk('name' in person.body, 'what was not asked for is not given');
      t.match(await redeem(right), { status: 400, body: { error: 'invalid_grant' } });
      t.ok(server.events.some(({ reason, client }) => reason === 'invalid_grant' && client === web.id));
    },
  );

  await t.test('codes that are obtained at once are all good', async (t) => {
    const session = await server.signIn('ada');
    const codes = await Promise.all(
      Array.from({ length: 8 }, () => server.authorizationCode({ client: web.id, session })),
    );
    const answers = await Promise.all(
      codes.map(({ code, codeVerifier = '' }) =>
        redeem({ code, redirect_uri: redirectUri, code_verifier: codeVerifier }),
      ),
    );
    t.strictSame(
      answers.map(({ status }) => status),
      answers.map(() => 200),
    );
  });

  await t.test("a browser with the session's cookies is signed in", async (t) => {
    const { cookie } = await server.signIn('ada');
    const query = new URLSearchParams({
      client_id: web.id,
      response_type: 'code',
      redirect_uri: redirectUri,
      scope: 'openid phone',
      code_challenge: 'x'.repeat(43),
      code_challenge_method: 'S256',
    });
    const url = `${server.issuer}/oauth/authorize?${query}`;
    t.match((await new Browser().open(url)).body, 'login-submit', 'without them it is not');
    const page = await new Browser().open(url, { headers: { cookie } });
    t.match(page.url, /interaction/);
    const none = await httpGet(`${url}&prompt=none`, { cookie });
    t.match(none.headers.get('location'), /consent_required/);
    const allowed = await httpGet(url.replace('+phone', ''), { cookie });
    t.match(allowed.headers.get('location'), /code=/, 'a consent that a code was obtained by is remembered');
    const forged = await httpGet(`${url}&prompt=none`, { cookie: cookie.replace('.sig=', '.sig=x') });
    t.match(forged.headers.get('location'), /login_required/);
  });

  await t.test('an issuer-style client gets a code without a challenge', async (t) => {
    const audience = 'https://api.example.com';
    const { id } = await server.addClient({
      type: 'issuer',
      metadata: { redirect_uris: [redirectUri], audience },
    });
    const session = await server.signIn('ada');
    const { code } = await server.authorizationCode({ client: id, session, codeVerifier: null });
    const response = await fetch(`${server.issuer}/api/v1/tokens`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ authorization_code: code }),
    });
    t.equal(response.status, 201);
    // The endpoint responds with a JSON object.
    const { access_token } = (await response.json()) as ResponseBody;
    t.match(decodeJwt(String(access_token)), { sub: account.id, aud: audience });
  });

  await t.test('the clock moves for the engine and for the test', async (t) => {
    const session = await server.signIn('ada');
    const { code, codeVerifier } = await server.authorizationCode({ client: web.id, session });
    const before = Date.now();
    server.clock.advance(61);
    t.ok(Date.now() >= before + 61_000);
    t.ok(new Date() >= new Date(before + 61_000));
    t.ok(new Date(0) instanceof Date);
    t.match(await redeem({ code, redirect_uri: redirectUri, code_verifier: codeVerifier ?? '' }), {
      status: 400,
      body: { error: 'invalid_grant' },
    });
    const other = await startServer();
    t.teardown(() => other.stop());
    t.throws(() => other.clock.advance(1), /another clock/);
    t.throws(() => server.clock.advance(Number.NaN), TypeError);
    server.clock.restore();
    t.ok(Date.now() < before + 30_000);
  });

  await t.test('an impossible request throws with the remedy', async (t) => {
    const session = await server.signIn('ada');
    await t.rejects(server.signIn('grace'), /addAccount/);
    await t.rejects(server.authorizationCode({ client: 'nobody', session }), /addClient/);
    const machine = await server.addClient({ type: 'machine', metadata: {} });
    await t.rejects(server.authorizationCode({ client: machine.id, session }), /no redirect URI/);
    const request = { client: web.id, session };
    await t.rejects(
      server.authorizationCode({ ...request, parameters: { prompt: 'login' } }),
      /asked for something/,
    );
    await t.rejects(
      server.authorizationCode({ ...request, redirectUri: 'https://evil.example' }),
      /no code was given \(400\)/,
    );
    await server.app.services.accounts.disable(account.id);
    await t.rejects(server.signIn('ada'), /disabled/);
    await t.rejects(startServer({ settings: { tokns: {} } }), /tokens/, 'a mistake in the settings');
  });
});

t.test('ports requested concurrently are distinct', async (t) => {
  const ports = await Promise.all(Array.from({ length: 100 }, freePort));
  t.equal(new Set(ports).size, ports.length);
});

t.test('stopping frees everything', async (t) => {
  const started = Date.now();
  const server = await startServer();
  server.clock.advance(3600);
  const { issuer } = server;
  await Promise.all([server.stop(), server.stop()]);
  t.ok(Date.now() < started + 600_000, 'sets the clock back');
  await t.rejects(fetch(`${issuer}/livez`), 'and leaves nothing listening');
  await t.resolves(
    (async () => {
      await using other = await startServer();
      t.equal((await httpGet(`${other.issuer}/livez`)).status, 200);
    })(),
    'await using stops it as well',
  );
});
