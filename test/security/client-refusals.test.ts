import t from 'tap';
import {
  Browser,
  basicAuthorization,
  codeFor,
  formOf,
  newVerifier,
  redirectUri,
  secret,
} from '../support/setup/index.ts';
import { type Refusals, recordedOnce } from './recorded-once.ts';
import { startSecurityTest } from './security-test.ts';

const form = { 'content-type': 'application/x-www-form-urlencoded' };
const json = { 'content-type': 'application/json' };
const html = { accept: 'text/html' };

t.test('every refusal emits one event with a stable code (CWE-778)', async (t) => {
  const { issuer, events, app, stored } = await startSecurityTest(t, {
    registration: { enabled: true, initial_access_tokens: ['an-initial-access-token'] },
  });
  const browser = new Browser();
  const login = await browser.open(app.authorizationUrl(newVerifier()));
  const { action, hidden } = formOf(login.body);
  const signedIn = new Browser();
  const { code, verifier } = await codeFor(app, signedIn);
  await app.redeem(code, verifier);
  const documents = await stored();

  const own = { ...form, ...basicAuthorization('app', secret) };
  const post =
    (path: string, body: string, headers: Readonly<Record<string, string>> = form) =>
    (): Promise<Response> =>
      fetch(`${issuer}${path}`, { method: 'POST', body, headers, redirect: 'manual' });
  const get =
    (path: string, headers: Readonly<Record<string, string>> = {}) =>
    (): Promise<Response> =>
      fetch(`${issuer}${path}`, { headers, redirect: 'manual' });
  const cookies = [...browser.cookies]
    .map(([name, { value }]) => `${name.split(';')[0]}=${value}`)
    .join('; ');
  const asAda = { ...form, cookie: cookies, origin: issuer };
  const authorize = `/oauth/authorize?client_id=app&response_type=code&redirect_uri=${encodeURIComponent(redirectUri)}`;

  const refusals: Refusals = {
    'token, client': [
      post('/oauth/token', 'grant_type=client_credentials', { ...form, ...basicAuthorization('app', 'x') }),
      'token.refused',
      'invalid_client',
    ],
    'token, unknown client': [
      post('/oauth/token', 'grant_type=client_credentials', { ...form, ...basicAuthorization('x', 'x') }),
      'token.refused',
      'invalid_client',
    ],
    'token, grant': [
      post('/oauth/token', `grant_type=refresh_token&refresh_token=${'a'.repeat(43)}`, own),
      'token.refused',
      'invalid_grant',
    ],
    'token, grant type': [
      post('/oauth/token', 'grant_type=password', own),
      'token.refused',
      'unsupported_grant_type',
    ],
    'token, nothing': [post('/oauth/token', ''), 'token.refused', 'invalid_request'],
    'token, target': [
      post('/oauth/token', 'grant_type=client_credentials&resource=https://x.example', own),
      'token.refused',
      'invalid_target',
    ],
    'token, proof': [
      post('/oauth/token', 'grant_type=client_credentials', { ...own, dpop: 'x' }),
      'token.refused',
      'invalid_dpop_proof',
    ],
    'token, type of the body': [
      post('/oauth/token', '{}', { ...json, ...basicAuthorization('app', secret) }),
      'token.refused',
      'invalid_request',
    ],
    introspection: [post('/oauth/introspect', 'token=x'), 'introspection.refused', 'invalid_request'],
    revocation: [
      post('/oauth/revoke', 'token=x', { ...form, ...basicAuthorization('app', 'x') }),
      'revocation.refused',
      'invalid_client',
    ],
    'a pushed request': [
      post('/oauth/par', 'response_type=code', own),
      'pushed-request.refused',
      'invalid_request',
    ],
    'a device': [post('/oauth/device_authorization', '', own), 'device.refused', '.*'],
    'userinfo, no token': [get('/userinfo'), 'userinfo.refused', '.*'],
    'userinfo, a bad token': [
      get('/userinfo', { authorization: 'Bearer x' }),
      'userinfo.refused',
      'invalid_token',
    ],
    'a request of nobody': [
      get('/oauth/authorize?client_id=nobody'),
      'authorization.refused',
      'invalid_client',
    ],
    'a request to nowhere': [
      get('/oauth/authorize?client_id=app&response_type=code&redirect_uri=https://evil.test'),
      'authorization.refused',
      'invalid_redirect_uri',
    ],
    'a request without PKCE': [get(authorize), 'authorization.refused', 'invalid_request'],
    'a request of nobody here': [
      get(
        `${authorize}&scope=openid&prompt=none&code_challenge=${'a'.repeat(43)}&code_challenge_method=S256`,
      ),
      'authorization.refused',
      'login_required',
    ],
    'a resumed request that is gone': [get('/oauth/authorize/abcdefghijklmnopqrstuvwxyz', html), '.*', '.*'],
    'a page that is gone': [
      get('/interaction/abcdefghijklmnopqrstuvwxyz', html),
      'request.refused',
      'interaction_expired',
    ],
    'a form of another site': [
      post(action, String(new URLSearchParams(hidden)), { ...asAda, origin: 'https://evil.test' }),
      'request.refused',
      'foreign_form',
    ],
    'a form without a seal': [post(action, 'login=ada', asAda), 'request.refused', 'form_expired'],
    'a field sent twice': [post(action, 'login=ada&login=bob', asAda), 'request.refused', 'invalid_request'],
    'a wrong password': [
      post(action, String(new URLSearchParams({ ...hidden, login: 'ada', password: 'x' })), asAda),
      'sign-in',
      'wrong_password',
    ],
    'a logout by a forged hint': [
      get('/oauth/logout?id_token_hint=a.b.c'),
      'logout.refused',
      'invalid_request',
    ],
    'JSON, malformed': [post('/api/v1/tokens', '{', json), 'request.refused', 'invalid_request'],
    'JSON, another type': [
      post('/api/v1/tokens', 'code=x', form),
      'request.refused',
      'unsupported_media_type',
    ],
    'JSON, an unknown code': [
      post('/api/v1/tokens', JSON.stringify({ authorization_code: 'a'.repeat(43) }), json),
      '(request|token).refused',
      'not_found',
    ],
    'JSON, a spent code': [
      post(
        '/api/v1/tokens',
        JSON.stringify({ authorization_code: code, redirect_uri: redirectUri, code_verifier: verifier }),
        { ...json, ...basicAuthorization('app', secret) },
      ),
      'token.refused',
      'invalid_grant',
    ],
    'JSON, a client': [
      post('/api/v1/tokens', JSON.stringify({ authorization_code: code, redirect_uri: redirectUri }), {
        ...json,
        ...basicAuthorization('app', 'x'),
      }),
      'token.refused',
      'invalid_client',
    ],
    registration: [
      post('/oauth/register', '{"redirect_uris":["https://a.example/"]}', json),
      '(request|registration).refused',
      '.*',
    ],
    'a packed body': [
      post('/oauth/token', 'x', { ...form, 'content-encoding': 'gzip' }),
      'request.refused',
      'unsupported_media_type',
    ],
    'a large body': [post('/oauth/token', 'x'.repeat(60_000), own), 'request.refused', 'request_too_large'],
    'a certificate from a stranger': [
      post('/oauth/token', '', { ...form, 'client-cert': ':AAAA:' }),
      'certificate.refused',
      'untrusted_proxy',
    ],
  };
  await recordedOnce(t, events, refusals, new RegExp(`${secret}|${verifier}|${code}|${hidden['csrf']}`));
  // The consumed code emitted `grant.revoked`; sign-ins are counted.
  t.ok((await stored()) <= documents + 2, 'nothing else was stored');
});
