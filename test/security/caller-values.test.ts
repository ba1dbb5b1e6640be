import t from 'tap';
import { basicAuthorization, secret } from '../support/setup/index.ts';
import { startSecurityTest } from './security-test.ts';

const form = 'application/x-www-form-urlencoded';
/** Changes the direction of text, clears a terminal, ends a line, and is longer than any name. */
const hostile = `mark\u202e\u0085\u001b[2J\u2028\u2066\ufeff\n${'x'.repeat(600)}`;
const misleading = /[\p{Cc}\p{Zl}\p{Zp}\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff]/u;

const parameters = [
  'grant_type',
  'response_type',
  'response_mode',
  'scope',
  'client_id',
  'redirect_uri',
  'prompt',
  'acr_values',
  'claims',
  'resource',
  'authorization_details',
  'request',
  'request_uri',
  'code_challenge_method',
  'login_hint',
  'id_token_hint',
  'token_type_hint',
  'token',
  'code',
  'refresh_token',
  'device_code',
  'user_code',
  'binding_message',
  'error',
  'error_description',
  'client_assertion_type',
  'client_assertion',
  'post_logout_redirect_uri',
];
const endpoints = [
  '/oauth/token',
  '/oauth/par',
  '/oauth/introspect',
  '/oauth/revoke',
  '/oauth/device_authorization',
  '/oauth/ciba',
  '/oauth/device',
  '/oauth/logout',
];

t.test('what callers send reaches events short and readable, whatever it is (CWE-117)', async (t) => {
  const { issuer, events } = await startSecurityTest(t, { registration: { enabled: true } });
  const post = (path: string, body: string, headers: Readonly<Record<string, string>> = {}) =>
    fetch(`${issuer}${path}`, {
      method: 'POST',
      body,
      redirect: 'manual',
      headers: { 'content-type': form, ...headers },
    });
  const usual = {
    grant_type: 'authorization_code',
    client_id: 'spa',
    response_type: 'code',
    scope: 'openid',
  };
  for (const path of endpoints) {
    for (const name of parameters) {
      await post(path, String(new URLSearchParams({ ...usual, [name]: hostile })));
      const confidential: Readonly<Record<string, string>> = { ...usual, client_id: 'app', [name]: hostile };
      await post(path, String(new URLSearchParams(confidential)), basicAuthorization('app', secret));
    }
  }
  for (const name of parameters) {
    const asked = { ...usual, redirect_uri: 'https://spa.example/callback', [name]: hostile };
    await fetch(`${issuer}/oauth/authorize?${new URLSearchParams(asked)}`, { redirect: 'manual' });
  }
  const json = { 'content-type': 'application/json' };
  await post('/oauth/register', JSON.stringify({ redirect_uris: [hostile], grant_types: [hostile] }), json);
  await post('/api/v1/tokens', JSON.stringify({ authorization_code: hostile, [hostile]: hostile }), json);
  await fetch(`${issuer}/userinfo`, {
    headers: { authorization: `Bearer ${'x'.repeat(600)}`, 'user-agent': `a\u0085${'x'.repeat(600)}` },
  });

  t.ok(events.length > parameters.length * endpoints.length, `${events.length} events`);
  const texts = events.flatMap(({ details = {}, ...event }) =>
    [...Object.values(event), ...Object.values(details)].filter((value) => typeof value === 'string'),
  );
  t.same(
    texts.filter((text) => text.length > 257 || misleading.test(text)),
    [],
  );
});

t.test('a grant type that this server does not have is recorded as other', async (t) => {
  const { app, events } = await startSecurityTest(t);
  const misplaced = 'a-refresh-token-in-the-wrong-place';
  await app.post('/oauth/token', { grant_type: misplaced });
  await app.post('/oauth/token', { grant_type: 'client_credentials' });
  t.match(
    events.filter(({ type }) => type.startsWith('token.')).map(({ details }) => details?.['grant_type']),
    ['other', 'client_credentials'],
  );
  t.notMatch(JSON.stringify(events), misplaced);
});
