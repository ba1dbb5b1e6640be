import { decodeJwt } from 'jose';
import t from 'tap';
import {
  Browser,
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
const closed = 'https://closed.example.com/';

const server = await startInProcess(t, {
  ...usualConfig,
  resources: [
    { audience: api, scopes: ['api:read', 'api:write'], default: true },
    { audience: closed, scopes: ['admin'] },
  ],
  clients: [
    ...usualConfig.clients,
    {
      client_id: 'reader',
      client_secret: secret,
      redirect_uris: [redirectUri],
      grant_types: ['authorization_code', 'client_credentials', 'urn:openid:params:grant-type:ciba'],
      backchannel_token_delivery_mode: 'poll',
      scope: 'openid email api:read',
      first_party: true,
    },
  ],
  registration: { enabled: true },
});

const reader = new RelyingParty(server.issuer, 'reader');

t.test("a client can't request more of an API than it is registered for (RFC 7591 §2)", async (t) => {
  const own = (parameters: Record<string, string>) =>
    reader.post('/oauth/token', { grant_type: 'client_credentials', ...parameters });
  for (const scope of ['api:write', 'api:read api:write']) {
    t.match(await own({ resource: api, scope }), { status: 400, body: { error: 'invalid_scope' } }, scope);
    const page = await new Browser().open(reader.authorizationUrl(newVerifier(), { resource: api, scope }));
    t.equal(redirectParameters(page).get('error'), 'invalid_scope', scope);
    const ciba = await reader.post('/oauth/ciba', {
      login_hint: 'ada',
      resource: api,
      scope: `openid ${scope}`,
    });
    t.match(ciba, { status: 400, body: { error: 'invalid_scope' } });
  }
  const { body } = await own({ resource: api, scope: 'api:read' });
  t.match(decodeJwt(String(body['access_token'])), { scope: 'api:read', aud: api });
  const unrestricted = await new RelyingParty(server.issuer).post('/oauth/token', {
    grant_type: 'client_credentials',
    resource: api,
    scope: 'api:write',
  });
  t.match(decodeJwt(String(unrestricted.body['access_token'])), { scope: 'api:write' });
});

t.test('a self-registered client gets no API that the operator withholds', async (t) => {
  const response = await fetch(`${server.issuer}/oauth/register`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ redirect_uris: [redirectUri] }),
  });
  // The response of a registration has this shape (RFC 7591 §3.2.1).
  const client = (await response.json()) as { client_id: string; client_secret: string };
  const party = new RelyingParty(server.issuer, client.client_id, client.client_secret);
  const browser = new Browser();
  for (const [resource, scope] of [
    [api, 'openid api:read'],
    [closed, 'openid'],
    [closed, 'openid admin'],
  ] as const) {
    const page = await browser.open(party.authorizationUrl(newVerifier(), { resource, scope }));
    t.equal(page.status, 400, 'an error page, because nothing redirects to such a client before sign-in');
    t.match(page.body, 'invalid_target', `${resource} ${scope}`);
  }

  const verifier = newVerifier();
  const login = await browser.open(party.authorizationUrl(verifier));
  const consent = await browser.submit(login, { login: 'ada', password });
  const back = await browser.submit(consent, { decision: 'allow' });
  const { status, body } = await party.redeem(redirectParameters(back).get('code') ?? '', verifier);
  t.equal(status, 200, 'and signs people in though there is a default API');
  t.equal(decodeJwt(String(body['access_token'])).aud, server.issuer);
});

t.test(
  'an approval grants no scope of an API that was not requested (OpenID Connect CIBA §7.1)',
  async (t) => {
    const { body } = await reader.post('/oauth/ciba', {
      login_hint: 'ada',
      scope: 'openid email nonsense',
    });
    const browser = new Browser();
    const page = await browser.open(new RelyingParty(server.issuer).authorizationUrl(newVerifier()));
    await browser.submit(page, { login: 'ada', password });
    const requests = await browser.open(`${server.issuer}/account/requests`);
    t.match(await browser.submit(requests, { decision: 'allow' }), { body: /Approved/ });
    const tokens = await reader.post('/oauth/token', {
      grant_type: 'urn:openid:params:grant-type:ciba',
      auth_req_id: String(body['auth_req_id']),
    });
    t.notMatch(decodeJwt(String(tokens.body['access_token'])), { scope: /nonsense/ });
  },
);
