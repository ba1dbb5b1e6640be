import { createRemoteJWKSet, jwtVerify } from 'jose';
import t from 'tap';
import {
  Browser,
  basicAuthorization,
  codeFor,
  httpGet,
  newVerifier,
  RelyingParty,
  redirectParameters,
  startInProcess,
  usualConfig,
} from '../support/setup/index.ts';

const audience = (name: string) => `https://${name}.example.com`;
const algorithms = ['ES256', 'EdDSA', 'RS256'];
const server = await startInProcess(t, {
  accounts: usualConfig.accounts,
  resources: [
    ...algorithms.map((signing_alg) => ({
      audience: audience(signing_alg.toLowerCase()),
      scopes: ['read', 'write'],
      signing_alg,
      access_token_ttl: 120,
    })),
    { audience: audience('opaque'), scopes: ['read'], access_token_format: 'opaque' },
  ],
  clients: [
    { ...usualConfig.clients[0], scope: 'openid profile email offline_access read' },
    { ...usualConfig.clients[0], client_id: 'second' },
  ],
});
const { issuer } = server;
const keys = createRemoteJWKSet(new URL('/oauth/jwks', issuer));
const app = new RelyingParty(issuer);
const machine = (parameters: Readonly<Record<string, string>>) =>
  app.post('/oauth/token', { grant_type: 'client_credentials', ...parameters });

t.test("an unknown resource, and one that isn't a URL, is refused (RFC 8707 §2)", async (t) => {
  const browser = new Browser();
  await codeFor(app, browser);
  for (const resource of [
    'https://unknown.example.com',
    'nonsense',
    `${audience('es256')}#part`,
    `${audience('es256')}/`,
  ]) {
    t.equal((await machine({ resource })).body['error'], 'invalid_target', resource);
    const page = await browser.request(app.authorizationUrl(newVerifier(), { resource }));
    t.equal(redirectParameters(page).get('error'), 'invalid_target', resource);
  }
  const two = new URLSearchParams({ grant_type: 'client_credentials' });
  for (const name of ['es256', 'eddsa']) two.append('resource', audience(name));
  const response = await fetch(`${issuer}/oauth/token`, {
    method: 'POST',
    body: two,
    headers: basicAuthorization('app'),
  });
  t.equal(response.status, 400, 'a token is for one');
  t.match(await response.json(), { error: 'invalid_target' });
});

for (const alg of algorithms) {
  t.test(`a token for an API is a verifiable JWT, signed with ${alg} (RFC 9068 §2)`, async (t) => {
    const resource = audience(alg.toLowerCase());
    const { status, body } = await machine({ resource, scope: 'read unknown' });
    t.equal(status, 200);
    const { payload, protectedHeader } = await jwtVerify(`${body['access_token']}`, keys, {
      issuer,
      audience: resource,
      typ: 'at+jwt',
      requiredClaims: ['iss', 'exp', 'aud', 'sub', 'client_id', 'iat', 'jti'],
    });
    t.equal(protectedHeader.alg, alg);
    t.equal(payload['client_id'], 'app');
    t.equal(payload['scope'], 'read', 'only scopes of that API');
    t.equal(body['scope'], 'read');
    t.equal((payload.exp ?? 0) - (payload.iat ?? 0), 120, 'as long as that API says');
    t.equal(body['expires_in'], 120);
  });
}

t.test('an opaque token for an API can be introspected (RFC 7662 §2)', async (t) => {
  const { body } = await machine({ resource: audience('opaque'), scope: 'read' });
  const token = `${body['access_token']}`;
  t.match(token, /^[\w-]{30,}$/);
  const state = await app.post('/oauth/introspect', { token });
  t.match(state.body, { active: true, aud: audience('opaque'), scope: 'read', client_id: 'app' });
});

t.test('one grant gives a token for each granted API, and for no other (RFC 8707 §2.2)', async (t) => {
  const [first, second] = [audience('es256'), audience('eddsa')];
  const party = new RelyingParty(issuer, 'second');
  const verifier = newVerifier();
  const browser = new Browser();
  await codeFor(app, browser);
  const url = new URL(
    party.authorizationUrl(verifier, {
      scope: 'openid offline_access read write',
      prompt: 'consent',
      resource: first,
    }),
  );
  url.searchParams.append('resource', second);
  const page = await browser.open(url.href);
  const back = page.body.includes('consent-allow') ? await browser.submit(page, { decision: 'allow' }) : page;
  const code = redirectParameters(back).get('code') ?? '';
  const stolen = await party.redeem(code, verifier, { resource: audience('rs256') });
  t.equal(stolen.body['error'], 'invalid_target', 'one that was not asked for');
  const tokens = await party.redeem(code, verifier, { resource: first });
  const one = await jwtVerify(`${tokens.body['access_token']}`, keys, { audience: first });
  t.equal(one.payload['scope'], 'read write');
  const refreshed = await party.refresh(`${tokens.body['refresh_token']}`, {
    resource: second,
    scope: 'read',
  });
  const two = await jwtVerify(`${refreshed.body['access_token']}`, keys, { audience: second });
  t.equal(two.payload['scope'], 'read');
  const userinfo = await httpGet(`${issuer}/userinfo`, {
    authorization: `Bearer ${tokens.body['access_token']}`,
  });
  t.equal(userinfo.status, 403, 'nor is it for userinfo');
  const later = await party.refresh(`${refreshed.body['refresh_token']}`, { resource: audience('rs256') });
  t.equal(later.body['error'], 'invalid_target');
});
