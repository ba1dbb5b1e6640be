import { createHmac, createPublicKey, generateKeyPairSync, type JsonWebKey, sign } from 'node:crypto';
import { createServer } from 'node:http';
import t from 'tap';
import { assertion, assertionType, newKey, proof, requestObject, seconds } from '../support/proofs.ts';
import { Browser, codeFor, newVerifier, postForm, redirectParameters } from '../support/setup/index.ts';
import { startSecurityTest, threeClients } from './security-test.ts';

const key = await newKey();
const rsa = await newKey('RS256');
const grant_types = ['client_credentials'];
const machine = { grant_types, response_types: [], token_endpoint_auth_method: 'private_key_jwt' };
const withKeys = {
  security: { throttle: { failed_authentication_per_client: 0 } },
  ...threeClients,
  clients: [
    ...threeClients.clients,
    { client_id: 'signer', ...machine, jwks: { keys: [{ ...key.jwk, kid: 'one' }] } },
    { client_id: 'rsa', ...machine, jwks: { keys: [{ ...rsa.jwk, kid: 'two' }] } },
  ],
};

const part = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url');
const partsOf = (jwt: string) =>
  jwt
    .split('.')
    .slice(0, 2)
    .map((text) => JSON.parse(Buffer.from(text, 'base64url').toString()));
const unsigned = (header: object, claims: object): string => `${part(header)}.${part(claims)}`;
const hmac = (header: object, claims: object, secret: string | Buffer): string => {
  const text = unsigned(header, claims);
  return `${text}.${createHmac('sha256', secret).update(text).digest('base64url')}`;
};

/** Every encoding of a public key that a careless verifier could take for a shared secret. */
const secretsFrom = (jwk: JsonWebKey): (string | Buffer)[] => {
  const publicKey = createPublicKey({ key: jwk, format: 'jwk' });
  return [
    publicKey.export({ type: 'spki', format: 'pem' }).toString(),
    publicKey.export({ type: 'spki', format: 'der' }),
    JSON.stringify(jwk),
    String(jwk.n ?? jwk.x),
    Buffer.from(String(jwk.n ?? jwk.x), 'base64url'),
    '',
  ];
};

t.test(
  'an access token or hint that this server did not sign is refused (RFC 8725 §2.1, CWE-347)',
  async (t) => {
    const { issuer, app, events } = await startSecurityTest(t, withKeys);
    const browser = new Browser();
    const { code, verifier } = await codeFor(app, browser);
    const { body } = await app.redeem(code, verifier);
    const idToken = String(body['id_token']);
    const userinfo = async (token: string) =>
      (await fetch(`${issuer}/userinfo`, { headers: { authorization: `Bearer ${token}` } })).status;
    const { body: own } = await app.post('/oauth/token', {
      grant_type: 'client_credentials',
      resource: 'https://api.example',
    });
    const signed = String(own['access_token']);
    const isActive = async (token: string) => (await app.post('/oauth/introspect', { token })).body['active'];
    t.equal(await userinfo(String(body['access_token'])), 200, 'the token itself is good');
    t.equal(await isActive(signed), true, 'and so is the signed one');

    const jwks: { keys: (JsonWebKey & { kid: string; alg: string })[] } = await (
      await fetch(`${issuer}/oauth/jwks`)
    ).json();
    const [header, claims] = partsOf(signed);
    const mine = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    const byMine = (more: object, with_ = claims): string => {
      const text = unsigned({ ...header, ...more }, with_);
      const signature = sign('sha256', Buffer.from(text), {
        key: mine.privateKey,
        dsaEncoding: 'ieee-p1363',
      });
      return `${text}.${signature.toString('base64url')}`;
    };
    const [head, payload, signature = ''] = signed.split('.');
    const forged = [
      ...['none', 'None', 'NONE', 'nOnE', ''].flatMap((alg) => [
        `${unsigned({ ...header, alg }, claims)}.`,
        `${unsigned({ ...header, alg }, claims)}.${signature}`,
      ]),
      ...jwks.keys.flatMap((jwk) =>
        secretsFrom(jwk).map((secret) => hmac({ ...header, alg: 'HS256', kid: jwk.kid }, claims, secret)),
      ),
      byMine({}),
      byMine({ jwk: mine.publicKey.export({ format: 'jwk' }) }),
      byMine({ kid: undefined }),
      byMine({ kid: '../../../../dev/null' }),
      byMine({ kid: "' or 1=1 --" }),
      byMine({ jku: 'http://127.0.0.1:1/jwks' }),
      byMine({ x5u: 'http://127.0.0.1:1/cert' }),
      byMine({ crit: ['b64'], b64: false }),
      byMine({}, { ...claims, iss: 'https://evil.test' }),
      `${head}.${payload}.`,
      `${head}.${payload}`,
      `${head}..${signature}`,
      `${head}.${payload}.${Buffer.alloc(64).toString('base64url')}`,
      `${head}.${part({ ...claims, scope: 'write' })}.${signature}`,
      `${signed}.x`,
      `jwt.${byMine({})}`,
    ];
    for (const token of forged) {
      t.equal(await userinfo(token), 401, `userinfo: ${token.slice(0, 40)}`);
      t.equal(await isActive(token), false, `introspection: ${token.slice(0, 40)}`);
    }
    t.match(
      events.find(({ type }) => type === 'userinfo.refused'),
      { outcome: 'refused', reason: 'invalid_token' },
    );

    t.equal(await userinfo(idToken), 401, 'an id token is no access token (RFC 9068 §5)');
    t.equal(await isActive(idToken), false);
    t.equal(await userinfo(signed), 401, 'nor is a token for an API a token for userinfo (RFC 8707 §2)');

    const [idHeader, idClaims] = partsOf(idToken);
    const hints = [
      `${unsigned({ ...idHeader, alg: 'none' }, idClaims)}.`,
      ...jwks.keys.flatMap((jwk) =>
        secretsFrom(jwk).map((secret) => hmac({ ...idHeader, alg: 'HS256' }, idClaims, secret)),
      ),
      byMine({ alg: 'ES256' }, idClaims),
      signed,
      `${idToken.slice(0, -4)}AAAA`,
    ];
    for (const id_token_hint of hints) {
      const page = await browser.request(
        app.authorizationUrl(newVerifier(), { prompt: 'none', id_token_hint }),
      );
      t.ok(redirectParameters(page).get('error'), `a hint: ${id_token_hint.slice(0, 40)}`);
      t.notOk(redirectParameters(page).get('code'));
      const out = await browser.request(`${issuer}/oauth/logout?${new URLSearchParams({ id_token_hint })}`);
      t.equal(out.status, 400, 'nor at logout');
    }
    t.ok(
      redirectParameters(
        await browser.request(
          app.authorizationUrl(newVerifier(), { prompt: 'none', id_token_hint: idToken }),
        ),
      ).get('code'),
    );
  },
);

t.test('an assertion is valid for this client, this server, now, and once (RFC 7523 §3)', async (t) => {
  let fetched = 0;
  const bait = createServer((_request, response) => {
    fetched += 1;
    response.setHeader('content-type', 'application/json').end(JSON.stringify({ keys: [foreign.jwk] }));
  }).listen(0, '127.0.0.1');
  t.teardown(() => bait.close());
  const foreign = await newKey();
  const { port } = Object(bait.address());
  const { issuer, events, stored } = await startSecurityTest(t, withKeys);
  const redeem = (client_assertion: string, more: Readonly<Record<string, string>> = {}) =>
    postForm(`${issuer}/oauth/token`, {
      grant_type: 'client_credentials',
      client_assertion_type: assertionType,
      client_assertion,
      ...more,
    });
  const as = (claims: object, header: object = {}, by = key) =>
    assertion(by, 'signer', issuer, { ...claims }, { kid: 'one', ...header });
  t.equal((await redeem(await as({}))).status, 200, 'the assertion itself is good');
  const documents = await stored();

  const claims = {
    iss: 'signer',
    sub: 'signer',
    aud: issuer,
    jti: 'forged',
    iat: seconds(),
    exp: seconds() + 60,
  };
  const host = new URL(issuer).host;
  const refused: Readonly<Record<string, string>> = {
    'alg none': `${unsigned({ alg: 'none' }, claims)}.`,
    'alg None with a signature': `${unsigned({ alg: 'None', kid: 'one' }, claims)}.${'A'.repeat(86)}`,
    ...Object.fromEntries(
      secretsFrom(rsa.jwk as JsonWebKey).map((secret, i) => [
        `HS256 with the public RSA key as its secret, ${i}`,
        hmac({ alg: 'HS256', kid: 'two' }, { ...claims, iss: 'rsa', sub: 'rsa' }, secret),
      ]),
    ),
    ...Object.fromEntries(
      secretsFrom(key.jwk as JsonWebKey).map((secret, i) => [
        `HS256 with the public EC key as its secret, ${i}`,
        hmac({ alg: 'HS256', kid: 'one' }, claims, secret),
      ]),
    ),
    'an own key in the header': await as({}, { jwk: foreign.jwk }, foreign),
    'an own key by jku': await as({}, { jku: `http://127.0.0.1:${port}/jwks` }, foreign),
    'an own key by x5u': await as({}, { x5u: `http://127.0.0.1:${port}/cert` }, foreign),
    'a key by another kid': await as({}, { kid: 'two' }, rsa),
    'a kid that is a path': await as({}, { kid: '../../dev/null' }, foreign),
    'a kid that is no text': await as({}, { kid: ['one'] }, foreign),
    'a critical header': await as({}, { crit: ['exp'] }).catch(() => 'a.b.c'),
    'aud as a list': await as({ aud: [issuer] }),
    'aud as a list with another': await as({ aud: [issuer, 'https://evil.test'] }),
    'aud as the token endpoint': await as({ aud: `${issuer}/oauth/token` }),
    'aud as the host': await as({ aud: host }),
    'aud with a slash': await as({ aud: `${issuer}/` }),
    'aud in capitals': await as({ aud: issuer.toUpperCase() }),
    'aud as the JSON door': await as({ aud: `${issuer}/api/v1/tokens` }),
    'aud of another server': await as({ aud: 'https://evil.test' }),
    'aud as an object': await as({ aud: { 0: issuer } }),
    'no aud': await as({ aud: undefined }),
    'ten years': await as({ exp: seconds() + 315_360_000 }),
    'six minutes': await as({ exp: seconds() + 372 }),
    'exp as a text': await as({ exp: String(seconds() + 60) }),
    'exp in milliseconds': await as({ exp: Date.now() + 60_000 }),
    'no exp': await as({ exp: undefined }),
    expired: await as({ exp: seconds() - 60 }),
    'not yet good': await as({ nbf: seconds() + 120 }),
    'from the future': await as({ iat: seconds() + 120 }),
    'no jti': await as({ jti: undefined }),
    'a jti without end': await as({ jti: 'x'.repeat(10_000) }),
    'a jti that is a list': await as({ jti: ['x'] }),
    'another issuer': await as({ iss: 'app' }),
    'another subject': await as({ sub: 'app' }),
    'no subject': await as({ sub: undefined }),
    'a request object': await requestObject(
      key,
      'signer',
      issuer,
      { sub: 'signer', jti: 'x' },
      { kid: 'one' },
    ),
    'a DPoP proof': await proof(key, `${issuer}/oauth/token`, {
      iss: 'signer',
      sub: 'signer',
      aud: issuer,
      exp: seconds() + 60,
    }),
    'an access token': await as({}, { typ: 'at+jwt' }),
    'an id token': await as({}, { typ: 'secevent+jwt' }),
    'two parts': (await as({})).split('.').slice(0, 2).join('.'),
    'five parts': `${await as({})}.a.b`,
    'no JWT': 'x',
  };
  for (const [name, text] of Object.entries(refused)) {
    const answer = await redeem(text);
    t.ok(answer.status === 401 || answer.status === 400, `${name}: ${answer.status}`);
    t.ok(
      ['invalid_client', 'invalid_request'].includes(String(answer.body.error)),
      `${name}: ${answer.body.error}`,
    );
    t.notOk(answer.body.access_token);
  }
  t.equal(fetched, 0, 'nothing was fetched because a header said so');
  t.ok((await stored()) - documents <= 2, 'what is refused leaves at most a mark of its jti');

  const once = await as({});
  const answers = await Promise.all(Array.from({ length: 10 }, () => redeem(once)));
  t.equal(answers.filter(({ status }) => status === 200).length, 1, 'of ten at a time one gets in');
  t.equal((await redeem(once)).status, 401);
  t.match(events.at(-1), { type: 'token.refused', reason: 'invalid_client', client: 'signer' });
  t.equal((await redeem(await as({}), { client_id: 'app' })).status, 400, 'of another client than it says');
});
