import t from 'tap';
import { createManualClock } from '../support/clocks.ts';
import { assertion, assertionType, newKey, requestObject, seconds } from '../support/proofs.ts';
import {
  Browser,
  basicAuthorization,
  codeFor,
  httpGet,
  newVerifier,
  password,
  postForm,
  RelyingParty,
  redirectParameters,
  redirectUri,
  secret,
  startInProcess,
  usualConfig,
} from '../support/setup/index.ts';

// Fails without src/provider/overrides/pushed-request-save.ts.

const key = await newKey();
const other = await newKey();
const person = { redirect_uris: [redirectUri], first_party: true };
const jwks = { keys: [key.jwk] };

const server = await startInProcess(t, {
  accounts: usualConfig.accounts,
  clients: [
    { client_id: 'app', client_secret: secret, ...person },
    { client_id: 'pusher', client_secret: secret, require_pushed_authorization_requests: true, ...person },
    { client_id: 'browser', token_endpoint_auth_method: 'none', ...person },
    { client_id: 'signer', token_endpoint_auth_method: 'private_key_jwt', jwks, ...person },
    { client_id: 'always', client_secret: secret, require_signed_request_object: true, jwks, ...person },
    { client_id: 'es-only', client_secret: secret, request_object_signing_alg: 'EdDSA', jwks, ...person },
  ],
  tokens: { par_ttl: 30 },
});
const { issuer } = server;
const par = `${issuer}/oauth/par`;

const requestOf = (id: string, verifier = newVerifier(), more: Readonly<Record<string, string>> = {}) =>
  Object.fromEntries(new URL(new RelyingParty(issuer, id).authorizationUrl(verifier, more)).searchParams);

const authorize = (parameters: Readonly<Record<string, string>>) =>
  `${issuer}/oauth/authorize?${new URLSearchParams(parameters)}`;

const signedIn = async (): Promise<Browser> => {
  const browser = new Browser();
  await codeFor(new RelyingParty(issuer, 'app'), browser);
  return browser;
};

t.test('a push is refused for the same faults as the request itself (RFC 9126 §2.3)', async (t) => {
  const good = requestOf('app');
  const { code_challenge: _, ...noChallenge } = good;
  for (const [why, request, error, headers] of [
    ['without authentication', good, 'invalid_client', {}],
    ['with the wrong secret', good, 'invalid_client', basicAuthorization('app', 'wrong')],
    ['for another client', { ...good, client_id: 'browser' }, 'invalid_request', basicAuthorization('app')],
    [
      'with a request_uri inside',
      { ...good, request_uri: 'urn:x' },
      'request_uri_not_supported',
      basicAuthorization('app'),
    ],
    [
      'to an address that is not registered',
      { ...good, redirect_uri: 'https://evil.example/' },
      'invalid_request',
      basicAuthorization('app'),
    ],
    ['to nowhere', { ...good, redirect_uri: '' }, 'invalid_request', basicAuthorization('app')],
    ['without PKCE', noChallenge, 'invalid_request', basicAuthorization('app')],
    [
      'with plain PKCE',
      { ...good, code_challenge_method: 'plain' },
      'invalid_request',
      basicAuthorization('app'),
    ],
    [
      'for a token',
      { ...good, response_type: 'token' },
      'unsupported_response_type',
      basicAuthorization('app'),
    ],
    [
      'for a mode that is not there',
      { ...good, response_mode: 'carrier-pigeon' },
      'unsupported_response_mode',
      basicAuthorization('app'),
    ],
  ] as const) {
    const { status, body } = await postForm(par, request, headers);
    t.ok(status === 400 || status === 401, `${why}: ${status}`);
    t.equal(body.error, error, why);
    t.match(body.error_uri, `${issuer}/errors/${error}`, why);
    t.equal(body.request_uri, undefined);
  }
});

t.test('a pushed request is used once, however many requests race (RFC 9126 §4)', async (t) => {
  const browser = await signedIn();
  const pushed = await postForm(par, requestOf('app'), basicAuthorization('app'));
  t.equal(pushed.status, 201);
  t.match(pushed.body.request_uri, /^urn:ietf:params:oauth:request_uri:[\w-]{20,}$/);
  t.equal(pushed.body.expires_in, 30, 'as long as the operator says (RFC 9126 §2.2)');
  t.equal(pushed.headers.get('cache-control'), 'no-store');
  const url = authorize({ client_id: 'app', request_uri: `${pushed.body.request_uri}` });
  const pages = await Promise.all(Array.from({ length: 50 }, () => browser.request(url)));
  const codes = pages.filter((page) => page.headers.get('location')?.includes('code='));
  t.equal(codes.length, 1);
  const later = await browser.request(url);
  t.notOk(later.headers.get('location')?.includes('code='));
});

t.test('a pushed request is good for as long as the operator sets (RFC 9126 §2.2)', async (t) => {
  const clock = createManualClock(Date.now());
  const other = await startInProcess(
    t,
    { clients: [{ client_id: 'app', client_secret: secret, ...person }], tokens: { par_ttl: 30 } },
    { clock },
  );
  const { searchParams } = new URL(new RelyingParty(other.issuer, 'app').authorizationUrl(newVerifier()));
  const pushed = await postForm(
    `${other.issuer}/oauth/par`,
    Object.fromEntries(searchParams),
    basicAuthorization('app'),
  );
  const query = new URLSearchParams({ client_id: 'app', request_uri: `${pushed.body.request_uri}` });
  const authorizeLater = async (): Promise<number> =>
    (await httpGet(`${other.issuer}/oauth/authorize?${query}`)).status;
  clock.advance(25_000);
  t.equal(await authorizeLater(), 303);
  clock.advance(10_000);
  t.equal(await authorizeLater(), 400);
});

t.test("a pushed request is bound to its client and can't be changed (RFC 9126 §4)", async (t) => {
  const browser = await signedIn();
  const pushed = await postForm(par, requestOf('app'), basicAuthorization('app'));
  const uri = `${pushed.body.request_uri}`;
  for (const parameters of [
    { client_id: 'browser', request_uri: uri },
    { request_uri: uri },
    { client_id: 'app', request_uri: `${uri}x` },
    { client_id: 'app', request_uri: 'urn:ietf:params:oauth:request_uri:' },
    { client_id: 'app', request_uri: 'https://evil.example/request' },
    { client_id: 'app', request_uri: uri, request: 'a.b.c' },
  ]) {
    const page = await browser.request(authorize(parameters), { headers: { accept: 'application/json' } });
    t.equal(page.status, 400, JSON.stringify(parameters));
    t.match(
      JSON.parse(page.body).error,
      /^(invalid_request|invalid_request_uri|request_uri_not_supported|invalid_request_object)$/,
    );
  }
  for (const accept of ['application/json', 'text/html']) {
    const parameters = {
      client_id: 'browser',
      request_uri: uri,
      redirect_uri: 'https://other.example/callback',
    };
    const page = await browser.request(authorize(parameters), { headers: { accept } });
    t.equal(page.status, 400);
    t.match(page.body, 'invalid_request_object', 'the cause is told, and not the redirect URI beside it');
    t.notMatch(page.body, 'invalid_redirect_uri');
  }
  const refusals = server.events.filter(({ type }) => type === 'authorization.refused');
  t.equal(refusals.at(-1)?.reason, 'invalid_request_object', 'in the audit record as well');
  const beside = authorize({ client_id: 'app', request_uri: uri, scope: 'openid phone', state: 'smuggled' });
  const answer = redirectParameters(await browser.request(beside));
  t.ok(answer.get('code'));
  t.equal(answer.get('state'), null, 'parameters outside of it are ignored (RFC 9101 §6.3)');
});

t.test("a client that must push can't use a plain request (RFC 9126 §6)", async (t) => {
  const browser = await signedIn();
  const answer = redirectParameters(await browser.request(authorize(requestOf('pusher'))));
  t.equal(answer.get('error'), 'invalid_request');
  t.match(answer.get('error_description'), /Pushed Authorization Request/);
  const verifier = newVerifier();
  const pushed = await postForm(
    par,
    requestOf('pusher', verifier, { state: 'mine' }),
    basicAuthorization('pusher'),
  );
  const done = redirectParameters(
    await browser.request(authorize({ client_id: 'pusher', request_uri: `${pushed.body.request_uri}` })),
  );
  t.equal(done.get('state'), 'mine');
  t.equal(done.get('iss'), issuer);
  const tokens = await new RelyingParty(issuer, 'pusher').redeem(done.get('code') ?? '', verifier);
  t.equal(tokens.status, 200);
});

t.test('a pushed request outlives the sign-in that it leads to (RFC 9126 §2.2)', async (t) => {
  const browser = new Browser();
  const pushed = await postForm(par, requestOf('browser'));
  t.equal(pushed.status, 201, 'a public client names itself');
  let page = await browser.open(
    authorize({ client_id: 'browser', request_uri: `${pushed.body.request_uri}` }),
  );
  page = await browser.submit(page, { login: 'ada', password });
  t.ok(redirectParameters(page).get('code'));
  const again = await browser.request(
    authorize({ client_id: 'browser', request_uri: `${pushed.body.request_uri}` }),
  );
  t.notOk(again.headers.get('location')?.includes('code='), 'and is spent with it');
});

const inside = (id: string) => {
  const { client_id: _, ...parameters } = requestOf(id);
  return parameters;
};

t.test('a request object is refused unless all of it is valid (RFC 9101 §6, §10)', async (t) => {
  const browser = await signedIn();
  const good = inside('signer');
  const asAssertion = await assertion(key, 'signer', issuer, { ...good, client_id: 'signer' });
  const none = `${Buffer.from('{"alg":"none"}').toString('base64url')}.${(await requestObject(key, 'signer', issuer, good)).split('.')[1]}.`;
  for (const [why, made] of [
    ['by another key', requestObject(other, 'signer', issuer, good)],
    ['unsigned', none],
    ['for another server', requestObject(key, 'signer', 'https://evil.example', good)],
    ['of another issuer', requestObject(key, 'signer', issuer, { ...good, iss: 'app' })],
    ['of another client', requestObject(key, 'signer', issuer, { ...good, client_id: 'app' })],
    ['that ended', requestObject(key, 'signer', issuer, { ...good, exp: seconds() - 60 })],
    ['that is not good yet', requestObject(key, 'signer', issuer, { ...good, nbf: seconds() + 120 })],
    ['that is an assertion', asAssertion],
    ['that is a proof', requestObject(key, 'signer', issuer, good, { typ: 'dpop+jwt' })],
    ['with another inside', requestObject(key, 'signer', issuer, { ...good, request: 'a.b.c' })],
    ['with a request_uri inside', requestObject(key, 'signer', issuer, { ...good, request_uri: 'urn:x' })],
    ['with an object for a text', requestObject(key, 'signer', issuer, { ...good, state: { a: 1 } })],
    ['with null for a text', requestObject(key, 'signer', issuer, { ...good, state: null })],
    [
      'with an unknown critical extension (RFC 7515 §4.1.11)',
      requestObject(key, 'signer', issuer, good, { crit: ['unknown'], unknown: true }),
    ],
    [
      'with a critical extension of JOSE',
      requestObject(key, 'signer', issuer, good, { crit: ['b64'], b64: true }),
    ],
    ['that is no JWT', 'nonsense'],
  ] as const) {
    const url = authorize({ ...requestOf('signer'), request: await made });
    const page = await browser.request(url);
    const error = new URL(page.headers.get('location') ?? 'x:y').searchParams.get('error');
    t.equal(error, 'invalid_request_object', why);
  }
});

t.test('a request object of any client lives for an hour at most (RFC 9101 §10.2)', async (t) => {
  const browser = await signedIn();
  const now = seconds();
  const none = { exp: undefined, nbf: undefined, iat: undefined };
  const hour = 3600;
  for (const [why, times, isAccepted] of [
    ['from now for an hour', { exp: now + hour, nbf: now }, true],
    ['from now for longer', { exp: now + hour + 60, nbf: now }, false],
    ['that began long ago', { exp: now + 60, nbf: now - hour }, false],
    ['that ends before it begins', { exp: now, nbf: now + 5 }, false],
    ['with iat, for an hour', { ...none, exp: now + hour, iat: now }, true],
    ['with iat, for ten years', { ...none, exp: now + 87_600 * hour, iat: now }, false],
    ['with iat ahead, for ten years', { ...none, exp: now + 87_600 * hour, iat: now + 87_599 * hour }, false],
    ['that names its end, in an hour', { ...none, exp: now + hour }, true],
    ['that names its end, in ten years', { ...none, exp: now + 87_600 * hour }, false],
    ['that names its begin', { ...none, nbf: now - 60 }, true],
    ['that names its begin, long ago', { ...none, nbf: now - hour - 60 }, false],
    ['that names when it was made', { ...none, iat: now - 60 }, true],
    ['that names when it was made, long ago', { ...none, iat: now - hour - 60 }, false],
    ['that names no time', none, false],
  ] as const) {
    const request = await requestObject(key, 'signer', issuer, { ...inside('signer'), ...times });
    const answer = redirectParameters(await browser.request(authorize({ ...requestOf('signer'), request })));
    t.equal(answer.has('code'), isAccepted, `${why}: ${answer.get('error_description')}`);
    if (!isAccepted) t.equal(answer.get('error'), 'invalid_request_object', why);
  }
});

t.test("a client that must sign its requests can't use an unsigned one (RFC 9101 §10.5)", async (t) => {
  const browser = await signedIn();
  t.equal(
    redirectParameters(await browser.request(authorize(requestOf('always')))).get('error'),
    'invalid_request',
  );
  t.equal(
    (await postForm(par, requestOf('always'), basicAuthorization('always'))).body.error,
    'invalid_request',
  );
  const weak = authorize({
    ...requestOf('es-only'),
    request: await requestObject(key, 'es-only', issuer, inside('es-only')),
  });
  t.equal(
    redirectParameters(await browser.request(weak)).get('error'),
    'invalid_request_object',
    'or by another algorithm',
  );
});

t.test('a request may be signed, by value or pushed (RFC 9101 §5.1, RFC 9126 §3)', async (t) => {
  const browser = await signedIn();
  const request = await requestObject(key, 'signer', issuer, { ...inside('signer'), state: 'signed' });
  const direct = redirectParameters(
    await browser.request(
      authorize({ client_id: 'signer', response_type: 'code', scope: 'openid', state: 'plain', request }),
    ),
  );
  t.ok(direct.get('code'), direct.get('error_description') ?? '');
  t.equal(direct.get('state'), 'signed', 'only what is signed counts');
  const fields = {
    request: await requestObject(key, 'signer', issuer, { ...inside('signer'), state: 'pushed' }),
    client_assertion_type: assertionType,
    client_assertion: await assertion(key, 'signer', issuer),
  };
  t.equal(
    (await postForm(par, { ...fields, client_assertion: fields.request })).status,
    401,
    'it is no assertion',
  );
  const pushed = await postForm(par, fields);
  t.equal(pushed.status, 201, `${pushed.body.error_description}`);
  const answer = redirectParameters(
    await browser.request(authorize({ client_id: 'signer', request_uri: `${pushed.body.request_uri}` })),
  );
  t.equal(answer.get('state'), 'pushed');
  const { body } = await httpGet(`${issuer}/.well-known/openid-configuration`);
  t.equal(body['request_parameter_supported'], true);
  t.equal(body['request_uri_parameter_supported'], false, 'nothing is fetched for a request');
  t.equal(body['pushed_authorization_request_endpoint'], par);
});
