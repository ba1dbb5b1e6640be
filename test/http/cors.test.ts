import t from 'tap';
import { startSecurityTest } from '../security/security-test.ts';
import { createClockAtMinuteStart } from '../support/clocks.ts';
import { basicAuthorization, secret } from '../support/setup/index.ts';

const origin = 'https://spa.example';
const form = { 'content-type': 'application/x-www-form-urlencoded', origin };

t.test('an application in a browser can read that it must wait, and how long (RFC 6585 §4)', async (t) => {
  const throttle = { token_per_address: 3, failed_authentication_per_client: 1 };
  const { issuer } = await startSecurityTest(t, { security: { throttle } }, createClockAtMinuteStart());
  const post = (path: string, body: string, headers: Readonly<Record<string, string>> = form) =>
    fetch(`${issuer}${path}`, { method: 'POST', body, headers });
  const readable = (answer: Response, what: string): void => {
    t.equal(answer.status, 429, what);
    t.match(answer.headers.get('retry-after'), /^\d+$/);
    t.equal(answer.headers.get('access-control-allow-origin'), origin, `${what}: may be read`);
    t.match(answer.headers.get('access-control-expose-headers'), /\bRetry-After\b/, `${what}: also the wait`);
    t.match(answer.headers.get('vary'), /Origin/i);
    t.notOk(answer.headers.get('access-control-allow-credentials'), 'without cookies');
  };
  const refresh = 'grant_type=refresh_token&client_id=spa&refresh_token=x';
  for (const path of ['/oauth/token', '/token', '/api/v1/oauth/token']) {
    t.equal((await post(path, refresh)).headers.get('access-control-allow-origin'), origin);
  }
  for (const path of ['/oauth/token', '/token', '/api/v1/oauth/token'])
    readable(await post(path, refresh), path);
  const preflight = await fetch(`${issuer}/oauth/token`, {
    method: 'OPTIONS',
    headers: { origin, 'access-control-request-method': 'POST' },
  });
  t.equal(preflight.status, 204, 'and may still ask whether it may ask');

  await post('/oauth/introspect', 'token=x&client_id=app', { ...form, ...basicAuthorization('app', 'x') });
  const guessed = await post('/oauth/introspect', 'token=x', {
    ...form,
    ...basicAuthorization('app', secret),
  });
  t.equal(guessed.status, 400, 'another origin than that of the client');
  t.notOk(guessed.headers.get('access-control-allow-origin'));
});

t.test(
  "a refusal before the engine can be read by the origins that can read the engine's answers",
  async (t) => {
    const { issuer } = await startSecurityTest(t);
    const large = await fetch(`${issuer}/oauth/token`, {
      method: 'POST',
      body: 'x'.repeat(60_000),
      headers: form,
    });
    t.equal(large.status, 413);
    t.equal(large.headers.get('access-control-allow-origin'), origin);
    const page = await fetch(`${issuer}/oauth/authorize?client_id=nobody`, { headers: { origin } });
    t.notOk(page.headers.get('access-control-allow-origin'), 'pages may not');
  },
);

t.test(
  'no script of another origin redeems codes at the JSON token endpoint (RFC 9110 §15.5.6)',
  async (t) => {
    const { issuer } = await startSecurityTest(t);
    for (const method of ['OPTIONS', 'GET', 'PUT', 'DELETE', 'PATCH']) {
      const answer = await fetch(`${issuer}/api/v1/tokens`, {
        method,
        headers: { origin, 'access-control-request-method': 'POST' },
      });
      t.equal(answer.status, 405, method);
      t.equal(answer.headers.get('allow'), 'POST');
      t.notOk(answer.headers.get('access-control-allow-origin'));
      t.match(await answer.json(), { name: 'invalid_request', statusCode: 405 });
    }
  },
);

t.test('an error of the engine names only headers that exist to scripts of other origins', async (t) => {
  const { issuer } = await startSecurityTest(t);
  const requests = [
    ['/oauth/token', 'grant_type=refresh_token&client_id=spa&refresh_token=x'],
    ['/oauth/token', 'grant_type=refresh_token&client_id=nobody&refresh_token=x'],
    ['/oauth/revoke', 'token=x&client_id=spa'],
    ['/oauth/par', 'client_id=spa'],
    ['/userinfo', ''],
  ] as const;
  for (const [path, body] of requests) {
    const answer = await fetch(`${issuer}${path}`, { method: 'POST', body, headers: form });
    t.notMatch(answer.headers.get('access-control-expose-headers') ?? '', /undefined|Retry-After/, path);
  }
});
