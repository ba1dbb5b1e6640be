import t from 'tap';
import { createClockAtMinuteStart } from '../support/clocks.ts';
import { rawRequest, sendRaw } from '../support/raw-http.ts';
import {
  Browser,
  basicAuthorization,
  codeFor,
  formOf,
  newVerifier,
  type Page,
  password,
  secret,
} from '../support/setup/index.ts';
import { waitFor } from '../support/wait-for.ts';
import { type Refusals, recordedOnce } from './recorded-once.ts';
import { startSecurityTest, threeClients } from './security-test.ts';

const form = { 'content-type': 'application/x-www-form-urlencoded' };
const json = { 'content-type': 'application/json' };

/** Converts a page of the browser to a `Response`. */
const asResponse = ({ status, headers, body }: Page): Response =>
  new Response(status === 303 ? null : body, { status, headers });

t.test('every refusal of people and browsers emits one event as well (CWE-778)', async (t) => {
  const config = {
    ...threeClients,
    registration: { enabled: true },
    metrics: { enabled: true, token: 'a-token-of-the-metrics-of-forty-characters' },
    tokens: { refresh_reuse_window: 0 },
    pages: { create_account: true },
    security: {
      throttle: { sign_in_free_attempts: 2, device_per_address: 3, registration_per_address: 2 },
      password: { memory_kib: 8192, passes: 1 },
    },
  };
  const { issuer, events, app, spa } = await startSecurityTest(t, config, createClockAtMinuteStart());
  const send =
    (method: string, path: string, headers: Readonly<Record<string, string>> = {}, body?: string) =>
    (): Promise<Response> =>
      fetch(`${issuer}${path}`, {
        method,
        headers,
        redirect: 'manual',
        ...(body !== undefined && { body }),
      });
  const signIn = async () => {
    const browser = new Browser();
    const page = await browser.open(app.authorizationUrl(newVerifier()));
    return (fields: Readonly<Record<string, string>>, query = ''): Promise<Response> => {
      const { action, hidden } = formOf(page.body);
      return browser
        .request(`${new URL(action, page.url).href}${query}`, {
          method: 'POST',
          body: new URLSearchParams({ ...hidden, ...fields }),
          headers: { origin: issuer },
        })
        .then(asResponse);
    };
  };
  const attempt = await signIn();
  const device = new Browser();
  const devicePage = await device.open(`${issuer}/oauth/device`);
  const enter = (code: string) => async (): Promise<Response> =>
    asResponse(
      await device.request(`${issuer}/oauth/device`, {
        method: 'POST',
        body: new URLSearchParams({ ...formOf(devicePage.body).hidden, user_code: code }),
        headers: { origin: issuer },
      }),
    );
  const { code, verifier } = await codeFor(spa, new Browser());
  const first = String((await spa.redeem(code, verifier)).body['refresh_token']);
  await spa.refresh(first);
  const made = new Browser();
  const creation = await made.open(app.authorizationUrl(newVerifier(), { prompt: 'create' }));
  const create = (fields: Readonly<Record<string, string>>) => async (): Promise<Response> => {
    const { action, hidden } = formOf(creation.body);
    const body = new URLSearchParams({ ...hidden, name: 'N', email: 'n@example.com', ...fields });
    const url = new URL(action, creation.url).href;
    return asResponse(await made.request(url, { method: 'POST', body, headers: { origin: issuer } }));
  };
  const refusals: Refusals = {
    'a form half filled': [() => attempt({ login: 'ada', password: '' }), 'request.refused', 'incomplete'],
    'an unknown name': [() => attempt({ login: 'eve', password: 'x' }), 'sign-in', 'unknown_account'],
    'a wrong password': [() => attempt({ login: 'ada', password: 'x' }), 'sign-in', 'wrong_password'],
    'and again': [() => attempt({ login: 'ada', password: 'x' }), 'sign-in', 'wrong_password'],
    'too often': [() => attempt({ login: 'ada', password }), 'sign-in', 'throttled'],
    'an account half described': [create({ login: '', password: 'x' }), 'request.refused', 'incomplete'],
    'a name that is taken': [create({ login: 'ada', password }), 'request.refused', 'incomplete'],
    'and once more': [create({ login: 'ada', password }), 'request.refused', 'incomplete'],
    'one account too many': [create({ login: 'dave', password }), 'sign-up', 'throttled'],
    'requests of nobody': [send('GET', '/account/requests'), 'request.refused', 'login_required'],
    'an answer of nobody': [
      send('POST', '/account/requests', { ...form, origin: issuer }, 'request=x&decision=allow'),
      'request.refused',
      'form_expired',
    ],
    'no user code': [enter(''), 'device.refused', 'code_missing'],
    'a wrong user code': [enter('BCDF-GHJK'), 'device.refused', 'code_wrong'],
    'a device form of another session': [
      send('POST', '/oauth/device', { ...form, origin: issuer }, 'xsrf=x&user_code=BCDF-GHJK'),
      'device.refused',
      '.*',
    ],
    'the playground from elsewhere': [
      send(
        'POST',
        '/playground/code',
        { ...form, origin: issuer, cookie: `postern_playground=${'a'.repeat(43)}` },
        'do=x',
      ),
      'request.refused',
      'form_expired',
    ],
    'metrics without the token': [send('GET', '/metrics'), 'request.refused', '[a-z_]+'],
    'a refresh token used twice': [
      () =>
        send('POST', '/oauth/token', form, `grant_type=refresh_token&client_id=spa&refresh_token=${first}`)(),
      'token.refused',
      'invalid_grant',
    ],
    'a method of another kind': [
      send('OPTIONS', '/api/v1/tokens', json),
      'request.refused',
      'invalid_request',
    ],
    'a request posted as JSON': [send('POST', '/oauth/authorize', json, '{}'), 'request.refused', '.*'],
    'a request that is too long for an address': [
      send('POST', '/oauth/authorize', form, `state=${'x'.repeat(7500)}`),
      'request.refused',
      'invalid_request',
    ],
    'a registration in another language': [
      send('POST', '/oauth/register', form, 'x=y'),
      'request.refused',
      'invalid_request',
    ],
    'a registration of somebody else': [
      send('GET', '/oauth/register/spa', { authorization: 'Bearer x' }),
      'request.refused',
      'invalid_token',
    ],
    'an empty registration': [
      send('POST', '/oauth/register', json, '{}'),
      'request.refused',
      'invalid_redirect_uri',
    ],
    'one registration too many': [
      send('POST', '/oauth/register', json, '{}'),
      'limit.reached',
      'too_many_requests',
    ],
    'a client that wants too much of a person': [
      send(
        'POST',
        '/oauth/ciba',
        { ...form, ...basicAuthorization('app', secret) },
        'login_hint=ada&scope=openid',
      ),
      'ciba.refused',
      '.*',
    ],
    'a proof instead of a token': [
      send('GET', '/userinfo', { authorization: 'DPoP x', dpop: 'x' }),
      'userinfo.refused',
      '.*',
    ],
  };
  await recordedOnce(t, events, refusals, new RegExp(`${secret}|${password}|${verifier}|${code}|${first}`));
});

t.test('malformed bytes emit an event too, and an unused connection emits none', async (t) => {
  const { issuer, host, events } = await startSecurityTest(t);
  const refusals: Readonly<Record<string, string>> = {
    malformed_request: 'GET / HTTP/1.1\r\nHost : x\r\n\r\n',
    headers_too_large: rawRequest('GET', '/', { Host: host, 'X-A': 'x'.repeat(20_000) }),
    unknown_expectation: rawRequest('GET', '/', { Host: host, Expect: 'a miracle' }),
    method_not_allowed: rawRequest('CONNECT', 'evil.test:443', { Host: 'evil.test:443' }),
    misdirected_request: rawRequest('GET', '/', { Host: 'evil.test' }),
    invalid_request: rawRequest('GET', '/', { Host: host, host }),
  };
  const nameless = 'GET /livez HTTP/1.1\r\nConnection: close\r\n\r\n';
  for (const [reason, bytes] of [...Object.entries(refusals), ['invalid_request', nameless]] as const) {
    const before = events.length;
    await sendRaw(issuer, bytes);
    t.match(events.slice(before), [{ outcome: 'refused', reason, address: '127.0.0.1' }], reason);
    t.equal(events.length - before, 1, `${reason}: once`);
  }
  for (const [path, name] of [
    ['/oauth/token', host],
    ['/api/v1/tokens', host],
    ['/oauth/logout', host],
    ['/oauth/token', 'evil.test'],
  ] as const) {
    const before = events.length;
    const head = { Host: name, 'Content-Type': 'application/json', 'Transfer-Encoding': 'chunked' };
    await sendRaw(issuer, rawRequest('POST', path, head, 'no-number\r\n'));
    await waitFor('the event', () => events.length > before);
    t.match(
      events.slice(before),
      [{ outcome: 'refused', correlation: String, address: '127.0.0.1' }],
      `${path} at ${name}: in a body`,
    );
    t.equal(events.length - before, 1, `${path} at ${name}: once`);
  }
  const before = events.length;
  await sendRaw(issuer, '', { timeoutMs: 50 });
  t.equal((await fetch(`${issuer}/nothing/here`)).status, 404);
  t.equal(events.length, before, 'nor is an unknown path');
});
