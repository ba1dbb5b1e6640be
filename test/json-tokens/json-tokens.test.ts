import {
  createRemoteJWKSet,
  decodeJwt,
  decodeProtectedHeader,
  exportJWK,
  generateKeyPair,
  jwtVerify,
} from 'jose';
import t, { type Test } from 'tap';
import type { SecurityEvent } from '#src/events.ts';
import { modelKey } from '#src/provider/storage/ids.ts';
import { assertEach } from '../support/assert-each.ts';
import { makeCertificate, san } from '../support/certificates.ts';
import { createClockAtMinuteStart } from '../support/clocks.ts';
import { rawRequest, sendRaw } from '../support/raw-http.ts';
import {
  Browser,
  basicAuthorization,
  codeFor,
  newVerifier,
  password,
  RelyingParty,
  redirectParameters,
  redirectUri,
  secret,
  startInProcess,
  usualConfig,
} from '../support/setup/index.ts';
import { breaches } from './contract.ts';

const publicKey = async () => {
  const { publicKey } = await generateKeyPair('ES256');
  return { ...(await exportJWK(publicKey)), alg: 'ES256', use: 'sig', kid: 'strict' };
};

const audience = 'https://credentials.example.com';

const authority = makeCertificate({ subject: [['2.5.4.3', 'The Authority']] });
const certificate = makeCertificate({
  issuer: authority,
  subject: [['2.5.4.3', 'app']],
  alternative: [san.dns('app.example.com')],
});
const opaque = 'https://opaque.example.com';

const config = {
  ...usualConfig,
  proxy: { trusted: ['127.0.0.0/8', '::1'], client_certificate_header: 'client-certificate' },
  resources: [{ audience: opaque, scopes: ['read'], access_token_format: 'opaque' }],
  accounts: [...usualConfig.accounts, { username: 'bob', password }],
  clients: [
    ...usualConfig.clients,
    {
      client_id: 'issuer',
      token_endpoint_auth_method: 'none',
      redirect_uris: [redirectUri],
      issuer_tokens: true,
      audience,
      first_party: true,
    },
    {
      client_id: 'public',
      token_endpoint_auth_method: 'none',
      redirect_uris: [redirectUri],
      grant_types: ['authorization_code', 'refresh_token'],
      first_party: true,
    },
    {
      client_id: 'strict',
      profile: 'fapi2',
      token_endpoint_auth_signing_alg: 'ES256',
      token_endpoint_auth_method: 'private_key_jwt',
      redirect_uris: ['https://strict.example.com/callback'],
      require_pushed_authorization_requests: true,
      dpop_bound_access_tokens: true,
      id_token_signed_response_alg: 'ES256',
      jwks: { keys: [await publicKey()] },
    },
    { client_id: 'other', client_secret: `${secret}-other`, redirect_uris: [redirectUri] },
    {
      client_id: 'certified',
      token_endpoint_auth_method: 'tls_client_auth',
      tls_client_auth_san_dns: 'app.example.com',
      tls_client_certificate_bound_access_tokens: true,
      redirect_uris: [redirectUri],
      first_party: true,
    },
  ],
};

interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly body: Readonly<Record<string, unknown>>;
}

const answers: { status: number; body: unknown }[] = [];

const post = async (
  issuer: string,
  body: unknown,
  headers: Readonly<Record<string, string>> = {},
): Promise<Answer> => {
  const response = await fetch(`${issuer}/api/v1/tokens`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: typeof body === 'string' || body instanceof Uint8Array ? (body as string) : JSON.stringify(body),
  });
  const answer = {
    status: response.status,
    headers: response.headers,
    body: JSON.parse(await response.text()),
  };
  answers.push(answer);
  return answer;
};

const issuerCode = async (
  issuer: string,
  more: Readonly<Record<string, string>> = { scope: 'openid' },
): Promise<string> => {
  const browser = new Browser();
  const query = new URLSearchParams({
    client_id: 'issuer',
    response_type: 'code',
    redirect_uri: redirectUri,
    ...more,
  });
  const login = await browser.open(`${issuer}/oauth/authorize?${query}`);
  const code = redirectParameters(await browser.submit(login, { login: 'ada', password })).get('code');
  if (code === null) throw new Error('no code');
  return code;
};

t.test('POST /api/v1/tokens redeems a code', async (t) => {
  const server = await startInProcess(t, config);
  const { issuer } = server;
  const recorded: SecurityEvent[] = [];
  server.app.events.listen((event) => recorded.push(event));

  await t.test(
    "a body that isn't one flat JSON object of strings is refused and redeems nothing",
    async (t) => {
      const code = await issuerCode(issuer);
      const good = JSON.stringify({ authorization_code: code });
      const bad: [string, string | Uint8Array, Record<string, string>?, number?][] = [
        ['an array', `[${good}]`],
        ['a number', '1'],
        ['null', 'null'],
        ['a nested object', `{"authorization_code":{"a":"${code}"}}`],
        ['a number for a code', '{"authorization_code":1}'],
        ['a list for a code', `{"authorization_code":["${code}"]}`],
        ['a duplicate key', `{"authorization_code":"${code}","authorization_code":"${code}"}`],
        ['a duplicate key, escaped', `{"authorization_code":"${code}","authorization\\u005fcode":"${code}"}`],
        ['an extra key', `{"authorization_code":"${code}","x":"y"}`],
        ['a prototype', `{"authorization_code":"${code}","__proto__":"y"}`],
        ['something behind it', `${good}x`],
        ['no code', '{}'],
        ['an empty body', ''],
        ['half a body', good.slice(0, -1)],
        ['a short code', '{"authorization_code":"abc"}'],
        ['a code with a dot', `{"authorization_code":"${code.slice(1)}."}`],
        ['a byte order mark', `\ufeff${good}`],
        ['bytes that are no UTF-8', Uint8Array.from([...Buffer.from(good.slice(0, -2)), 0xff, 0x22, 0x7d])],
        [
          'a form',
          `authorization_code=${code}`,
          { 'content-type': 'application/x-www-form-urlencoded' },
          415,
        ],
        ['plain text', good, { 'content-type': 'text/plain' }, 415],
        ['another charset', good, { 'content-type': 'application/json; charset=latin1' }, 415],
        ['another JSON type', good, { 'content-type': 'application/merge-patch+json' }, 415],
        ['a megabyte', `{"authorization_code":"${'a'.repeat(1_000_000)}"}`, {}, 413],
      ];
      for (const [name, body, headers, status = 400] of bad) {
        const answer = await post(issuer, body, headers);
        t.equal(answer.status, status, name);
        t.match(answer.body, {
          statusCode: status,
          httpCode: status,
          method: 'POST',
          path: '/api/v1/tokens',
        });
        t.type(answer.headers.get('set-cookie'), 'null');
      }
      t.equal((await post(issuer, good)).status, 201, 'the code is still good');
    },
  );

  await t.test(
    'an issuer_tokens client gets a signed token for its audience for a code alone, and no more',
    async (t) => {
      const answer = await post(issuer, { authorization_code: await issuerCode(issuer) });
      t.equal(answer.status, 201);
      t.strictSame(Object.keys(answer.body).sort(), ['access_token', 'expires_in', 'token_type']);
      t.equal(answer.body['token_type'], 'Bearer');
      t.equal(answer.headers.get('cache-control'), 'no-store');
      const keys = createRemoteJWKSet(new URL('/oauth/jwks', issuer));
      const { payload } = await jwtVerify(String(answer.body['access_token']), keys, {
        issuer,
        audience,
        typ: 'at+jwt',
      });
      t.equal(payload['client_id'], 'issuer');
      const event = recorded.findLast(({ type }) => type === 'token.issued');
      t.match(
        event,
        { client: 'issuer', details: { door: 'json', issuer_tokens: true } },
        'the mark is in the audit',
      );
    },
  );

  await t.test(
    'an issuer_tokens client needs no scope, and gets tokens for its one audience only',
    async (t) => {
      const code = await issuerCode(issuer, {});
      t.match(code, /^[A-Za-z0-9_-]{32,128}$/);
      const answer = await post(issuer, { authorization_code: code });
      t.equal(answer.status, 201, 'RFC 6749 §3.3');
      t.equal(decodeJwt(String(answer.body['access_token'])).aud, audience);
      const query = new URLSearchParams({
        client_id: 'issuer',
        response_type: 'code',
        redirect_uri: redirectUri,
        resource: opaque,
      });
      const page = await new Browser().request(`${issuer}/oauth/authorize?${query}`);
      t.equal(redirectParameters(page).get('error'), 'invalid_target');
    },
  );

  await t.test(
    'an access token is a JWT (RFC 9068), also where the form endpoint gives an opaque one',
    async (t) => {
      const party = new RelyingParty(issuer);
      const requests: Readonly<Record<string, string>>[] = [
        { resource: opaque, scope: 'read' },
        { claims: JSON.stringify({ userinfo: { email: null } }) },
      ];
      for (const request of requests) {
        const form = await codeFor(party, new Browser(), request);
        const there = await party.redeem(form.code, form.verifier);
        t.notMatch(there.body['access_token'], /\./);
        const { code, verifier } = await codeFor(party, new Browser(), request);
        const body = { authorization_code: code, redirect_uri: redirectUri, code_verifier: verifier };
        const here = await post(issuer, body, basicAuthorization('app', secret));
        t.equal(here.status, 201);
        t.equal(decodeProtectedHeader(String(here.body['access_token'])).typ, 'at+jwt');
      }
    },
  );

  await t.test('a client can present a certificate, and its token is bound to it (RFC 8705)', async (t) => {
    const party = new RelyingParty(issuer, 'certified', '');
    const { code, verifier } = await codeFor(party, new Browser());
    const body = {
      authorization_code: code,
      client_id: 'certified',
      redirect_uri: redirectUri,
      code_verifier: verifier,
    };
    t.equal((await post(issuer, body)).status, 401, 'none was shown');
    const answer = await post(issuer, body, {
      'client-certificate': certificate.escaped,
      'client-certificate-ca-verified': 'SUCCESS',
    });
    t.equal(answer.status, 201);
    t.match(decodeJwt(String(answer.body['access_token'])), { cnf: { 'x5t#S256': /./ } });
  });

  await t.test(
    'every other method is refused with the name of the allowed one (RFC 9110 §15.5.6)',
    async (t) => {
      for (const method of ['GET', 'HEAD', 'PUT', 'PATCH', 'DELETE']) {
        const response = await fetch(`${issuer}/api/v1/tokens`, { method });
        t.equal(response.status, 405, method);
        t.equal(response.headers.get('allow'), 'POST');
        const text = await response.text();
        if (method !== 'HEAD') answers.push({ status: 405, body: JSON.parse(text) });
      }
    },
  );

  await t.test('a code alone is not enough for anyone else', async (t) => {
    const confidential = await codeFor(new RelyingParty(issuer), new Browser());
    t.match(await post(issuer, { authorization_code: confidential.code }), {
      status: 401,
      body: { name: 'invalid_client' },
    });
    const open = await codeFor(new RelyingParty(issuer, 'public', undefined), new Browser());
    t.match(await post(issuer, { authorization_code: open.code }), {
      status: 400,
      body: { name: 'invalid_request' },
    });
    const challenged = await codeFor(new RelyingParty(issuer, 'issuer', undefined), new Browser());
    t.match(
      await post(issuer, { authorization_code: challenged.code }),
      { status: 400, body: { name: 'invalid_request' } },
      'nor for a marked client that made a challenge',
    );
    const { code, verifier } = challenged;
    const whole = {
      authorization_code: code,
      client_id: 'issuer',
      redirect_uri: redirectUri,
      code_verifier: verifier,
    };
    t.equal((await post(issuer, whole)).status, 201);
  });

  await t.test('an unknown code is not found', async (t) => {
    const answer = await post(issuer, { authorization_code: 'x'.repeat(43) });
    t.match(answer, { status: 404, body: { name: 'not_found', code: 1404 } });
  });

  await t.test(
    'a code is consumed at both endpoints at once: one of a hundred requests gets tokens',
    async (t) => {
      const party = new RelyingParty(issuer);
      for (let round = 0; round < 3; round++) {
        const { code, verifier } = await codeFor(party, new Browser());
        const body = { authorization_code: code, redirect_uri: redirectUri, code_verifier: verifier };
        const results = await Promise.all(
          Array.from({ length: 100 }, (_, at) =>
            at % 2 ? post(issuer, body, basicAuthorization('app', secret)) : party.redeem(code, verifier),
          ),
        );
        const won = results.filter(({ status }) => status === 200 || status === 201);
        t.equal(won.length, 1);
        assertEach(
          t,
          results,
          ({ status, body }) => status < 300 || (body['error'] ?? body['name']) === 'invalid_grant',
        );
      }
    },
  );

  await t.test(
    'a code used at one endpoint is refused at the other, and its tokens are revoked',
    async (t) => {
      const party = new RelyingParty(issuer);
      const first = await codeFor(party, new Browser());
      const tokens = await party.redeem(first.code, first.verifier);
      t.equal(tokens.status, 200);
      const body = {
        authorization_code: first.code,
        redirect_uri: redirectUri,
        code_verifier: first.verifier,
      };
      t.match(await post(issuer, body, basicAuthorization('app', secret)), {
        status: 400,
        body: { name: 'invalid_grant' },
      });
      t.match(await party.refresh(String(tokens.body['refresh_token'])), {
        status: 400,
        body: { error: 'invalid_grant' },
      });

      const second = await codeFor(party, new Browser());
      const spent = {
        authorization_code: second.code,
        redirect_uri: redirectUri,
        code_verifier: second.verifier,
      };
      const token = await post(issuer, spent, basicAuthorization('app', secret));
      t.equal(token.status, 201);
      const bearer = { authorization: `Bearer ${token.body['access_token']}` };
      t.equal((await fetch(`${issuer}/userinfo`, { headers: bearer })).status, 200);
      t.match(await party.redeem(second.code, second.verifier), {
        status: 400,
        body: { error: 'invalid_grant' },
      });
      t.equal((await fetch(`${issuer}/userinfo`, { headers: bearer })).status, 401);
    },
  );

  await t.test(
    'whatever the form endpoint refuses, the JSON endpoint refuses for the same reason',
    async (t) => {
      const party = new RelyingParty(issuer);
      type Case = {
        readonly name: string;
        readonly form: () => Promise<Answer>;
        readonly json: () => Promise<Answer>;
      };
      const both = async (
        name: string,
        parameters: Record<string, string>,
        id = 'app',
        of: string = secret,
      ): Promise<Case> => {
        const one = await codeFor(party, new Browser());
        const two = await codeFor(party, new Browser());
        const caller = new RelyingParty(issuer, id, of);
        const { code: other, ...rest } = parameters;
        const json = { redirect_uri: redirectUri, code_verifier: two.verifier, ...rest };
        return {
          name,
          form: () => caller.redeem(other ?? one.code, one.verifier, rest),
          json: () =>
            post(issuer, { authorization_code: other ?? two.code, ...json }, basicAuthorization(id, of)),
        };
      };
      const cases = [
        await both('a wrong secret', {}, 'app', 'wrong-secret-of-forty-three-characters-or-more'),
        await both('an unknown client', {}, 'nobody'),
        await both("another client's code", {}, 'other', `${secret}-other`),
        await both('a wrong verifier', { code_verifier: newVerifier() }),
        await both('a verifier too short', { code_verifier: 'short' }),
        await both('a wrong redirect URI', { redirect_uri: `${redirectUri}/x` }),
        await both('two ways to say who one is', { client_id: 'other' }),
      ];
      for (const { name, form, json } of cases) {
        const [one, two] = [await form(), await json()];
        t.equal(two.status, one.status, name);
        t.equal(two.body['name'], one.body['error'], `${name}: ${one.body['error']}`);
      }
      const { code, verifier } = await codeFor(party, new Browser());
      const proof = await post(
        issuer,
        { authorization_code: code, redirect_uri: redirectUri, code_verifier: verifier },
        { ...basicAuthorization('app', secret), dpop: 'x' },
      );
      t.match(
        proof,
        { status: 400, body: { name: 'invalid_request' } },
        'nothing but Bearer is answered here',
      );
    },
  );

  await t.test(
    'the JSON endpoint also refuses a code whose grant, client or account changed meanwhile',
    async (t) => {
      const party = new RelyingParty(issuer);
      const pair = async (parameters: Record<string, string> = {}) => {
        const browser = new Browser();
        const codes = [];
        for (let at = 0; at < 3; at++) codes.push(await codeFor(party, browser, parameters));
        return codes;
      };
      const both = async (name: string, [one, two]: { code: string; verifier: string }[]): Promise<void> => {
        if (!one || !two) throw new Error('two codes');
        const form = await party.redeem(one.code, one.verifier);
        const json = await post(
          issuer,
          { authorization_code: two.code, redirect_uri: redirectUri, code_verifier: two.verifier },
          basicAuthorization('app', secret),
        );
        t.match(form, { status: 400, body: { error: 'invalid_grant' } }, `${name}: the form endpoint`);
        t.match(json, { status: 400, body: { name: 'invalid_grant' } }, `${name}: the JSON endpoint`);
      };

      const [first, ...rest] = await pair();
      if (!first) throw new Error('a code');
      const tokens = await party.redeem(first.code, first.verifier);
      await party.post('/oauth/revoke', { token: String(tokens.body['refresh_token']) });
      await both('a revoked grant', rest);

      await both('a code bound to a key, without a proof', await pair({ dpop_jkt: 'x'.repeat(43) }));

      const { accounts } = server.app.services;
      const guest = await accounts.add({ username: 'guest', password });
      const codes = [];
      for (let at = 0; at < 2; at++) {
        const verifier = newVerifier();
        const browser = new Browser();
        const login = await browser.open(party.authorizationUrl(verifier));
        const back = await browser.submit(login, { login: 'guest', password });
        codes.push({ code: redirectParameters(back).get('code') ?? '', verifier });
      }
      await accounts.disable(guest.id);
      await both('a disabled account', codes);

      const fapi = new RelyingParty(issuer, 'strict', '');
      const code = 'x'.repeat(43);
      const form = await fapi.redeem(code, newVerifier());
      const json = await post(issuer, {
        authorization_code: code,
        client_id: 'strict',
        redirect_uri: redirectUri,
      });
      t.match(
        form,
        { status: 401, body: { error: 'invalid_client' } },
        'a FAPI client without its assertion: the form endpoint',
      );
      t.match(json, { status: 401, body: { name: 'invalid_client' } }, 'and the JSON endpoint');
    },
  );

  await t.test('an internal error is 500 and reveals only the request id', async (t) => {
    const code = 'y'.repeat(43);
    const key = modelKey('AuthorizationCode', code);
    if (!key) throw new Error('a key');
    await server.store.commit([{ op: 'put', key, body: '0 by no release of ours' }]);
    for (const more of [{}, { client_id: 'public', redirect_uri: redirectUri }]) {
      const answer = await post(issuer, { authorization_code: code, ...more });
      t.match(answer, { status: 500, body: { name: 'server_error', code: 1500 } });
      t.notMatch(answer.body['message'], /release/);
      t.ok(answer.headers.get('x-request-id'));
    }
  });

  await t.test('the description names every status and error', async (t) => {
    const description = JSON.parse(await (await fetch(`${issuer}/api/v1/openapi.json`)).text());
    t.equal(description.openapi, '3.1.0');
    const responses = Object.keys(description.paths['/api/v1/tokens'].post.responses);
    t.strictSame(responses, ['201', '400', '401', '404', '413', '415', '429', '500', '503']);
    const page = await fetch(`${issuer}/api/v1/docs`, { headers: { accept: 'text/html' } });
    t.equal(page.status, 200);
  });

  await t.test('a code survives an outage of the store', async (t) => {
    const code = await issuerCode(issuer);
    const browser = new Browser();
    const party = new RelyingParty(issuer);
    const form = await codeFor(party, browser);
    await server.store.close();
    recorded.length = 0;
    t.equal((await party.redeem(form.code, form.verifier)).status, 503);
    t.match(recorded, [{ type: 'token.refused', reason: 'temporarily_unavailable' }]);
    t.equal(recorded.length, 1, 'one event for one request');
    t.equal((await browser.request(party.authorizationUrl(form.verifier))).status, 503);
    t.match(recorded.slice(1), [{ type: 'authorization.refused', reason: 'temporarily_unavailable' }]);
    t.equal(recorded.length, 2);
    const answer = await post(issuer, { authorization_code: code });
    t.match(answer, { status: 503, body: { name: 'temporarily_unavailable', code: 1503 } });
    t.ok(answer.headers.get('retry-after'));
  });
});

t.test('a code that has expired is not found', async (t) => {
  let ahead = 0;
  const server = await startInProcess(t, config, { clock: { now: () => Date.now() + ahead } });
  const code = await issuerCode(server.issuer);
  ahead = 31_000;
  const answer = await post(server.issuer, { authorization_code: code });
  t.match(answer, { status: 404, body: { name: 'not_found' } }, 'after thirty seconds, for a marked client');
});

t.test('too many requests are refused with the time to retry (RFC 6585 §4)', async (t) => {
  const server = await startInProcess(
    t,
    {
      ...config,
      security: { throttle: { token_per_address: 2, failed_authentication_per_client: 1 } },
    },
    { clock: createClockAtMinuteStart() },
  );
  const wrong = { authorization_code: 'x'.repeat(43), redirect_uri: redirectUri };
  const ask = () =>
    post(server.issuer, wrong, basicAuthorization('app', 'wrong-secret-of-forty-three-characters-or-more'));
  t.equal((await ask()).status, 401);
  for (const by of ['client', 'address']) {
    const answer = await ask();
    t.match(answer, { status: 429, body: { name: 'too_many_requests', code: 1429 } }, `by ${by}`);
    t.ok(Number(answer.headers.get('retry-after')) > 0);
  }
});

t.test('every response of this run matched the contract', async (t: Test) => {
  t.ok(answers.length > 100);
  for (const { status, body } of answers) t.strictSame(breaches(status, body), []);
  const seen = new Set(answers.map(({ status }) => status));
  for (const status of [201, 400, 401, 404, 405, 413, 415, 429, 500, 503])
    t.ok(seen.has(status), `${status}`);
});

t.test('the stack is shown in development only', async (t) => {
  const server = await startInProcess(t, {
    ...config,
    mode: 'production',
    store: { url: `sqlite:${t.testdir()}/postern.db` },
    accounts: [],
    clients: [
      {
        client_id: 'issuer',
        token_endpoint_auth_method: 'none',
        redirect_uris: ['https://a.example/cb'],
        issuer_tokens: true,
        audience,
      },
    ],
    security: { key_encryption_key: Buffer.alloc(32, 7).toString('base64url') },
  });
  const answer = await post(server.issuer, '{}');
  t.equal(answer.status, 400);
  t.notOk('stack' in answer.body);
});

t.test('the contract holds for bodies and methods that no client sends', async (t) => {
  const server = await startInProcess(t);
  const url = new URL('/api/v1/tokens', server.issuer);
  const traced = await sendRaw(server.issuer, rawRequest('TRACE', url.pathname, { Host: url.host }));
  t.match(traced, { status: 405, headers: { allow: 'POST' } });
  for (const headers of [{}, { 'content-type': 'application/json' }]) {
    const answer = await fetch(url, { method: 'POST', headers });
    t.equal(answer.status, 400);
    t.match(await answer.json(), { name: 'invalid_request', code: 1000 });
  }
  const { components } = await (await fetch(new URL('/api/v1/openapi.json', server.issuer))).json();
  const { properties } = components.schemas.CreateAccessTokenRequestDto;
  t.match(properties, {
    client_id: { minLength: 1 },
    redirect_uri: { minLength: 1 },
    code_verifier: { minLength: 43 },
  });
});
