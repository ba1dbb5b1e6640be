import { createServer } from 'node:https';
import { getCACertificates, setDefaultCACertificates } from 'node:tls';
import { exportJWK, generateKeyPair } from 'jose';
import t from 'tap';
import { makeCertificate, san } from '../support/certificates.ts';
import { createClockAtMinuteStart } from '../support/clocks.ts';
import {
  Browser,
  codeFor,
  newVerifier,
  password,
  RelyingParty,
  redirectParameters,
  redirectUri,
  startInProcess,
  type TestServer,
  usualConfig,
} from '../support/setup/index.ts';

const initial = 'an-initial-access-token-of-the-operator';

const configOf = (registration: object = {}, more: object = {}) => ({
  ...usualConfig,
  registration: { enabled: true, ...registration },
  security: { password: { memory_kib: 8192, passes: 1 }, throttle: { registration_per_address: 0 } },
  ...more,
});

interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly body: Readonly<Record<string, unknown>>;
}

const send = async (url: string, init: RequestInit): Promise<Answer> => {
  const response = await fetch(url, init);
  const text = await response.text();
  return { status: response.status, headers: response.headers, body: text === '' ? {} : JSON.parse(text) };
};

const json = (body: unknown, token?: string): RequestInit => ({
  headers: { 'content-type': 'application/json', ...(token && { authorization: `Bearer ${token}` }) },
  body: typeof body === 'string' ? body : JSON.stringify(body),
});

const register = ({ issuer }: TestServer, body: unknown, token?: string): Promise<Answer> =>
  send(`${issuer}/oauth/register`, { method: 'POST', ...json(body, token) });

const manage = (client: Answer, method: string, body?: unknown, token?: string): Promise<Answer> => {
  const own = token ?? String(client.body['registration_access_token']);
  const init = body === undefined ? { headers: { authorization: `Bearer ${own}` } } : json(body, own);
  return send(String(client.body['registration_client_uri']), { method, ...init });
};

const web = { redirect_uris: [redirectUri], client_name: 'A Newcomer' };

const kept = async ({ store }: TestServer): Promise<string> => {
  let all = '';
  let cursor: string | undefined;
  do {
    const page = await store.dump(cursor);
    all += JSON.stringify(page.entries);
    cursor = page.next;
  } while (cursor !== undefined);
  return all;
};

t.test('registration is disabled by default', async (t) => {
  const postern = await startInProcess(t, usualConfig);
  t.equal((await register(postern, web)).status, 404);
  const metadata = await (await fetch(`${postern.issuer}/.well-known/openid-configuration`)).json();
  t.notMatch(metadata, { registration_endpoint: String });
});

t.test('invalid registrations are refused (RFC 7591 §3.2.2)', async (t) => {
  const postern = await startInProcess(
    t,
    configOf({
      redirect_hosts: ['localhost', '*.apps.example.com'],
      max_redirect_uris: 2,
      grant_types: ['authorization_code', 'refresh_token', 'urn:ietf:params:oauth:grant-type:device_code'],
    }),
  );
  const refuses = async (body: unknown, error: string, status = 400) => {
    const answer = await register(postern, body);
    t.match(
      answer,
      { status, body: { error, error_description: String } },
      JSON.stringify(body).slice(0, 80),
    );
    t.equal(answer.headers.get('cache-control'), 'no-store');
  };

  await t.test('bodies that are not an unambiguous JSON object are refused', async () => {
    for (const body of [
      '',
      '{',
      '[]',
      '"x"',
      'null',
      '1',
      '{"a":1,"a":2}',
      '{"jwks":{"keys":[],"keys":[]}}',
    ]) {
      await refuses(body, 'invalid_request');
    }
    const form = await send(`${postern.issuer}/oauth/register`, {
      method: 'POST',
      body: new URLSearchParams({ client_name: 'x' }),
    });
    t.match(form, { status: 415, body: { error: 'invalid_request' } });
    const none = await send(`${postern.issuer}/oauth/register`, { method: 'POST' });
    t.match(none, { status: 400, body: { error: 'invalid_request' } });
    t.equal((await register(postern, `{"client_name":"${'x'.repeat(70_000)}"}`)).status, 413);
    t.equal((await fetch(`${postern.issuer}/oauth/register`)).status, 404);
  });

  await t.test('members that only an operator sets are refused', async () => {
    const marks: readonly [string, unknown][] = [
      ['issuer_tokens', true],
      ['first_party', true],
      ['pkce', 'exempt'],
      ['audience', 'https://api.example.com/'],
      ['id_token_claims', 'all'],
      ['assertion_audience', 'endpoint'],
      ['resources', ['https://api.example.com/']],
      ['from_registration', false],
    ];
    for (const [name, value] of marks) {
      const answer = await register(postern, { ...web, [name]: value });
      // An unknown member is ignored (§2), and must not be in the response.
      if (answer.status === 201) {
        t.equal(name, 'from_registration');
        t.notOk(name in answer.body);
      } else t.match(answer, { status: 400, body: { error: 'invalid_client_metadata' } }, name);
    }
    for (const name of ['client_id', 'client_secret', 'client_id_issued_at', 'registration_access_token']) {
      await refuses({ ...web, [name]: 'mine' }, 'invalid_client_metadata');
    }
  });

  await t.test('metadata that the client rules or the policy forbid is refused', async () => {
    await refuses({}, 'invalid_redirect_uri');
    const uris = [
      'http://elsewhere.apps.example.com/x',
      'https://apps.example.com/x',
      'https://evil.example.com/.apps.example.com',
      'https://evilapps.example.com/x',
      'https://a.apps.example.com/#fragment',
      'javascript:alert(1)',
      'com.example.app:/x',
      'com.example.app://evil.apps.example.com/x',
      'com.example.app://localhost/x',
      'not a uri',
    ];
    for (const uri of uris) await refuses({ redirect_uris: [uri] }, 'invalid_redirect_uri');
    await refuses(
      { redirect_uris: ['a', 'b', 'c'].map((name) => `https://${name}.apps.example.com/x`) },
      'invalid_redirect_uri',
    );
    await refuses(
      { ...web, post_logout_redirect_uris: ['https://evil.example.com/'] },
      'invalid_redirect_uri',
    );
    const wrong = [
      { redirect_uris: 'https://a.apps.example.com/x' },
      { grant_types: ['client_credentials'] },
      { grant_types: ['password'] },
      { grant_types: ['implicit'], response_types: ['token'] },
      { grant_types: [] },
      { grant_types: '\u0000' },
      { scope: 7 },
      { post_logout_redirect_uris: 'https://a.apps.example.com/' },
      { response_types: ['token'] },
      { scope: 'admin' },
      { token_endpoint_auth_method: 'magic' },
      { token_endpoint_auth_method: 'private_key_jwt' },
      { client_name: 7 },
      { contacts: 'me@example.com' },
      { jwks: { keys: [{ kty: 'oct', k: 'c2VjcmV0' }] } },
      { jwks_uri: 'http://a.apps.example.com/keys' },
      { logo_uri: 'javascript:alert(1)' },
      { id_token_signed_response_alg: 'none' },
      { id_token_encrypted_response_alg: 'RSA1_5' },
      { subject_type: 'secret' },
      { profile: 'fapi2' },
      { default_max_age: -1 },
    ];
    for (const change of wrong) {
      const answer = await register(postern, { ...web, ...change });
      t.equal(answer.status, 400, JSON.stringify(change));
      t.match(answer.body['error'], /^invalid_(client_metadata|redirect_uri)$/);
    }
  });
  const made = (await kept(postern)).match(/"type":"document","key":\{"kind":"client"/g) ?? [];
  t.equal(made.length, 1, 'nothing was kept but the one whose mark was ignored');
});

t.test('a client registers itself (RFC 7591 §3)', async (t) => {
  const postern = await startInProcess(t, configOf());
  const metadata = await (await fetch(`${postern.issuer}/.well-known/openid-configuration`)).json();
  t.match(metadata, { registration_endpoint: `${postern.issuer}/oauth/register` });

  const answer = await register(postern, {
    ...web,
    'client_name#de': 'Ein Neuling',
    software_id: 'ignored',
    made_up: true,
    post_logout_redirect_uris: ['http://localhost:4999/bye'],
  });
  t.equal(answer.status, 201);
  t.equal(answer.headers.get('cache-control'), 'no-store');
  const id = String(answer.body['client_id']);
  t.match(
    answer.body,
    {
      client_secret: String,
      client_secret_expires_at: 0,
      client_id_issued_at: Number,
      client_name: 'A Newcomer',
      redirect_uris: [redirectUri],
      grant_types: ['authorization_code'],
      response_types: ['code'],
      token_endpoint_auth_method: 'client_secret_basic',
      id_token_signed_response_alg: 'RS256',
      scope: 'openid profile email address phone offline_access',
      registration_access_token: String,
      registration_client_uri: `${postern.issuer}/oauth/register/${id}`,
    },
    'all that is registered, with what was filled in',
  );
  t.notMatch(answer.body, { made_up: true });
  t.notOk('from_registration' in answer.body);
  const stored = await kept(postern);
  for (const name of ['client_secret', 'registration_access_token']) {
    t.notMatch(stored, String(answer.body[name]), `${name} is kept in no readable form`);
  }

  await t.test('the consent page says that the client registered itself', async (t) => {
    const party = new RelyingParty(postern.issuer, id, String(answer.body['client_secret']));
    const browser = new Browser();
    const verifier = newVerifier();
    const login = await browser.open(party.authorizationUrl(verifier));
    const consent = await browser.submit(login, { login: 'ada', password });
    t.match(consent.body, 'badge-warn');
    const back = await browser.submit(consent, { decision: 'allow' });
    const { status } = await party.redeem(redirectParameters(back).get('code') ?? '', verifier);
    t.equal(status, 200, 'and it works like any other');
  });

  await t.test('scopes of an API are given where the operator allows them', async (t) => {
    const open = await startInProcess(
      t,
      configOf(
        { scopes: ['openid', 'api:read'] },
        { resources: [{ audience: 'https://api.example.com/', scopes: ['api:read', 'api:write'] }] },
      ),
    );
    const { body } = await register(open, { ...web, scope: 'openid api:read' });
    t.equal(body['scope'], 'openid api:read');
    t.notOk('registered_scope' in body);
    const { body: less } = await register(open, { ...web, scope: 'openid api:write' });
    t.equal(less['scope'], 'openid', 'what is not allowed is left out (RFC 7591 §2)');
  });

  await t.test('a public client gets no secret', async (t) => {
    const { body } = await register(postern, { ...web, token_endpoint_auth_method: 'none' });
    t.notOk('client_secret' in body);
    t.notOk('client_secret_expires_at' in body);
  });

  await t.test('a client with its own keys gets no secret either', async (t) => {
    const { publicKey } = await generateKeyPair('ES256');
    const { body, status } = await register(postern, {
      ...web,
      token_endpoint_auth_method: 'private_key_jwt',
      jwks: { keys: [await exportJWK(publicKey)] },
    });
    t.equal(status, 201, JSON.stringify(body));
    t.notOk('client_secret' in body);
  });
});

t.test('initial access tokens are required where configured (RFC 7591 §3)', async (t) => {
  const other = `${initial}-2`;
  const clock = createClockAtMinuteStart();
  const postern = await startInProcess(
    t,
    configOf(
      { initial_access_tokens: [initial, other], secret_ttl: 100 },
      { security: { password: { memory_kib: 8192, passes: 1 }, throttle: { registration_per_address: 6 } } },
    ),
    { clock },
  );
  const none = await register(postern, web);
  t.match(none, { status: 401, body: { error: 'invalid_token' } });
  t.equal(none.headers.get('www-authenticate'), `Bearer realm="${postern.issuer}"`);
  for (const token of ['guessed', `${initial}x`]) {
    const wrong = await register(postern, web, token);
    t.match(wrong, { status: 401, body: { error: 'invalid_token' } });
    t.match(wrong.headers.get('www-authenticate'), 'error="invalid_token"');
  }
  t.equal((await register(postern, web, initial)).status, 201);
  const { status, body } = await register(postern, web, other);
  t.equal(status, 201);
  const until = Number(body['client_secret_expires_at']) - clock.now() / 1000;
  t.ok(until > 90 && until <= 101, 'the secret ends when the operator says');
  t.equal((await register(postern, web, initial)).status, 201);
  const throttled = await register(postern, web, initial);
  t.match(
    throttled,
    { status: 429, body: { error: 'temporarily_unavailable' } },
    'guesses and clients count together',
  );
  t.ok(Number(throttled.headers.get('retry-after')) > 0);
});

t.test('a client manages its registration (RFC 7592 §2)', async (t) => {
  const postern = await startInProcess(t, configOf());
  const client = await register(postern, web);
  const id = String(client.body['client_id']);
  const secret = String(client.body['client_secret']);
  const other = await register(postern, web);

  await t.test('managing requires its own token', async (t) => {
    for (const token of ['guessed', String(other.body['registration_access_token'])]) {
      for (const method of ['GET', 'DELETE']) {
        t.match(await manage(client, method, undefined, token), {
          status: 401,
          body: { error: 'invalid_token' },
        });
      }
      t.equal((await manage(client, 'PUT', { ...web, client_id: id }, token)).status, 401);
    }
    const bare = await send(String(client.body['registration_client_uri']), {});
    t.equal(bare.status, 401);
    const unknown = await send(`${postern.issuer}/oauth/register/nobody`, {
      headers: { authorization: `Bearer ${client.body['registration_access_token']}` },
    });
    t.equal(unknown.status, 401);
    const operators = await send(`${postern.issuer}/oauth/register/app`, {
      headers: { authorization: `Bearer ${client.body['registration_access_token']}` },
    });
    t.equal(operators.status, 401, 'and never a client of the operator');
  });

  await t.test('reading (§2.1) shows no secret to a client without one', async (t) => {
    const { status, body } = await manage(client, 'GET');
    t.equal(status, 200);
    t.match(body, { client_id: id, client_name: 'A Newcomer', registration_client_uri: String });
    t.equal(body['registration_access_token'], client.body['registration_access_token']);
    t.notOk('client_secret' in body);
  });

  await t.test('invalid updates are refused (§2.2)', async (t) => {
    const wrong = [
      { ...web },
      { ...web, client_id: 'app' },
      { ...web, client_id: id, client_secret: 'not-the-one' },
      { ...web, client_id: id, client_secret: 7 },
      { ...web, client_id: id, client_secret_expires_at: 0 },
      { ...web, client_id: id, client_id_issued_at: 1 },
      { ...web, client_id: id, registration_access_token: 'x' },
      { ...web, client_id: id, first_party: true },
      { ...web, client_id: id, issuer_tokens: true },
      { ...web, client_id: id, grant_types: ['client_credentials'] },
      { client_id: id },
    ];
    for (const body of wrong) t.equal((await manage(client, 'PUT', body)).status, 400, JSON.stringify(body));
    t.match((await manage(client, 'GET')).body, { client_name: 'A Newcomer' }, 'and nothing has changed');
  });

  await t.test('an update replaces the metadata and the token (§2.2, §3)', async (t) => {
    await postern.app.services.clients.update(id, { id_token_claims: 'all' });
    const update = { client_id: id, client_secret: secret, redirect_uris: [redirectUri], logo_uri: null };
    const changed = await manage(client, 'PUT', update);
    t.equal(changed.status, 200, JSON.stringify(changed.body));
    t.notOk('client_name' in changed.body, 'what is left out is gone');
    t.notOk('client_secret' in changed.body, 'the secret stays');
    t.equal((await manage(client, 'GET')).status, 401, 'the former token is refused');
    t.equal((await manage(changed, 'GET')).status, 200);
    t.ok(await postern.app.services.clients.verifySecret(id, secret));
    const mark = (await postern.app.services.clients.get(id))?.metadata['id_token_claims'];
    t.equal(mark, 'all', "the operator's mark stays");

    const raced = await Promise.all(
      Array.from({ length: 4 }, () =>
        manage(changed, 'PUT', { client_id: id, redirect_uris: [redirectUri] }),
      ),
    );
    t.equal(
      raced.filter(({ status }) => status === 200).length,
      1,
      'of updates at once, one gets the new token',
    );
  });

  await t.test('a profile is never lowered', async (t) => {
    const strict = await register(postern, web);
    const strictId = String(strict.body['client_id']);
    const { publicKey } = await generateKeyPair('ES256');
    const { profile: _, ...demands } = {
      profile: 'fapi2',
      token_endpoint_auth_method: 'private_key_jwt',
      token_endpoint_auth_signing_alg: 'ES256',
      id_token_signed_response_alg: 'ES256',
      jwks: { keys: [await exportJWK(publicKey)] } as never,
      dpop_bound_access_tokens: true,
      require_pushed_authorization_requests: true,
      redirect_uris: ['https://app.example.com/callback'],
    };
    await postern.app.services.clients.update(strictId, { ...demands, profile: 'fapi2' });
    for (const profile of [undefined, 'default']) {
      const lowered = await manage(strict, 'PUT', { ...demands, client_id: strictId, profile });
      t.match(lowered, { status: 400, body: { error: 'invalid_client_metadata' } });
    }
    t.equal((await manage(strict, 'PUT', { ...demands, client_id: strictId, profile: 'fapi2' })).status, 200);
  });

  await t.test('deleting ends the client and its tokens (§2.3)', async (t) => {
    const party = new RelyingParty(
      postern.issuer,
      String(other.body['client_id']),
      String(other.body['client_secret']),
    );
    const { code, verifier } = await codeFor(party, new Browser());
    const { body } = await party.redeem(code, verifier);
    const token = String(body['access_token']);
    const app = new RelyingParty(postern.issuer);
    const gone = await manage(other, 'DELETE');
    t.match(gone, { status: 204, body: {} });
    t.equal((await manage(other, 'GET')).status, 401);
    t.match(await party.redeem(code, verifier), { status: 401, body: { error: 'invalid_client' } });
    const userinfo = await fetch(`${postern.issuer}/userinfo`, {
      headers: { authorization: `Bearer ${token}` },
    });
    t.equal(userinfo.status, 401);
    t.same((await app.post('/oauth/introspect', { token })).body, { active: false });
    const another = await register(postern, web);
    t.equal((await manage(another, 'DELETE', '')).status, 204, 'a type of what is not there is no fault');
  });
});

t.test('a sector identifier is fetched and verified (OpenID Connect Registration §5)', async (t) => {
  const { certificate, privateKey } = makeCertificate({ alternative: [san.ip(127, 0, 0, 1)] });
  const trusted = getCACertificates('default');
  setDefaultCACertificates([...trusted, certificate.toString()]);
  t.teardown(() => setDefaultCACertificates(trusted));
  const own = { cert: certificate.toString(), key: privateKey.export({ type: 'pkcs8', format: 'pem' }) };
  const documents: Readonly<Record<string, string>> = {
    '/good': JSON.stringify([redirectUri, 'https://more.example.com/']),
    '/other': JSON.stringify(['https://more.example.com/']),
    '/odd': '{"redirect_uris":[]}',
    '/large': JSON.stringify([redirectUri, 'x'.repeat(300_000)]),
  };
  const server = createServer(own, (request, response) => {
    response.writeHead(request.url === '/moved' ? 302 : 200, { location: '/good' });
    response.end(documents[request.url ?? ''] ?? 'nothing');
  }).listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  t.teardown(() => new Promise((resolve) => server.close(resolve)));
  const address = server.address();
  const port = typeof address === 'object' ? address?.port : undefined;
  const postern = await startInProcess(t, configOf());
  const at = (path: string) =>
    register(postern, {
      ...web,
      subject_type: 'pairwise',
      sector_identifier_uri: `https://127.0.0.1:${port}${path}`,
    });
  for (const path of ['/other', '/odd', '/large', '/moved', '/none']) {
    t.match(await at(path), { status: 400, body: { error: 'invalid_client_metadata' } }, path);
  }
  const { status, body } = await at('/good');
  t.equal(status, 201, JSON.stringify(body));
  const party = new RelyingParty(postern.issuer, String(body['client_id']), String(body['client_secret']));
  server.closeAllConnections();
  const { code, verifier } = await codeFor(party, new Browser());
  t.equal((await party.redeem(code, verifier)).status, 200, 'once, and not at each start');
});

t.test('a client takes no address of this server for one of its own', async (t) => {
  const postern = await startInProcess(t, configOf());
  const { issuer } = postern;
  for (const metadata of [
    { redirect_uris: [`${issuer}/account/callback`] },
    { redirect_uris: [redirectUri, `${issuer}/cb`] },
    { redirect_uris: [`https://localhost.:${new URL(issuer).port}/cb`] },
    { redirect_uris: [redirectUri], post_logout_redirect_uris: [`${issuer}/`] },
  ]) {
    const refused = await register(postern, metadata);
    t.match(refused, {
      status: 400,
      body: { error: 'invalid_redirect_uri', error_description: /this server/ },
    });
  }
  const client = await register(postern, web);
  const moved = { ...web, redirect_uris: [`${issuer}/cb`], client_id: client.body['client_id'] };
  t.equal((await manage(client, 'PUT', moved)).status, 400);
});

t.test('without management no client gets a registration access token', async (t) => {
  const postern = await startInProcess(t, configOf({ management: false }));
  const { status, body } = await register(postern, web);
  t.equal(status, 201);
  t.notOk('registration_access_token' in body);
  t.equal((await fetch(`${postern.issuer}/oauth/register/${body['client_id']}`)).status, 404);
});
