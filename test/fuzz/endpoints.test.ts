import { constantFrom, oneof, tuple } from 'fast-check';
import t from 'tap';
import { startSecurityTest, threeClients } from '../security/security-test.ts';
import { sendRaw } from '../support/raw-http.ts';
import {
  Browser,
  basicAuthorization,
  formOf,
  newVerifier,
  password,
  secret,
} from '../support/setup/index.ts';
import { bytes, forms, headerTexts, jsonTexts, jwts, texts, words } from './inputs.ts';
import { fuzz } from './run.ts';

const unlimited = {
  token_per_address: 0,
  failed_authentication_per_client: 0,
  registration_per_address: 0,
  device_per_address: 0,
  sign_in_per_address: 0,
  sign_in_per_account: 0,
  sign_in_per_client: 0,
  sign_in_start_per_address: 0,
  sign_in_start_per_account: 0,
  pushed_request_per_address: 0,
  device_code_per_address: 0,
};

t.test('no endpoint answers 5xx, hangs or leaks memory on any input', async (t) => {
  const scene = await startSecurityTest(t, {
    ...threeClients,
    registration: { enabled: true },
    security: { throttle: unlimited, password: { memory_kib: 8192, passes: 1, max_queued: 10_000 } },
    proxy: { trusted: ['127.0.0.1'] },
  });
  const { issuer, host, events, app } = scene;
  const own = basicAuthorization('app', secret);

  const send = async (path: string, init: RequestInit, at = issuer): Promise<void> => {
    const answer = await fetch(`${at}${path}`, { redirect: 'manual', ...init });
    const text = await answer.text();
    if (answer.status >= 500) throw new Error(`${answer.status}: ${text.slice(0, 300)}`);
    // Recorded events would count as memory growth.
    events.length = 0;
  };
  const form = { 'content-type': 'application/x-www-form-urlencoded' };
  const post = (path: string, body: string, headers: Readonly<Record<string, string>> = {}) =>
    send(path, { method: 'POST', body, headers: { ...form, ...headers } });

  const token = [
    'grant_type',
    'code',
    'redirect_uri',
    'code_verifier',
    'refresh_token',
    'scope',
    'resource',
    'client_id',
    'client_secret',
    'client_assertion',
    'client_assertion_type',
    'device_code',
    'auth_req_id',
    'authorization_details',
    'token',
    'token_type_hint',
  ];
  const authorize = [
    'client_id',
    'response_type',
    'redirect_uri',
    'scope',
    'state',
    'nonce',
    'code_challenge',
    'code_challenge_method',
    'response_mode',
    'prompt',
    'max_age',
    'display',
    'ui_locales',
    'claims_locales',
    'id_token_hint',
    'login_hint',
    'acr_values',
    'claims',
    'request',
    'request_uri',
    'registration',
    'resource',
    'authorization_details',
    'dpop_jkt',
    'iss',
    'sub',
    'lang',
  ];

  await t.test('forms of the token endpoint and related endpoints are handled', (t) =>
    fuzz(
      t,
      tuple(
        constantFrom('token', 'introspect', 'revoke', 'device_authorization', 'ciba'),
        forms(token),
        constantFrom(own, {}),
      ),
      ([path, body, headers]) => post(`/oauth/${path}`, body, headers),
    ),
  );

  await t.test('authorization requests, also pushed and posted, are handled', (t) =>
    fuzz(
      t,
      tuple(
        constantFrom('get', 'post', 'push', 'logout'),
        forms(authorize),
        constantFrom('text/html', 'application/json'),
      ),
      ([how, query, accept]) => {
        const good = app.authorizationUrl('v'.repeat(43)).split('?')[1];
        if (how === 'push') return post('/oauth/par', query, own);
        if (how === 'post') return post('/oauth/authorize', query, { accept });
        const all = how === 'get' ? `${good}&${query}` : query;
        return send(
          `/oauth/${how === 'get' ? 'authorize' : 'logout'}?${all.replaceAll(/[^\x21-\x7e]/g, '').slice(0, 8000)}`,
          { headers: { accept } },
        );
      },
    ),
  );

  await t.test('nearly valid authorization requests are handled', (t) =>
    fuzz(t, tuple(constantFrom(...authorize), texts), ([name, value]) => {
      const url = new URL(app.authorizationUrl('v'.repeat(43)));
      url.searchParams.set(name, value.slice(0, 2000));
      return send(`${url.pathname}${url.search}`, { headers: { accept: 'text/html' } });
    }),
  );

  await t.test('bodies of the JSON token endpoint are handled', (t) =>
    fuzz(
      t,
      tuple(
        jsonTexts(['authorization_code', 'client_id', 'redirect_uri', 'code_verifier']),
        constantFrom(own, {}),
      ),
      ([body, headers]) =>
        send('/api/v1/tokens', {
          method: 'POST',
          body,
          headers: { 'content-type': 'application/json', ...headers },
        }),
    ),
  );

  await t.test('registrations are handled', (t) =>
    fuzz(
      t,
      jsonTexts([
        'redirect_uris',
        'client_name',
        'jwks',
        'grant_types',
        'response_types',
        'token_endpoint_auth_method',
        'scope',
        'contacts',
        'subject_type',
        'default_max_age',
        'logo_uri',
        'id_token_signed_response_alg',
      ]),
      (body) =>
        send('/oauth/register', { method: 'POST', body, headers: { 'content-type': 'application/json' } }),
    ),
  );

  await t.test('Authorization headers are handled', (t) =>
    fuzz(
      t,
      tuple(
        words(['Basic', 'Bearer', 'DPoP', '']),
        oneof(
          headerTexts,
          texts.map((text) => Buffer.from(text).toString('base64')),
        ),
        constantFrom('/oauth/token', '/oauth/introspect', '/userinfo', '/api/v1/tokens'),
      ),
      ([scheme, value, path]) =>
        post(path, 'grant_type=client_credentials', { authorization: `${scheme} ${value}`.slice(0, 6000) }),
    ),
  );

  await t.test('DPoP proofs are handled', (t) =>
    fuzz(
      t,
      tuple(
        jwts(['typ', 'alg', 'jwk', 'kid', 'crit'], ['htm', 'htu', 'jti', 'iat', 'ath', 'nonce', 'exp']),
        constantFrom('/oauth/token', '/userinfo', '/oauth/par'),
      ),
      ([dpop, path]) => post(path, 'grant_type=client_credentials', { ...own, dpop: dpop.slice(0, 6000) }),
    ),
  );

  await t.test('assertions, request objects, hints and tokens are handled', (t) =>
    fuzz(
      t,
      tuple(
        constantFrom('assertion', 'request', 'hint', 'token'),
        jwts(
          ['typ', 'alg', 'kid', 'jwk', 'crit', 'b64'],
          ['iss', 'sub', 'aud', 'exp', 'iat', 'nbf', 'jti', 'client_id', 'redirect_uri'],
        ),
      ),
      ([what, jwt]) => {
        const short = jwt.slice(0, 6000);
        if (what === 'assertion') {
          return post(
            '/oauth/token',
            new URLSearchParams({
              grant_type: 'client_credentials',
              client_assertion: short,
              client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
            }).toString(),
          );
        }
        if (what === 'token')
          return post('/oauth/introspect', new URLSearchParams({ token: short }).toString(), own);
        const url = new URL(
          app.authorizationUrl('v'.repeat(43), {
            [what === 'hint' ? 'id_token_hint' : 'request']: short.slice(0, 3000),
          }),
        );
        return send(`${url.pathname}${url.search}`, {});
      },
    ),
  );

  await t.test('cookies, languages and addresses are handled', (t) =>
    fuzz(
      t,
      tuple(
        headerTexts,
        headerTexts,
        headerTexts,
        constantFrom(
          '/',
          '/oauth/device',
          `/interaction/${'a'.repeat(43)}`,
          '/oauth/authorize?client_id=app',
          '/oauth/logout',
        ),
      ),
      ([cookie, language, address, path]) =>
        send(path, {
          headers: {
            accept: 'text/html',
            cookie:
              `postern_session=${cookie}; postern_interaction=${cookie}; postern_lang=${language}; ${cookie}`.slice(
                0,
                6000,
              ),
            'accept-language': language,
            'x-forwarded-for': address,
            origin: address,
          },
        }),
    ),
  );

  await t.test('certificates from the proxy are handled', async (t) => {
    const kinds = {
      'client-cert': ['client-cert', 'client-cert-chain'],
      'x-forwarded-client-cert': ['x-forwarded-client-cert'],
      'client-certificate': ['client-certificate', 'client-certificate-ca-verified'],
    };
    for (const [client_certificate_header, names] of Object.entries(kinds)) {
      const proxy = { trusted: ['127.0.0.1'], client_certificate_header };
      const behind = await startSecurityTest(t, { security: { throttle: unlimited }, proxy });
      await fuzz(t, tuple(constantFrom(...names), headerTexts), async ([name, value]) => {
        await send('/oauth/token', { method: 'POST', headers: { ...form, [name]: value } }, behind.issuer);
        behind.events.length = 0;
      });
    }
  });

  await t.test('forms of the pages are handled', async (t) => {
    const browser = new Browser();
    const page = await browser.open(app.authorizationUrl(newVerifier()));
    const { action, hidden } = formOf(page.body);
    await fuzz(
      t,
      tuple(
        forms(['login', 'password', 'remember', 'csrf', 'decision', 'user_code', 'xsrf', 'request', 'do']),
        texts,
        constantFrom(
          'sealed',
          new URL(action, issuer).pathname,
          '/oauth/device',
          '/oauth/logout/confirm',
          '/account/requests',
          '/playground/code',
        ),
      ),
      async ([body, text, which]) => {
        const url = new URL(which === 'sealed' ? action : which, issuer).href;
        const ciphertext = new URLSearchParams({
          ...hidden,
          login: text,
          password: text === password ? 'x' : text,
        }).toString();
        const answer = await browser.request(url, {
          method: 'POST',
          body: which === 'sealed' ? ciphertext : body,
          headers: { ...form, origin: issuer },
        });
        if (answer.status >= 500) throw new Error(`${answer.status}: ${answer.body.slice(0, 300)}`);
        events.length = 0;
      },
    );
  });

  await t.test('raw bytes are handled', (t) =>
    fuzz(
      t,
      tuple(
        words(['GET', 'POST', 'PUT', 'OPTIONS', 'TRACE']),
        oneof(texts, constantFrom('/', '/oauth/token', '/oauth/authorize', '/interaction/x')),
        oneof(texts, constantFrom(host)),
        bytes,
      ),
      async ([method, target, name, more]) => {
        const head = Buffer.from(
          `${method} ${target} HTTP/1.1\r\nHost: ${name}\r\nConnection: close\r\nX-A: `,
          'utf8',
        );
        const { status, body } = await sendRaw(issuer, Buffer.concat([head, more, Buffer.from('\r\n\r\n')]), {
          timeoutMs: 500,
        });
        if (status >= 500 && status !== 505) throw new Error(`${status}: ${body.slice(0, 300)}`);
        events.length = 0;
      },
    ),
  );

  t.equal((await fetch(`${issuer}/livez`)).status, 200);
});
