import t from 'tap';
import { rawRequest, sendRaw } from '../support/raw-http.ts';
import {
  Browser,
  basicAuthorization,
  codeFor,
  formOf,
  newVerifier,
  password,
  secret,
} from '../support/setup/index.ts';
import { spaUri, startSecurityTest } from './security-test.ts';

t.test('no page can be framed, sniffed or cached (CWE-1021, CWE-525)', async (t) => {
  const { issuer, app, host } = await startSecurityTest(t);
  const browser = new Browser();
  const login = await browser.open(app.authorizationUrl(newVerifier()));
  const endpoints = [
    '/',
    '/nothing',
    '/errors/invalid_grant',
    '/oauth/device',
    '/oauth/logout',
    '/oauth/authorize',
    '/oauth/authorize/x',
    '/userinfo',
    '/oauth/jwks',
    '/livez',
    '/readyz',
    '/.well-known/openid-configuration',
    '/api/v1/openapi.json',
    '/api/v1/tokens',
    '/oauth/token',
    '/interaction/x',
    new URL(login.url).pathname,
  ];
  for (const path of endpoints) {
    for (const method of ['GET', 'POST']) {
      for (const accept of ['text/html', 'application/json']) {
        const { status, headers } = await browser.request(`${issuer}${path}`, {
          method,
          headers: { accept },
        });
        const policy = headers.get('content-security-policy') ?? '';
        const what = `${method} ${path} as ${accept} (${status})`;
        t.equal(headers.get('x-content-type-options'), 'nosniff', `${what} is what it says it is`);
        t.match(policy, /default-src 'none'/, `${what} lets nothing in`);
        t.match(policy, /frame-ancestors 'none'/);
        t.match(policy, /base-uri 'none'/);
        t.notMatch(policy, /unsafe-(inline|eval)|script-src[^;]*\*|http:\/\/(?!localhost)/);
        t.ok(headers.get('referrer-policy'), `${what} sends no referrer`);
        if (headers.get('content-type')?.includes('text/html'))
          t.equal(headers.get('cache-control'), 'no-store', `${what} is not kept`);
      }
    }
  }
  const refused = await sendRaw(issuer, rawRequest('GET', '/', { Host: 'evil.test' }));
  t.match(refused.headers, {
    'x-content-type-options': 'nosniff',
    'cache-control': 'no-store',
    'x-frame-options': 'DENY',
  });

  const { code, verifier } = await codeFor(app, browser);
  const { headers } = await app.redeem(code, verifier);
  t.equal(headers.get('cache-control'), 'no-store', 'tokens are not kept (RFC 6749 §5.1)');
  t.ok(host);
});

t.test(
  'cookies are bound to host and scheme and hidden from scripts (CWE-614, CWE-1004, CWE-1275)',
  async (t) => {
    const { issuer, app } = await startSecurityTest(t);
    const browser = new Browser();
    const lines: string[] = [];
    let page = await browser.request(app.authorizationUrl(newVerifier()));
    lines.push(...page.headers.getSetCookie());
    page = await browser.open(new URL(page.headers.get('location') ?? '', issuer).href);
    const { action, hidden } = formOf(page.body);
    page = await browser.request(new URL(action, issuer).href, {
      method: 'POST',
      headers: { origin: issuer },
      body: new URLSearchParams({ ...hidden, login: 'ada', password }),
    });
    lines.push(...page.headers.getSetCookie());
    page = await browser.request(new URL(page.headers.get('location') ?? '', issuer).href);
    lines.push(...page.headers.getSetCookie());
    t.ok(
      lines.some((line) => line.includes('session')),
      'there is a session',
    );
    for (const line of lines) {
      t.match(line, /;\s*httponly/i);
      t.match(line, /;\s*samesite=lax/i);
      t.notMatch(line, /;\s*domain=/i);
    }
    const forged = [...browser.cookies]
      .map(([name, { value }]) => `${name.split(';')[0]}=${value.slice(0, -2)}AA`)
      .join('; ');
    for (const cookie of [
      forged,
      `${'postern_session=x; '.repeat(200)}`,
      'postern_session=; postern_session=__proto__',
      'postern_session=%00%ff',
      ';;;===',
      'postern_session="a\\"b"',
    ]) {
      const url = app.authorizationUrl(newVerifier(), { prompt: 'none' });
      const answer = await fetch(url, { headers: { cookie }, redirect: 'manual' });
      t.match(
        answer.headers.get('location') ?? '',
        /error=login_required/,
        'a cookie without a valid signature is no session',
      );
    }
  },
);

t.test('over https cookies have the __Host- prefix, and HSTS is sent', async (t) => {
  const { server: postern } = await startSecurityTest(t, { issuer: 'https://id.example' });
  const { port } = Object(postern.app.server.server.address());
  const origin = `http://127.0.0.1:${port}`;
  const query = `client_id=spa&response_type=code&redirect_uri=${encodeURIComponent(spaUri)}&scope=openid&code_challenge=${'a'.repeat(43)}&code_challenge_method=S256`;
  const { text } = await sendRaw(
    origin,
    rawRequest('GET', `/oauth/authorize?${query}`, { Host: 'id.example' }),
  );
  const lines = text.split('\r\n').filter((line) => /^set-cookie:/i.test(line));
  t.ok(lines.length > 0);
  for (const line of lines) {
    t.match(line, /^set-cookie: __(Host|Secure)-/i, line.slice(0, 40));
    t.match(line, /;\s*secure/i);
    if (line.includes('__Host-')) t.match(line, /;\s*path=\/(;|$)/i);
  }
  for (const path of ['/', '/oauth/jwks', '/.well-known/openid-configuration', '/nothing', '/livez']) {
    const answer = await sendRaw(origin, rawRequest('GET', path, { Host: 'id.example' }));
    t.match(answer.headers['strict-transport-security'], /^max-age=\d{8}/, `${path} (FAPI 2.0 §5.2.2)`);
  }
});

t.test('another origin reads only responses meant for it (CWE-942)', async (t) => {
  const { issuer, spa, app } = await startSecurityTest(t);
  const { code, verifier } = await codeFor(spa, new Browser());
  const { body } = await spa.redeem(code, verifier);
  const bearer = { authorization: `Bearer ${body['access_token']}` };
  const origins = [
    'https://evil.test',
    'null',
    'https://spa.example.evil.test',
    'http://spa.example',
    'https://spa.example:8443',
    'https://evilspa.example',
    'file://',
    'chrome-extension://abc',
  ];
  for (const origin of origins) {
    const token = await spa.post(
      '/oauth/token',
      { grant_type: 'refresh_token', refresh_token: 'x' },
      { origin },
    );
    const userinfo = await fetch(`${issuer}/userinfo`, { headers: { origin, ...bearer } });
    t.equal(token.status, 400);
    t.equal(
      token.headers.get('access-control-allow-origin'),
      null,
      `the token endpoint is closed to ${origin}`,
    );
    t.equal(userinfo.headers.get('access-control-allow-origin'), null, `userinfo is closed to ${origin}`);
    t.notOk(userinfo.ok, 'and reveals nothing');
    const json = await fetch(`${issuer}/api/v1/tokens`, {
      method: 'POST',
      headers: { origin, 'content-type': 'application/json' },
      body: '{}',
    });
    t.equal(json.headers.get('access-control-allow-origin'), null);
    for (const path of ['/', '/oauth/authorize', '/oauth/device', '/oauth/logout', '/livez']) {
      const answer = await fetch(`${issuer}${path}`, { headers: { origin }, redirect: 'manual' });
      t.equal(answer.headers.get('access-control-allow-origin'), null, `${path} is closed to ${origin}`);
    }
  }
  const own = 'https://spa.example';
  t.equal(
    (await fetch(`${issuer}/userinfo`, { headers: { origin: own, ...bearer } })).headers.get(
      'access-control-allow-origin',
    ),
    own,
  );
  const confidential = await fetch(`${issuer}/oauth/token`, {
    method: 'POST',
    headers: { origin: 'http://localhost:4999', ...basicAuthorization('app', secret) },
    body: new URLSearchParams({ grant_type: 'client_credentials' }),
  });
  t.equal(confidential.status, 400, 'the secret of a confidential client has no business in a browser');
  for (const origin of [own, 'https://evil.test', 'null']) {
    for (const path of ['/oauth/token', '/userinfo', '/oauth/jwks', '/.well-known/openid-configuration']) {
      const answer = await fetch(`${issuer}${path}`, { headers: { origin } });
      t.equal(answer.headers.get('access-control-allow-credentials'), null, 'cookies are never let along');
    }
  }
  t.ok(app);
});

t.test('a form of another site does nothing (CWE-352)', async (t) => {
  const { issuer, app, events, stored } = await startSecurityTest(t);
  const browser = new Browser();
  const page = await browser.open(app.authorizationUrl(newVerifier()));
  const { action, hidden } = formOf(page.body);
  const url = new URL(action, issuer).href;
  const documents = await stored();
  const send = (fields: Readonly<Record<string, string>>, headers: Readonly<Record<string, string>>) =>
    browser.request(url, {
      method: 'POST',
      body: new URLSearchParams({ login: 'ada', password, ...fields }),
      headers,
    });
  const cases: readonly (readonly [
    string,
    Readonly<Record<string, string>>,
    Readonly<Record<string, string>>,
  ])[] = [
    ['from another origin', hidden, { origin: 'https://evil.test' }],
    ['from an origin without a name', hidden, { origin: 'null' }],
    ['from another port', hidden, { origin: 'http://localhost:1' }],
    ['that browsers call foreign', hidden, { 'sec-fetch-site': 'cross-site' }],
    ['of a sister host', hidden, { 'sec-fetch-site': 'same-site' }],
    ['without its seal', {}, { origin: issuer }],
    ['with an empty seal', { csrf: '' }, { origin: issuer }],
    ['with the seal of another', { csrf: 'A'.repeat(43) }, { origin: issuer }],
  ];
  for (const [name, fields, headers] of cases) {
    const before = events.length;
    const answer = await send(fields, headers);
    t.equal(answer.status, 403, `a form ${name}`);
    const recorded = events.slice(before);
    t.equal(recorded.length, 1, 'one event');
    t.match(recorded[0], { outcome: 'refused', reason: /^(foreign_form|form_expired)$/ });
  }
  t.equal(await stored(), documents, 'nothing was stored, not even a failed sign-in');
  for (const type of ['text/plain', 'application/json', 'multipart/form-data; boundary=x', '']) {
    const answer = await browser.request(url, {
      method: 'POST',
      body: '{"login":"ada"}',
      headers: { 'content-type': type, origin: issuer },
    });
    t.ok([403, 415].includes(answer.status), `a body of ${type}: ${answer.status}`);
  }
  t.equal((await send(hidden, { origin: issuer })).status, 303, 'the form itself is good');
});

t.test('a form of the device or logout page that another site posts is refused (CWE-352)', async (t) => {
  const { issuer } = await startSecurityTest(t);
  const post = (path: string, headers: Readonly<Record<string, string>>) =>
    fetch(`${issuer}${path}`, {
      method: 'POST',
      redirect: 'manual',
      body: 'user_code=BCDF-GHJK&xsrf=x',
      headers: { 'content-type': 'application/x-www-form-urlencoded', ...headers },
    });
  for (const path of ['/oauth/device', '/oauth/logout/confirm']) {
    for (const headers of [
      { origin: 'https://evil.test' },
      { origin: 'null' },
      { 'sec-fetch-site': 'cross-site' },
    ])
      t.equal((await post(path, headers)).status, 403, `${path} ${JSON.stringify(headers)}`);
    t.not((await post(path, { origin: issuer, 'sec-fetch-site': 'same-origin' })).status, 403);
  }
});
