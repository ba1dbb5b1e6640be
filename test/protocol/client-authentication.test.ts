import { generateKeyPairSync, sign } from 'node:crypto';
import { createServer } from 'node:http';
import t from 'tap';
import { assertEach } from '../support/assert-each.ts';
import { assertion, assertionType, type ClientKey, newKey, seconds, secretKey } from '../support/proofs.ts';
import {
  postForm as askAt,
  basicAuthorization,
  type FormFields,
  startInProcess,
} from '../support/setup/index.ts';

// Fails without src/provider/overrides/client-find.ts.
// Fails without src/provider/overrides/client-secret.ts.

const grant_types = ['client_credentials'];
const machine = (client_id: string, more: object) => ({
  client_id,
  grant_types,
  response_types: [],
  ...more,
});

const odd = 'a:b%c+d e&f=g/-long-enough-to-be-a-secret';
const plain = 'a-secret-of-forty-three-characters-or-more-00';
const older = 'an-older-secret-that-is-still-good-for-a-while';
const ended = 'a-secret-that-has-ended-long-ago-and-is-no-good';
const hour = 3_600_000;

const key = await newKey();
const other = await newKey();
const rsa = await newKey('RS256');
const jwks = { keys: [{ ...key.jwk, kid: 'one' }] };

const keySet = { keys: [key.jwk], hits: 0 };
/** The keys that other paths than `/jwks` answer with. */
const remoteKeys = new Map<string, readonly object[]>();
const remoteClients = [
  'short',
  'costly',
  'symmetric',
  'private',
  'unknown',
  'mixed',
  'twenty',
  'thirty',
  'namesakes',
  'names',
];
const keyServer = createServer(({ url = '' }, response) => {
  const keys = remoteKeys.get(url) ?? keySet.keys;
  if (keys === keySet.keys) keySet.hits += 1;
  response.setHeader('content-type', 'application/json').end(JSON.stringify({ keys }));
}).listen(0, '127.0.0.1');
await new Promise((resolve) => keyServer.once('listening', resolve));
const { port: keyPort } = Object(keyServer.address());

/** Secrets in Basic without encoding; those of the clients `clear-…` can be read in one way only. */
const unencodedSecrets = {
  'clear-percent': 'a-secret-of-thirty-two-characters-100%-and-more',
  'clear-base64': 'q8+Jm5v/2xk1nV0zC4w+7hT9rYb6PdLs3eGaUfKiOw8=',
  'clear-bytes': 'a-secret-of-thirty-two-characters-and-%E2%82%AC',
  'doubtful-plus': 'a-secret-of-thirty+two-characters-and-more',
  'doubtful-escape': 'a-secret-of-thirty-two-characters/%41nd-more',
};

const server = await startInProcess(t, {
  // These tests are refused more often than the limit per minute allows.
  security: { throttle: { failed_authentication_per_client: 0 } },
  clients: [
    machine('basic', { client_secret: plain }),
    ...Object.entries(unencodedSecrets).map(([id, client_secret]) => machine(id, { client_secret })),
    machine('od%d:+id', { client_secret: odd }),
    machine('post', { client_secret: plain, token_endpoint_auth_method: 'client_secret_post' }),
    machine('hmac', {
      token_endpoint_auth_method: 'client_secret_jwt',
      secrets: [
        { name: 'ended', value: ended, expires_at: new Date(Date.now() - hour).toISOString() },
        { name: 'new', value: plain },
        { name: 'old', value: older, expires_at: new Date(Date.now() + hour).toISOString() },
      ],
    }),
    machine('signer', { token_endpoint_auth_method: 'private_key_jwt', jwks }),
    machine('crowded', {
      token_endpoint_auth_method: 'private_key_jwt',
      jwks: { keys: [...Array.from({ length: 30 }, () => other.jwk), key.jwk] },
    }),
    machine('rsa', { token_endpoint_auth_method: 'private_key_jwt', jwks: { keys: [rsa.jwk] } }),
    machine('es-only', {
      token_endpoint_auth_method: 'private_key_jwt',
      token_endpoint_auth_signing_alg: 'EdDSA',
      jwks,
    }),
    machine('away', { token_endpoint_auth_method: 'private_key_jwt', jwks_uri: 'http://127.0.0.1:1/jwks' }),
    machine('remote', {
      token_endpoint_auth_method: 'private_key_jwt',
      jwks_uri: `http://127.0.0.1:${keyPort}/jwks`,
    }),
    ...remoteClients.map((id) =>
      machine(id, {
        token_endpoint_auth_method: 'private_key_jwt',
        jwks_uri: `http://127.0.0.1:${keyPort}/${id}`,
      }),
    ),
    machine('endpoint', {
      token_endpoint_auth_method: 'private_key_jwt',
      jwks,
      assertion_audience: 'endpoint',
    }),
    {
      client_id: 'public',
      token_endpoint_auth_method: 'none',
      redirect_uris: ['http://localhost:4999/callback'],
    },
  ],
});
t.teardown(async () => {
  keyServer.closeAllConnections();
  keyServer.close();
  await server.stop();
});

const { issuer } = server;
const ask = (fields: FormFields, headers: Readonly<Record<string, string>> = {}, path = '/oauth/token') =>
  askAt(`${issuer}${path}`, fields, headers);

const credentials = { grant_type: 'client_credentials' };
const encoded = (text: string): string => encodeURIComponent(text).replaceAll('%20', '+');
const asserted = async (jwt: Promise<string> | string) => ({
  ...credentials,
  client_assertion_type: assertionType,
  client_assertion: await jwt,
});

t.test('a wrong, empty or missing secret is refused (RFC 6749 §2.3.1, §5.2)', async (t) => {
  const wrong = await ask(credentials, basicAuthorization('basic', 'not-the-secret'));
  t.equal(wrong.status, 401);
  t.equal(wrong.body.error, 'invalid_client');
  t.match(wrong.headers.get('www-authenticate'), /^Basic realm=/, 'with the scheme that was tried');
  t.equal(wrong.headers.get('cache-control'), 'no-store');
  t.equal((await ask(credentials, basicAuthorization('nobody', plain))).status, 401, 'an unknown client');
  t.equal((await ask({ ...credentials, client_id: 'basic' })).status, 401, 'the id alone');
  t.equal((await ask({ ...credentials, client_id: 'basic', client_secret: '' })).status, 401);
  t.equal(
    (await ask({ ...credentials, client_id: 'public' })).status,
    400,
    'a public client has no machine grant',
  );
  for (const header of [
    basicAuthorization('basic', ''),
    { authorization: 'Basic' },
    { authorization: 'Basic  ' },
    { authorization: 'Basic %%%%' },
    { authorization: `Basic ${Buffer.from('basic').toString('base64')}` },
    { authorization: `Bearer ${plain}` },
    basicAuthorization('basic', '%zz'),
    basicAuthorization('basic', 'zażółć gęślą jaźń'),
    basicAuthorization('basic', encoded('zażółć gęślą jaźń')),
    basicAuthorization('basic', 'x'.repeat(5000)),
    basicAuthorization('\u0000', '\u0000'),
  ]) {
    const { status, body } = await ask(credentials, header);
    t.ok(status === 400 || status === 401, `${header.authorization.slice(0, 40)}: ${status}`);
    t.match(body.error, /^invalid_(request|client)$/);
  }
});

t.test('a client authenticates in one way (RFC 6749 §2.3)', async (t) => {
  const jwt = await assertion(key, 'signer', issuer);
  const twoWays: [FormFields, Readonly<Record<string, string>>][] = [
    [{ ...credentials, client_id: 'basic', client_secret: plain }, basicAuthorization('basic', plain)],
    [{ ...(await asserted(jwt)), client_id: 'signer' }, basicAuthorization('signer', plain)],
    [{ ...(await asserted(jwt)), client_secret: plain }, {}],
    [{ ...credentials, client_id: 'post' }, basicAuthorization('basic', plain)],
    [{ ...(await asserted(jwt)), client_id: 'basic' }, {}],
  ];
  for (const [fields, headers] of twoWays) {
    const { status, body } = await ask(fields, headers);
    t.equal(status, 400);
    t.equal(body.error, 'invalid_request');
  }
  for (const doubled of ['client_id', 'client_secret', 'client_assertion', 'client_assertion_type']) {
    const fields = Object.entries({ ...credentials, client_id: 'post', client_secret: plain });
    const { status, body } = await ask([...fields, [doubled, 'one'], [doubled, 'two']]);
    t.equal(status, 400, `${doubled} twice`);
    t.equal(body.error, 'invalid_request');
  }
  const other = await ask({ ...credentials, client_id: 'signer', client_secret: plain });
  t.equal(other.status, 401, 'a secret of a client that signs');
});

t.test('id and secret are percent-decoded from Basic (RFC 6749 §2.3.1)', async (t) => {
  t.equal((await ask(credentials, basicAuthorization('basic', plain))).status, 200);
  t.equal((await ask(credentials, basicAuthorization(encoded('od%d:+id'), encoded(odd)))).status, 200);
  const raw = await ask(credentials, basicAuthorization('od%d:+id', odd));
  t.ok(raw.status === 400 || raw.status === 401, 'without encoding, the id ends at the colon');
  const lower = { authorization: basicAuthorization('basic', plain).authorization.replace('Basic', 'bAsIc') };
  t.equal((await ask(credentials, lower)).status, 200, 'the scheme is case-insensitive (RFC 9110 §11.1)');
});

t.test('secrets that are not encoded are read as they are, if they can be read in one way', async (t) => {
  for (const [id, value] of Object.entries(unencodedSecrets)) {
    const clearly = id.startsWith('clear');
    const answer = await ask(credentials, basicAuthorization(id, value));
    t.equal(answer.status, clearly ? 200 : 401, value);
    t.equal((await ask(credentials, basicAuthorization(id, encoded(value)))).status, 200, `${value} encoded`);
    t.equal(
      (await ask(credentials, basicAuthorization(id, encodeURIComponent(value)))).status,
      200,
      `${value} percent-encoded`,
    );
    const wrong = await ask(credentials, basicAuthorization(id, `${value.slice(0, -3)}%z+`));
    for (const refused of clearly ? [wrong] : [wrong, answer]) {
      t.match(refused, {
        status: 401,
        body: { error: 'invalid_client', error_description: /%2B and % as %25/ },
      });
      t.match(refused.headers.get('www-authenticate'), /^Basic realm=/);
    }
  }
  const asJson = await fetch(`${issuer}/api/v1/tokens`, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      ...basicAuthorization('clear-base64', unencodedSecrets['clear-base64']),
    },
    body: JSON.stringify({
      authorization_code: 'x'.repeat(43),
      redirect_uri: 'https://app.example.com/callback',
    }),
  });
  t.match(
    [asJson.status, await asJson.json()],
    [400, { name: 'unauthorized_client' }],
    'at the JSON token endpoint too: the client is authenticated, and has no such grant',
  );
  const readInOtherWay = await ask(credentials, basicAuthorization('basic', plain.replace('-', '%2D')));
  t.equal(readInOtherWay.status, 200, 'escaped without need');
  const plainly = await ask(credentials, basicAuthorization('basic', 'x'.repeat(40)));
  t.equal(plainly.body['error_description'], 'client authentication failed', 'no doubt about the encoding');
});

t.test('a wrong secret counts once, however it may be read', async (t) => {
  const { issuer: other } = await startInProcess(t, {
    security: { throttle: { failed_authentication_per_client: 3 } },
    clients: [machine('clear', { client_secret: unencodedSecrets['clear-base64'] })],
  });
  const at = (value: string) =>
    askAt(`${other}/oauth/token`, credentials, basicAuthorization('clear', value));
  for (const value of ['ab%', 'ab+/', 'ab+']) t.equal((await at(value)).status, 401, value);
  t.equal((await at('ab%')).status, 429);
});

t.test('id and secret may come in the body (RFC 6749 §2.3.1)', async (t) => {
  t.equal((await ask({ ...credentials, client_id: 'post', client_secret: plain })).status, 200);
  t.equal((await ask({ ...credentials, client_id: 'od%d:+id', client_secret: odd })).status, 200);
});

const refusals = (client: string, own: ClientKey) => [
  { why: 'for the token endpoint', jwt: assertion(own, client, `${issuer}/oauth/token`) },
  { why: 'for a list of audiences', jwt: assertion(own, client, issuer, { aud: [issuer] }) },
  { why: 'for the issuer with a slash', jwt: assertion(own, client, `${issuer}/`) },
  { why: 'for nobody', jwt: assertion(own, client, issuer, { aud: undefined }) },
  { why: 'without an end', jwt: assertion(own, client, issuer, { exp: undefined }) },
  { why: 'that ended', jwt: assertion(own, client, issuer, { exp: seconds() - 30 }) },
  { why: 'that lives six minutes', jwt: assertion(own, client, issuer, { exp: seconds() + 360 }) },
  { why: 'that lives ten years', jwt: assertion(own, client, issuer, { exp: seconds() + 315_360_000 }) },
  { why: 'whose end is a text', jwt: assertion(own, client, issuer, { exp: `${seconds() + 60}` }) },
  { why: 'from tomorrow', jwt: assertion(own, client, issuer, { iat: seconds() + 90 }) },
  { why: 'made half a minute ahead', jwt: assertion(own, client, issuer, { iat: seconds() + 30 }) },
  {
    why: 'with a critical extension (RFC 7515 §4.1.11)',
    jwt: assertion(own, client, issuer, {}, { crit: ['b64'], b64: true }),
  },
  { why: 'not yet good', jwt: assertion(own, client, issuer, { nbf: seconds() + 90 }) },
  { why: 'without a jti', jwt: assertion(own, client, issuer, { jti: undefined }) },
  { why: 'whose jti is a number', jwt: assertion(own, client, issuer, { jti: 7 }) },
  { why: 'whose jti is a book', jwt: assertion(own, client, issuer, { jti: 'x'.repeat(300) }) },
  { why: 'of another issuer', jwt: assertion(own, client, issuer, { iss: 'basic' }) },
  { why: 'without a subject', jwt: assertion(own, client, issuer, { sub: undefined }) },
  { why: 'of another subject', jwt: assertion(own, client, issuer, { sub: 'basic' }) },
  { why: 'whose subject is a map', jwt: assertion(own, client, issuer, { sub: { a: 1 } }) },
  { why: 'made for another purpose', jwt: assertion(own, client, issuer, {}, { typ: 'dpop+jwt' }) },
  { why: 'that is no JWT', jwt: 'a.b.c' },
  { why: 'that is empty', jwt: '..' },
];

for (const { client, own, method } of [
  { client: 'signer', own: key, method: 'private_key_jwt' },
  { client: 'hmac', own: secretKey(plain), method: 'client_secret_jwt' },
]) {
  t.test(`an assertion by ${method} is refused unless all of it is valid (RFC 7523 §3)`, async (t) => {
    for (const { why, jwt } of refusals(client, own)) {
      const { status, body } = await ask(await asserted(jwt));
      t.ok(status === 400 || status === 401, `${why}: ${status} ${body.error_description}`);
      t.match(body.error, /^invalid_(request|client)$/, why);
    }
    const otherType = await ask({
      ...(await asserted(assertion(own, client, issuer))),
      client_assertion_type: 'saml',
    });
    t.equal(otherType.status, 400);
    const { client_assertion_type: _, ...untyped } = await asserted(assertion(own, client, issuer));
    t.equal((await ask(untyped)).status, 400);
  });

  t.test(
    `an assertion by ${method} is accepted once, however many come at a time (RFC 7523 §3)`,
    async (t) => {
      const fields = await asserted(assertion(own, client, issuer));
      const answers = await Promise.all(Array.from({ length: 50 }, () => ask(fields)));
      t.equal(answers.filter(({ status }) => status === 200).length, 1);
      assertEach(t, answers, ({ status, body }) => status === 200 || body.error === 'invalid_client');
      t.equal((await ask(fields)).status, 401, 'and not later');
    },
  );
}

t.test('an assertion by another key or algorithm is refused (RFC 7515 §5.2)', async (t) => {
  for (const [client, own] of [
    ['signer', other],
    ['signer', secretKey(JSON.stringify(key.jwk))],
    ['hmac', secretKey('not-the-secret-but-long-enough-to-be-one')],
    ['hmac', key],
    ['es-only', key],
  ] as const) {
    const { status, body } = await ask(await asserted(assertion(own, client, issuer)));
    t.equal(status, 401, client);
    t.equal(body.error, 'invalid_client');
  }
  const [, payload] = (await assertion(key, 'signer', issuer)).split('.');
  const none = `${Buffer.from('{"alg":"none"}').toString('base64url')}.${payload}.`;
  t.equal((await ask(await asserted(none))).status, 401, 'unsigned');
  const confused = await assertion(key, 'signer', issuer, {}, { jwk: other.jwk, kid: 'one' });
  t.equal((await ask(await asserted(confused))).status, 200, 'a key in the header is not looked at');
});

t.test('while a secret is being replaced, assertions may be made with either (RFC 7523 §2.2)', async (t) => {
  for (const [secret, expected] of [
    [plain, 200],
    [older, 200],
    [ended, 401],
  ] as const) {
    const { status } = await ask(await asserted(assertion(secretKey(secret), 'hmac', issuer)));
    t.equal(status, expected, secret);
  }
});

t.test(
  'an assertion by private_key_jwt may name the issuer at every endpoint and alias (RFC 7523 §3)',
  async (t) => {
    for (const path of ['/oauth/token', '/token', '/api/v1/oauth/token']) {
      t.equal((await ask(await asserted(assertion(key, 'signer', issuer)), {}, path)).status, 200, path);
      const named = await ask(await asserted(assertion(key, 'signer', `${issuer}${path}`)), {}, path);
      t.equal(named.status, 401, `${path} as audience`);
    }
    const fields = await asserted(assertion(key, 'signer', issuer));
    t.equal((await ask(fields, {}, '/token')).status, 200);
    t.equal((await ask(fields, {}, '/oauth/token')).status, 401, 'used at one it is used at all');
    const introspection = { ...(await asserted(assertion(key, 'signer', issuer))), token: 'unknown' };
    t.same((await ask(introspection, {}, '/oauth/introspect')).body, { active: false });
    t.equal((await ask({ ...introspection, ...credentials })).status, 401, 'nor at another endpoint');
    const wasted = { ...(await asserted(assertion(key, 'signer', issuer))), grant_type: 'nonsense' };
    t.equal((await ask(wasted)).body.error, 'unsupported_grant_type');
    t.equal((await ask({ ...wasted, ...credentials })).status, 401, 'nor when its request was refused');
    t.equal(
      (await ask(await asserted(assertion(rsa, 'rsa', issuer)))).status,
      200,
      'RS256, where nothing forbids it',
    );
    t.equal(
      (await ask(await asserted(assertion(key, 'signer', issuer, { nbf: seconds() + 8 })))).status,
      200,
      'a clock that is a little ahead',
    );
  },
);

t.test('an operator may let a client name an endpoint in its assertions (RFC 7523 §3)', async (t) => {
  const token = `${issuer}/oauth/token`;
  const introspect = `${issuer}/oauth/introspect`;
  const named = async (aud: unknown, path = '/oauth/token', client = 'endpoint') => {
    const fields = await asserted(assertion(key, client, issuer, { aud }));
    return (await ask({ ...fields, token: 'unknown' }, {}, path)).status;
  };
  for (const aud of [
    [issuer],
    [token],
    [token, issuer],
    `${issuer}/`,
    introspect,
    `${issuer}/oauth/par`,
    'https://evil.example/oauth/token',
    `${token}?a=b`,
    7,
    null,
  ]) {
    t.equal(await named(aud), 401, JSON.stringify(aud));
  }
  t.equal(await named(token, '/oauth/token', 'signer'), 401, 'no other client may');
  t.equal(await named(token), 200, 'the token endpoint');
  t.equal(await named(issuer), 200, 'the issuer still');
  t.equal(await named(`${issuer}/token`, '/token'), 200, 'the alias that is called');
  t.equal(await named(introspect, '/oauth/introspect'), 200, 'the endpoint that is called');
  t.equal(await named(token, '/oauth/introspect'), 200, 'and the token endpoint there (RFC 9126 §2)');
  const once = await asserted(assertion(key, 'endpoint', issuer, { aud: token }));
  const answers = await Promise.all(Array.from({ length: 6 }, () => ask(once)));
  t.equal(answers.filter(({ status }) => status === 200).length, 1, 'each is accepted once');
});

t.test('keys behind jwks_uri are held to the rules of registered ones (RFC 7517 §5)', async (t) => {
  // The library makes no signature with a key that is this short.
  const short = generateKeyPairSync('rsa', { modulusLength: 1024 });
  const shortJwk = short.publicKey.export({ format: 'jwk' });
  const [signed = ''] = /^[^.]+\.[^.]+/.exec(await assertion(rsa, 'short', issuer)) ?? [];
  const byShort = `${signed}.${sign('sha256', Buffer.from(signed), short.privateKey).toString('base64url')}`;
  const hmac = secretKey(plain);
  const { n } = rsa.jwk;
  for (const [client, keys, jwt, expected] of [
    ['short', [shortJwk], byShort, 401],
    ['costly', [{ ...rsa.jwk, e: n }], assertion(rsa, 'costly', issuer), 401],
    [
      'symmetric',
      [{ kty: 'oct', k: Buffer.from(plain).toString('base64url') }],
      assertion(hmac, 'symmetric', issuer),
      401,
    ],
    ['private', [{ ...rsa.jwk, d: n }], assertion(rsa, 'private', issuer), 401],
    ['unknown', [{ kty: 'unknown' }], assertion(rsa, 'unknown', issuer), 401],
    ['mixed', [shortJwk, { ...rsa.jwk, e: n }, rsa.jwk], assertion(rsa, 'mixed', issuer), 200],
  ] as const) {
    remoteKeys.set(`/${client}`, keys);
    const { status, body } = await ask(await asserted(jwt));
    t.equal(status, expected, `${client}: ${body.error_description}`);
    if (expected === 401) t.equal(body.error, 'invalid_client', client);
  }
});

t.test('few keys of a set are tried on one signature, and `kid` chooses among many (CWE-400)', async (t) => {
  const others = Array.from({ length: 30 }, (_, n) => ({ ...other.jwk, kid: `other-${n}` }));
  const unnamed = others.map(({ kid: _, ...jwk }) => jwk);
  const named = { ...key.jwk, kid: 'own' };
  for (const [client, keys, expected] of [
    ['twenty', [...unnamed.slice(0, 19), key.jwk], 200],
    ['thirty', [...unnamed, key.jwk], 401],
    ['namesakes', [...others.map((jwk) => ({ ...jwk, kid: 'own' })), named], 401],
    ['names', [...others, named], 200],
  ] as const) {
    remoteKeys.set(`/${client}`, keys);
    const jwt = assertion(key, client, issuer, {}, keys.includes(named) ? { kid: 'own' } : {});
    const { status, body } = await ask(await asserted(jwt));
    t.equal(status, expected, `${client}: ${body.error_description}`);
  }
  t.equal((await ask(await asserted(assertion(key, 'crowded', issuer)))).status, 401, 'keys by value');
});

t.test('keys are fetched from jwks_uri, once for many requests (RFC 7517 §5)', async (t) => {
  t.equal((await ask(await asserted(assertion(key, 'remote', issuer)))).status, 200);
  t.equal((await ask(await asserted(assertion(key, 'remote', issuer)))).status, 200);
  t.equal(keySet.hits, 1, 'one look is enough for a while');
  t.equal((await ask(await asserted(assertion(other, 'remote', issuer)))).status, 401);
  const away = await ask(await asserted(assertion(key, 'away', issuer)));
  t.equal(away.status, 401, 'without a response no assertion is accepted');
  t.equal(away.body.error, 'invalid_client');
});
