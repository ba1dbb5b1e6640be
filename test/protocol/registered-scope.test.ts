import { decodeJwt } from 'jose';
import t from 'tap';
import {
  Browser,
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

const api = 'https://api.example.com/';
const plain = 'https://plain.example.com/';
const grants = {
  code: 'authorization_code',
  refresh: 'refresh_token',
  machine: 'client_credentials',
  device: 'urn:ietf:params:oauth:grant-type:device_code',
  ciba: 'urn:openid:params:grant-type:ciba',
};

const server = await startInProcess(t, {
  accounts: usualConfig.accounts,
  resources: [
    { audience: api, scopes: ['read', 'write'] },
    { audience: plain, scopes: [] },
  ],
  clients: [
    {
      client_id: 'reader',
      client_secret: secret,
      redirect_uris: [redirectUri],
      grant_types: Object.values(grants),
      backchannel_token_delivery_mode: 'poll',
      scope: 'read',
      resources: [api, plain],
      first_party: true,
    },
    {
      client_id: 'issuer-app',
      token_endpoint_auth_method: 'none',
      redirect_uris: [redirectUri],
      grant_types: ['authorization_code'],
      issuer_tokens: true,
      audience: api,
      scope: 'read',
      first_party: true,
    },
  ],
});
const { issuer } = server;
const reader = new RelyingParty(issuer, 'reader');
const refusal = { status: 400, body: { error: 'invalid_scope' } };

t.test("a client that isn't registered for openid can't request it (RFC 7591 §2)", async (t) => {
  for (const scope of ['openid', 'openid read', 'openid offline_access', 'email']) {
    const url = reader.authorizationUrl(newVerifier(), { scope });
    t.equal(redirectParameters(await new Browser().request(url)).get('error'), 'invalid_scope', scope);
    const parameters = Object.fromEntries(new URL(url).searchParams);
    t.match(await reader.post('/oauth/par', parameters), refusal, `pushed: ${scope}`);
    t.match(await reader.post('/oauth/device_authorization', { scope }), refusal, `device: ${scope}`);
    t.match(await reader.post('/oauth/ciba', { scope, login_hint: 'ada' }), refusal, `CIBA: ${scope}`);
    const own = { grant_type: grants.machine, scope };
    t.match(await reader.post('/oauth/token', own), refusal, `for itself: ${scope}`);
  }
});

t.test('a request of such a client for its API gets a token for the API alone', async (t) => {
  const { code, verifier } = await codeFor(reader, new Browser(), { scope: 'read', resource: api });
  const { status, body } = await reader.redeem(code, verifier);
  t.equal(status, 200);
  t.match(decodeJwt(String(body['access_token'])), { aud: api, scope: 'read' });
  t.notOk('id_token' in body);
  const headers = { authorization: `Bearer ${body['access_token']}` };
  t.not((await fetch(`${issuer}/userinfo`, { headers })).status, 200);
  t.match(await reader.refresh(String(body['refresh_token']), { scope: 'openid read' }), refusal);
  const refreshed = await reader.refresh(String(body['refresh_token']));
  t.match(decodeJwt(String(refreshed.body['access_token'])), { aud: api, scope: 'read' });
  t.notOk('id_token' in refreshed.body);
});

t.test('a request without a scope gets no openid for such a client (RFC 6749 §3.3)', async (t) => {
  const { scope: _, ...noScope } = Object.fromEntries(
    new URL(reader.authorizationUrl('x'.repeat(43))).searchParams,
  );
  const authorize = async (parameters: Readonly<Record<string, string>>) => {
    const browser = new Browser();
    const page = await browser.open(`${issuer}/oauth/authorize?${new URLSearchParams(parameters)}`);
    const isRefused = page.headers.has('location');
    return redirectParameters(isRefused ? page : await browser.submit(page, { login: 'ada', password }));
  };
  t.equal((await authorize(noScope)).get('error'), 'invalid_scope', 'no default applies');
  const named = { ...noScope, resource: plain };
  const pushed = await reader.post('/oauth/par', named);
  for (const parameters of [named, { client_id: 'reader', request_uri: `${pushed.body['request_uri']}` }]) {
    const code = (await authorize(parameters)).get('code') ?? '';
    const { body } = await reader.redeem(code, 'x'.repeat(43));
    t.equal(decodeJwt(String(body['access_token'])).aud, plain, 'an API without scopes needs none');
    t.notOk('id_token' in body);
    t.notOk('scope' in decodeJwt(String(body['access_token'])));
  }
});

t.test('the JSON token endpoint redeems a pushed request of such a client', async (t) => {
  const party = new RelyingParty(issuer, 'issuer-app', '');
  const verifier = newVerifier();
  const { scope: _, ...noScope } = Object.fromEntries(new URL(party.authorizationUrl(verifier)).searchParams);
  t.match(await party.post('/oauth/par', { ...noScope, scope: 'openid' }), refusal);
  const pushed = await party.post('/oauth/par', noScope);
  const query = new URLSearchParams({
    client_id: 'issuer-app',
    request_uri: `${pushed.body['request_uri']}`,
  });
  const browser = new Browser();
  const page = await browser.open(`${issuer}/oauth/authorize?${query}`);
  const code = redirectParameters(await browser.submit(page, { login: 'ada', password })).get('code');
  const response = await fetch(`${issuer}/api/v1/tokens`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({
      client_id: 'issuer-app',
      authorization_code: code,
      redirect_uri: redirectUri,
      code_verifier: verifier,
    }),
  });
  t.ok(response.ok, await response.text());
});

t.test('a client gets openid as soon as its scope has it', async (t) => {
  const { id, secret: made } = await server.addClient({
    type: 'web',
    metadata: { redirect_uris: [redirectUri], scope: 'read', resources: [api], first_party: true },
  });
  const party = new RelyingParty(issuer, id, made);
  const ask = async (): Promise<URLSearchParams> =>
    redirectParameters(
      await new Browser().request(party.authorizationUrl(newVerifier(), { scope: 'openid', prompt: 'none' })),
    );
  t.equal((await ask()).get('error'), 'invalid_scope');
  await server.app.services.clients.update(id, { scope: 'openid read' });
  t.equal((await ask()).get('error'), 'login_required');
  await server.app.services.clients.update(id, { scope: 'read write' });
  t.equal((await ask()).get('error'), 'invalid_scope');
});
