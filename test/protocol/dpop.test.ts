import t from 'tap';
import { assertEach } from '../support/assert-each.ts';
import { replaceDateNow } from '../support/clocks.ts';
import { newKey, proof, seconds } from '../support/proofs.ts';
import {
  postForm as askAt,
  Browser,
  basicAuthorization,
  codeFor,
  type FormFields,
  type HttpResponse,
  httpGet,
  newVerifier,
  RelyingParty,
  redirectUri,
  secret,
  startInProcess,
  usualConfig,
} from '../support/setup/index.ts';

// Fails without src/provider/overrides/refresh-token-save.ts.
// Fails without src/provider/overrides/replay-detection.ts.

const key = await newKey();
const other = await newKey();
const tooWeak = await newKey('ES384');
const rsa = await newKey('RS256');

const person = {
  redirect_uris: [redirectUri],
  grant_types: ['authorization_code', 'refresh_token'],
  first_party: true,
};
const config = {
  accounts: usualConfig.accounts,
  clients: [
    {
      client_id: 'machine',
      client_secret: secret,
      grant_types: ['client_credentials'],
      response_types: [],
      dpop_bound_access_tokens: true,
    },
    { client_id: 'free', client_secret: secret, grant_types: ['client_credentials'], response_types: [] },
    { client_id: 'browser', token_endpoint_auth_method: 'none', ...person },
    { client_id: 'web', client_secret: secret, ...person },
  ],
};
const server = await startInProcess(t, config);
const strict = await startInProcess(t, { ...config, security: { dpop_nonce: 'required' } });
t.teardown(async () => {
  await server.stop();
  await strict.stop();
});
const { issuer } = server;
const endpoint = `${issuer}/oauth/token`;
const userinfo = `${issuer}/userinfo`;

const machine = (dpop?: string, url = endpoint, id = 'machine'): Promise<HttpResponse> =>
  askAt(
    url,
    { grant_type: 'client_credentials' },
    { ...basicAuthorization(id), ...(dpop !== undefined && { dpop }) },
  );
const ask = (fields: FormFields, headers: Readonly<Record<string, string>> = {}) =>
  askAt(endpoint, fields, headers);

t.test('a proof is refused unless all of it is valid (RFC 9449 §4.3)', async (t) => {
  const wrong: readonly (readonly [string, Promise<string> | string])[] = [
    ['for another address', proof(key, `${issuer}/oauth/par`)],
    ['for another host', proof(key, 'https://evil.example/oauth/token')],
    ['for no address', proof(key, '')],
    ['for a path alone', proof(key, '/oauth/token')],
    ['for a number', proof(key, endpoint, { htu: 7 })],
    ['for another method', proof(key, endpoint, { htm: 'GET' })],
    ['for a method in small letters', proof(key, endpoint, { htm: 'post' })],
    ['that is six minutes old', proof(key, endpoint, { iat: seconds() - 360 })],
    ['from two minutes ahead', proof(key, endpoint, { iat: seconds() + 120 })],
    ['without a time', proof(key, endpoint, { iat: undefined })],
    ['whose time is a text', proof(key, endpoint, { iat: `${seconds()}` })],
    ['without a jti', proof(key, endpoint, { jti: undefined })],
    ['whose jti is empty', proof(key, endpoint, { jti: '' })],
    ['whose nonce is not of this server', proof(key, endpoint, { nonce: 'made-up' })],
    ['whose nonce is a number', proof(key, endpoint, { nonce: 7 })],
    ['of another type', proof(key, endpoint, {}, { typ: 'JWT' })],
    ['without a key', proof(key, endpoint, {}, { jwk: undefined })],
    ['with the key of another', proof(key, endpoint, {}, { jwk: other.jwk })],
    ['with a private key', proof(key, endpoint, {}, { jwk: { ...key.jwk, d: 'AAAA' } })],
    ['by an algorithm that is not offered', proof(tooWeak, endpoint)],
    ['with a key that is costly to use', proof(rsa, endpoint, {}, { jwk: { ...rsa.jwk, e: rsa.jwk.n } })],
    ['with a key that is too long', proof(rsa, endpoint, {}, { jwk: { ...rsa.jwk, n: 'x'.repeat(1366) } })],
    ['with a key that is none', proof(rsa, endpoint, {}, { jwk: { kty: 'RSA' } })],
    ['with a symmetric key', proof(key, endpoint, {}, { jwk: { kty: 'oct', k: 'AAAA' } })],
    ['with a text for a key', proof(key, endpoint, {}, { jwk: 'nonsense' })],
    ['with an unknown critical extension', proof(key, endpoint, {}, { crit: ['unknown'], unknown: true })],
    ['with a critical extension of JOSE', proof(key, endpoint, {}, { crit: ['b64'], b64: true })],
    ['with a weak key', proof(rsa, endpoint, {}, { jwk: { ...rsa.jwk, n: 'x'.repeat(171) } })],
    ['that is no JWT', 'nonsense'],
    ['twice', `${await proof(key, endpoint)}, ${await proof(key, endpoint)}`],
  ];
  for (const [why, made] of wrong) {
    const { status, body } = await machine(await made);
    t.equal(status, 400, why);
    t.match(body.error, /^(invalid_dpop_proof|use_dpop_nonce)$/, why);
    t.equal(body.access_token, undefined, why);
  }
});

t.test('a client that requires DPoP gets nothing without a proof (RFC 9449 §5.2)', async (t) => {
  const { status, body } = await machine();
  t.equal(status, 400);
  t.equal(body.error, 'invalid_grant');
  t.equal((await machine('')).status, 400, 'an empty header counts as none');
  const free = await machine(undefined, endpoint, 'free');
  t.equal(free.body.token_type, 'Bearer', 'others may go without');
});

t.test('a proof is accepted once, however many requests race (RFC 9449 §11.1)', async (t) => {
  const once = await proof(key, endpoint);
  const answers = await Promise.all(Array.from({ length: 50 }, () => machine(once)));
  t.equal(answers.filter(({ status }) => status === 200).length, 1);
  assertEach(t, answers, ({ status, body }) => status === 200 || body.error === 'invalid_dpop_proof');
  const ahead = await proof(key, endpoint, { iat: seconds() + 50 });
  t.equal((await machine(ahead)).status, 200, 'a clock that is a little ahead');
  t.equal((await machine(ahead)).status, 400);
});

t.test('a proof stays used for as long as it is recent, also one from ahead (RFC 9449 §11.1)', async (t) => {
  const movable = await startInProcess(t, config);
  const address = `${movable.issuer}/oauth/token`;
  const ahead = await proof(key, address, { iat: seconds() + 55 });
  t.equal((await machine(ahead, address)).status, 200);
  // The proof is recent until five minutes after its own time, so for 355 seconds.
  movable.clock.advance(340);
  t.match(await machine(ahead, address), {
    status: 400,
    body: { error: 'invalid_dpop_proof', error_description: /Replay/ },
  });
  await movable.stop();
});

t.test('the token names the key it is bound to (RFC 9449 §6)', async (t) => {
  const { body } = await machine(await proof(key, `${endpoint}?a=b#c`));
  t.equal(body.token_type, 'DPoP');
  const payload = JSON.parse(Buffer.from(`${body.access_token}`.split('.')[1] ?? '', 'base64url').toString());
  t.same(payload.cnf, { jkt: key.thumbprint });
  const state = await askAt(
    `${issuer}/oauth/introspect`,
    { token: `${body.access_token}` },
    basicAuthorization('machine'),
  );
  t.match(
    state.body,
    { active: true, token_type: 'DPoP', cnf: { jkt: key.thumbprint } },
    'and so does introspection',
  );
  for (const alg of ['EdDSA', 'PS256']) {
    const mine = await newKey(alg);
    t.equal((await machine(await proof(mine, endpoint))).status, 200, alg);
  }
});

t.test('htu names the endpoint that was called, also an alias (RFC 9449 §4.3)', async (t) => {
  for (const path of ['/token', '/api/v1/oauth/token']) {
    const alias = `${issuer}${path}`;
    t.equal((await machine(await proof(key, alias), alias)).status, 200, path);
    t.equal((await machine(await proof(key, endpoint), alias)).status, 400, `${path}, named otherwise`);
    t.equal((await machine(await proof(key, alias), endpoint)).status, 400);
  }
  const once = await proof(key, `${issuer}/token`);
  t.equal((await machine(once, `${issuer}/token`)).status, 200);
  t.equal((await machine(once, `${issuer}/token`)).status, 400, 'and once');
});

t.test(
  'a server that requires nonces provides one and refuses proofs without it (RFC 9449 §8)',
  async (t) => {
    const url = `${strict.issuer}/oauth/token`;
    const without = await machine(await proof(key, url), url);
    t.equal(without.status, 400);
    t.equal(without.body.error, 'use_dpop_nonce');
    const nonce = without.headers.get('dpop-nonce') ?? '';
    t.ok(nonce);
    t.match((await machine(await proof(key, url, { nonce: `${nonce}x` }), url)).body.error, 'use_dpop_nonce');
    const again = await machine(await proof(key, url, { nonce }), url);
    t.equal(again.status, 200);
    const late = await machine(await proof(key, url, { nonce, iat: seconds() - 3600 }), url);
    t.equal(late.status, 200, 'the clock of a client matters no more (RFC 9449 §8)');
    const bare = await httpGet(`${strict.issuer}/userinfo`, {
      authorization: `DPoP ${again.body.access_token}`,
      dpop: await proof(key, `${strict.issuer}/userinfo`, {
        htm: 'GET',
        token: `${again.body.access_token}`,
      }),
    });
    t.equal(bare.status, 401, 'at userinfo it is a challenge (RFC 9449 §9)');
    t.match(bare.headers.get('www-authenticate'), /^DPoP .*error="use_dpop_nonce"/);
    t.ok(bare.headers.get('dpop-nonce'));
  },
);

t.test('a client whose clock is far ahead gets a nonce and succeeds with it (RFC 9449 §8)', async (t) => {
  const iat = seconds() + 120;
  const first = await machine(await proof(key, endpoint, { iat }));
  t.equal(first.body.error, 'use_dpop_nonce');
  const nonce = first.headers.get('dpop-nonce') ?? '';
  t.equal((await machine(await proof(key, endpoint, { iat, nonce }))).status, 200);
});

t.test('a nonce is offered where none is required (RFC 9449 §8.2)', async (t) => {
  const now = Date.now();
  // The nonce changes with the minute.
  replaceDateNow(t, () => now);
  const first = await machine(await proof(key, endpoint));
  const nonce = first.headers.get('dpop-nonce') ?? '';
  const second = await machine(await proof(key, endpoint, { nonce }));
  t.equal(second.status, 200);
  t.equal(second.headers.get('dpop-nonce'), null, 'the same one need not be said twice');
  const { body } = await httpGet(`${issuer}/.well-known/oauth-authorization-server`);
  t.same(body['dpop_signing_alg_values_supported'], ['ES256', 'EdDSA', 'PS256', 'RS256']);
});

t.test(
  'a browser may send proofs and read nonces, for clients of its own origin (RFC 9449 §8)',
  async (t) => {
    const { origin } = new URL(redirectUri);
    const preflight = await fetch(endpoint, {
      method: 'OPTIONS',
      headers: { origin, 'access-control-request-method': 'POST', 'access-control-request-headers': 'dpop' },
    });
    t.equal(preflight.headers.get('access-control-allow-origin'), origin);
    t.match(preflight.headers.get('access-control-allow-headers')?.toLowerCase(), 'dpop');
    const fields = { grant_type: 'refresh_token', client_id: 'browser', refresh_token: 'unknown' };
    const own = await ask(fields, { origin, dpop: await proof(key, endpoint) });
    t.equal(own.headers.get('access-control-allow-origin'), origin);
    t.match(own.headers.get('access-control-expose-headers')?.toLowerCase(), 'dpop-nonce');
    const foreign = await ask(fields, { origin: 'https://evil.example', dpop: await proof(key, endpoint) });
    t.equal(foreign.headers.get('access-control-allow-origin'), null);
    t.equal(foreign.status, 400);
  },
);

const codeOf = (id: string, parameters: Readonly<Record<string, string>>) =>
  codeFor(new RelyingParty(issuer, id, id === 'web' ? secret : ''), new Browser(), parameters);
const redeem = ({ code, verifier }: { code: string; verifier: string }, id: string) => ({
  grant_type: 'authorization_code',
  client_id: id,
  code,
  code_verifier: verifier,
  redirect_uri: redirectUri,
});

t.test('a code can be bound to a key (RFC 9449 §10)', async (t) => {
  const made = await codeOf('browser', { dpop_jkt: key.thumbprint });
  const fields = redeem(made, 'browser');
  const bare = await ask(fields);
  t.equal(bare.status, 400, 'without a proof');
  t.equal(bare.body.error, 'invalid_grant');
  const stolen = await ask(fields, { dpop: await proof(other, endpoint) });
  t.equal(stolen.status, 400, 'with the key of another');
  t.equal(stolen.body.error, 'invalid_grant');
  t.equal((await ask(fields, { dpop: await proof(key, endpoint) })).status, 200);
});

t.test('a pushed request can bind the code to the key that pushed it (RFC 9449 §10.1)', async (t) => {
  const par = `${issuer}/oauth/par`;
  const verifier = newVerifier();
  const url = new URL(new RelyingParty(issuer, 'browser', '').authorizationUrl(verifier));
  const request = Object.fromEntries(url.searchParams);
  const mixed = await askAt(par, { ...request, dpop_jkt: other.thumbprint }, { dpop: await proof(key, par) });
  t.equal(mixed.status, 400, 'two keys at once');
  t.equal(
    (await askAt(par, request, { dpop: await proof(key, endpoint) })).status,
    400,
    'made for elsewhere',
  );
  const pushed = await askAt(par, request, { dpop: await proof(key, par) });
  t.equal(pushed.status, 201);
  const browser = new Browser();
  let page = await browser.open(
    `${issuer}/oauth/authorize?${new URLSearchParams({ client_id: 'browser', request_uri: `${pushed.body.request_uri}` })}`,
  );
  page = await browser.submit(page, { login: 'ada', password: usualConfig.accounts[0]?.password ?? '' });
  const code = new URL(page.headers.get('location') ?? '').searchParams.get('code') ?? '';
  const fields = redeem({ code, verifier }, 'browser');
  t.equal((await ask(fields, { dpop: await proof(other, endpoint) })).body.error, 'invalid_grant');
  t.equal((await ask(fields, { dpop: await proof(key, endpoint) })).status, 200);
});

t.test('a refresh token of a public client is bound to its key (RFC 9449 §5)', async (t) => {
  const made = await codeOf('browser', { scope: 'openid offline_access', prompt: 'consent' });
  const tokens = await ask(redeem(made, 'browser'), { dpop: await proof(key, endpoint) });
  const again = {
    grant_type: 'refresh_token',
    client_id: 'browser',
    refresh_token: `${tokens.body.refresh_token}`,
  };
  t.equal((await ask(again)).body.error, 'invalid_grant', 'without a proof');
  t.equal((await ask(again, { dpop: await proof(other, endpoint) })).body.error, 'invalid_grant');
  const refreshed = await ask(again, { dpop: await proof(key, endpoint) });
  t.equal(refreshed.status, 200);
  t.equal(refreshed.body.refresh_token, again.refresh_token, 'bound, it need not rotate (RFC 9700 §4.14.2)');
  t.equal(refreshed.body.token_type, 'DPoP');
});

t.test('a refresh token is bound by the first proof of a public client (RFC 9449 §5)', async (t) => {
  const begin = async (id: string) => {
    const made = await codeOf(id, { scope: 'openid offline_access', prompt: 'consent' });
    const authentication = id === 'web' ? basicAuthorization(id) : {};
    const { body } = await ask(redeem(made, id), authentication);
    t.equal(body.token_type, 'Bearer', 'it began without a proof');
    return (refresh_token: unknown, headers: Readonly<Record<string, string>> = {}) =>
      ask(
        {
          grant_type: 'refresh_token',
          client_id: id,
          refresh_token: `${refresh_token ?? body.refresh_token}`,
        },
        { ...authentication, ...headers },
      );
  };

  const refresh = await begin('browser');
  const bound = await refresh(undefined, { dpop: await proof(key, endpoint) });
  t.equal(bound.status, 200);
  t.equal(bound.body.token_type, 'DPoP');
  const token = bound.body.refresh_token;
  t.equal((await refresh(token)).body.error, 'invalid_grant', 'without a proof');
  const byOther = await refresh(token, { dpop: await proof(other, endpoint) });
  t.equal(byOther.body.error, 'invalid_grant', 'with the key of another');
  const again = await refresh(token, { dpop: await proof(key, endpoint) });
  t.match(again, { status: 200, body: { refresh_token: token } }, 'bound, it need not rotate');

  const racing = await begin('browser');
  const proofs = await Promise.all([key, other, key, other].map((one) => proof(one, endpoint)));
  const answers = await Promise.all(proofs.map((dpop) => racing(undefined, { dpop })));
  const successors = new Set(answers.flatMap(({ body }) => body.refresh_token ?? []));
  t.equal(successors.size, 1, 'requests side by side get one successor');
  const [successor] = successors;
  const uses = [];
  for (const one of [key, other]) uses.push(await racing(successor, { dpop: await proof(one, endpoint) }));
  t.same(uses.map(({ status }) => status).toSorted(), [200, 400], 'which is bound to one key');

  const confidential = await begin('web');
  const { body } = await confidential(undefined, { dpop: await proof(key, endpoint) });
  t.equal((await confidential(body.refresh_token)).status, 200, 'a confidential client authenticates');
});

t.test('a confidential client may change its key, because it authenticates (RFC 9449 §5)', async (t) => {
  const made = await codeOf('web', { scope: 'openid offline_access', prompt: 'consent' });
  const tokens = await ask(redeem(made, 'web'), {
    ...basicAuthorization('web'),
    dpop: await proof(key, endpoint),
  });
  const again = { grant_type: 'refresh_token', refresh_token: `${tokens.body.refresh_token}` };
  const moved = await ask(again, { ...basicAuthorization('web'), dpop: await proof(other, endpoint) });
  t.equal(moved.status, 200);
});

t.test(
  'userinfo accepts a bound token only with the DPoP scheme and a proof of its key (RFC 9449 §7)',
  async (t) => {
    const made = await codeOf('browser', {});
    const tokens = await ask(redeem(made, 'browser'), { dpop: await proof(key, endpoint) });
    const token = `${tokens.body.access_token}`;
    const get = { htm: 'GET', token };
    const alias = `${issuer}/oauth/userinfo`;
    const refused: readonly (readonly [string, Readonly<Record<string, string>>, string?])[] = [
      ['as a bearer token', { authorization: `Bearer ${token}` }],
      ['without a proof', { authorization: `DPoP ${token}` }],
      [
        'with a proof but as bearer',
        { authorization: `Bearer ${token}`, dpop: await proof(key, userinfo, get) },
      ],
      ['with another key', { authorization: `DPoP ${token}`, dpop: await proof(other, userinfo, get) }],
      ['without ath', { authorization: `DPoP ${token}`, dpop: await proof(key, userinfo, { htm: 'GET' }) }],
      [
        'with the ath of another token',
        { authorization: `DPoP ${token}`, dpop: await proof(key, userinfo, { htm: 'GET', token: 'x' }) },
      ],
      ['made for POST', { authorization: `DPoP ${token}`, dpop: await proof(key, userinfo, { token }) }],
      ['made for the alias', { authorization: `DPoP ${token}`, dpop: await proof(key, alias, get) }],
    ];
    for (const [why, headers] of refused) {
      const { status, headers: sent } = await httpGet(userinfo, headers);
      t.ok(status === 401 || status === 400, `${why}: ${status}`);
      t.ok(sent.get('www-authenticate'), why);
    }
    const once = { authorization: `DPoP ${token}`, dpop: await proof(key, userinfo, get) };
    t.equal((await httpGet(userinfo, once)).body['email'], 'ada@example.com');
    const replayed = await httpGet(userinfo, once);
    t.equal(replayed.status, 401, 'a proof is good once');
    t.match(replayed.headers.get('www-authenticate'), /^DPoP /);
    const atAlias = { authorization: `DPoP ${token}`, dpop: await proof(key, alias, get) };
    t.equal((await httpGet(alias, atAlias)).body['email'], 'ada@example.com');
    const plain = await ask(redeem(await codeOf('browser', {}), 'browser'));
    const bearer = `${plain.body.access_token}`;
    const mixed = await httpGet(userinfo, {
      authorization: `DPoP ${bearer}`,
      dpop: await proof(key, userinfo, { htm: 'GET', token: bearer }),
    });
    t.equal(mixed.status, 401, 'a bearer token does not become bound');
  },
);
