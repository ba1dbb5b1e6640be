import { randomBytes } from 'node:crypto';
import { createRemoteJWKSet, decodeJwt, decodeProtectedHeader, jwtVerify } from 'jose';
import t, { type Test } from 'tap';
import {
  Browser,
  codeFor,
  newVerifier,
  RelyingParty,
  redirectParameters,
  redirectUri,
  secret,
  startInProcess,
  type TestServer,
  usualConfig,
} from '../support/setup/index.ts';
import { documentsOf } from '../support/stored-entries.ts';

// Fails without src/provider/overrides/token-find.ts.

const verifier = newVerifier();
const api = 'https://api.example.com/';
const opaqueApi = 'https://opaque.example.com/';

const confidential = (client_id: string, more: object = {}) => ({
  client_id,
  client_secret: secret,
  grant_types: ['client_credentials'],
  response_types: [],
  ...more,
});

const config = {
  ...usualConfig,
  resources: [
    { audience: api, scopes: ['api:read'], introspection_clients: ['guard'] },
    { audience: opaqueApi, scopes: ['api:read'], access_token_format: 'opaque' },
  ],
  clients: [
    ...usualConfig.clients,
    confidential('guard'),
    confidential('api-itself', { resources: [opaqueApi] }),
    confidential('stranger'),
    confidential('signed', { introspection_signed_response_alg: 'ES256', resources: [api] }),
    {
      client_id: 'spa',
      token_endpoint_auth_method: 'none',
      redirect_uris: [redirectUri],
      grant_types: ['authorization_code', 'refresh_token'],
      first_party: true,
    },
  ],
};

const open = async (t: Test, observe?: (operation: string) => void) => {
  const server = await startInProcess(t, config, { ...(observe && { observe }) });
  return { server, app: new RelyingParty(server.issuer) };
};

const tokensOf = async (app: RelyingParty, parameters: Record<string, string> = {}) => {
  const { code, verifier } = await codeFor(app, new Browser(), parameters);
  const { body } = await app.redeem(code, verifier);
  return { access: String(body['access_token']), refresh: String(body['refresh_token']) };
};

const ownToken = async (app: RelyingParty, parameters: Record<string, string> = {}): Promise<string> => {
  const { body } = await app.post('/oauth/token', { grant_type: 'client_credentials', ...parameters });
  return String(body['access_token']);
};

const ask = async (party: RelyingParty, token: string, more: Record<string, string> = {}) =>
  (await party.post('/oauth/introspect', { token, ...more })).body;

const userinfo = ({ issuer }: TestServer, token: string) =>
  fetch(`${issuer}/userinfo`, { headers: { authorization: `Bearer ${token}` } });

t.test('introspection reports the state of a token (RFC 7662)', async (t) => {
  const roundTrips: string[] = [];
  const { server, app } = await open(t, (operation) => roundTrips.push(operation));
  const as = (id: string) => new RelyingParty(server.issuer, id);
  const { access, refresh } = await tokensOf(app);
  const { body } = await (async () => {
    const { code, verifier } = await codeFor(app, new Browser(), { resource: api, scope: 'openid api:read' });
    return app.redeem(code, verifier, { resource: api });
  })();
  const forApi = String(body['access_token']);

  await t.test('introspection requires client authentication and a token (§2.1)', async (t) => {
    const wrong = new RelyingParty(server.issuer, 'app', 'not-the-secret-of-this-client-at-all-000000');
    t.match(await wrong.post('/oauth/introspect', { token: access }), {
      status: 401,
      body: { error: 'invalid_client' },
    });
    t.match(await app.post('/oauth/introspect', {}), { status: 400, body: { error: 'invalid_request' } });
  });

  await t.test('an unknown token is inactive, and the response has no other member (§2.2)', async (t) => {
    const [header = '', payload = '', signature = ''] = access.split('.');
    const forged = Buffer.from(JSON.stringify({ ...decodeJwt(access), scope: 'admin' })).toString(
      'base64url',
    );
    const none = Buffer.from('{"alg":"none","typ":"at+jwt"}').toString('base64url');
    const foreign = [
      `${header}.${forged}.${signature}`,
      `${none}.${payload}.`,
      `${none}.${payload}.${signature}`,
      `${header}.${payload}.${randomBytes(64).toString('base64url')}`,
      `${payload}.${payload}.${payload}`,
      'x'.repeat(43),
      '..',
      'a.b.c.d.e',
      'ü.ü.ü',
      ' ',
      `${access}.`,
    ];
    for (const token of foreign) t.same(await ask(app, token), { active: false }, token.slice(0, 20));
    const idToken = String(body['id_token']);
    t.same(await ask(app, idToken), { active: false }, 'an id token is no access token');
  });

  await t.test('another client sees inactive, the client and the API see the token (§4)', async (t) => {
    t.same(await ask(as('stranger'), forApi), { active: false });
    t.same(await ask(as('api-itself'), forApi), { active: false }, 'another API');
    t.same(await ask(as('guard'), access), { active: false }, 'one that is for userinfo');
    const seen = { active: true, client_id: 'app', aud: api, scope: 'api:read', token_type: 'Bearer' };
    t.match(await ask(as('guard'), forApi), seen, 'named in introspection_clients');
    t.match(await ask(app, forApi), { ...seen, iss: server.issuer, sub: String, jti: String, exp: Number });
    t.match(await ask(app, refresh), { active: true, client_id: 'app' });
    t.match(await ask(app, refresh, { token_type_hint: 'access_token' }), { active: true }, 'a wrong hint');
    t.match(await ask(app, access, { token_type_hint: 'refresh_token' }), { active: true });
    t.match(await ask(app, access, { token_type_hint: 'nonsense' }), { active: true });
  });

  await t.test('tokens of client credentials are reported, signed and opaque', async (t) => {
    const signed = await ownToken(app, { resource: api, scope: 'api:read' });
    t.match(await ask(as('guard'), signed), { active: true, client_id: 'app', sub: 'app', aud: api });
    t.same(await ask(as('stranger'), signed), { active: false });
    const opaque = await ownToken(app, { resource: opaqueApi, scope: 'api:read' });
    t.notMatch(opaque, /\./);
    t.match(await ask(as('api-itself'), opaque), { active: true, client_id: 'app', aud: opaqueApi });
    t.same(await ask(as('guard'), opaque), { active: false });
    t.equal((await userinfo(server, signed)).status, 401, 'is refused at userinfo');
  });

  await t.test('tokens of a disabled account are inactive', async (t) => {
    const { accounts } = server.app.services;
    const { id } = await accounts.add({ username: 'bob', password: 'battery correct horse' });
    const browser = new Browser();
    const page = await browser.open(app.authorizationUrl(verifier));
    const back = await browser.submit(page, { login: 'bob', password: 'battery correct horse' });
    const { body: tokens } = await app.redeem(redirectParameters(back).get('code') ?? '', verifier);
    const token = String(tokens['access_token']);
    t.match(await ask(app, token), { active: true, sub: id });
    await accounts.disable(id);
    t.same(await ask(app, token), { active: false });
    t.equal((await userinfo(server, token)).status, 401);
  });

  await t.test('introspection takes one round trip to the store', async (t) => {
    const own = await ownToken(app, { resource: api });
    for (const token of [forApi, own]) {
      roundTrips.length = 0;
      t.match(await ask(as('guard'), token), { active: true });
      t.same(roundTrips, ['read']);
    }
  });

  await t.test('the response can be a signed JWT (RFC 9701 §5)', async (t) => {
    const signed = as('signed');
    const answer = await signed.post(
      '/oauth/introspect',
      { token: forApi },
      { accept: 'application/token-introspection+jwt' },
    );
    t.match(answer.headers.get('content-type'), 'application/token-introspection+jwt');
    const jwt = String(answer.body['text']);
    const keys = createRemoteJWKSet(new URL(`${server.issuer}/oauth/jwks`));
    const { payload } = await jwtVerify(jwt, keys, { issuer: server.issuer, audience: 'signed' });
    t.match(decodeProtectedHeader(jwt), { alg: 'ES256', typ: 'token-introspection+jwt' });
    t.match(payload, { token_introspection: { active: true, client_id: 'app', aud: api }, iat: Number });
    t.notOk(payload.exp, 'no exp (§5)');
    const inactive = await signed.post(
      '/oauth/introspect',
      { token: 'nothing' },
      { accept: 'application/token-introspection+jwt' },
    );
    t.same(decodeJwt(String(inactive.body['text']))['token_introspection'], { active: false });
  });
});

t.test('revocation ends a token (RFC 7009)', async (t) => {
  const { server, app } = await open(t);
  const revoke = (party: RelyingParty, token: string) => party.post('/oauth/revoke', { token });

  await t.test('revoking an unknown token succeeds (§2.2)', async (t) => {
    t.match(await revoke(app, 'nothing.of.ours'), { status: 200 });
    t.match(await revoke(app, 'x'.repeat(43)), { status: 200 });
    t.match(await app.post('/oauth/revoke', {}), { status: 400, body: { error: 'invalid_request' } });
  });

  await t.test("another client can't revoke a token (§2.1)", async (t) => {
    const { access, refresh } = await tokensOf(app);
    const stranger = new RelyingParty(server.issuer, 'stranger');
    for (const token of [access, refresh]) {
      t.match(await revoke(stranger, token), { status: 400, body: { error: 'invalid_request' } });
      t.match(await ask(app, token), { active: true });
    }
    const spa = new RelyingParty(server.issuer, 'spa', '');
    t.match(await revoke(spa, access), { status: 200 }, 'one that anybody may pretend to be learns nothing');
    t.match(await ask(app, access), { active: true });
  });

  await t.test('a revoked JWT is inactive and 401 at userinfo, and other tokens stay valid', async (t) => {
    const { access, refresh } = await tokensOf(app);
    t.equal((await userinfo(server, access)).status, 200);
    t.match(await revoke(app, access), { status: 200 });
    t.same(await ask(app, access), { active: false });
    const refused = await userinfo(server, access);
    t.equal(refused.status, 401);
    t.match(refused.headers.get('www-authenticate'), 'error="invalid_token"');
    t.match(await revoke(app, access), { status: 200 }, 'twice is once');
    const { status, body } = await app.refresh(refresh);
    t.equal(status, 200, 'its refresh token is still good');
    t.match(await ask(app, String(body['access_token'])), { active: true });
  });

  await t.test('the revocation record lasts as long as the token could be used', async (t) => {
    const { access } = await tokensOf(app);
    await revoke(app, access);
    const records = (await documentsOf(server.store)).filter(({ key }) => key.kind === 'rv');
    const marks = records.map(({ document }) => document.expiresAt);
    const { exp = 0 } = decodeJwt(access);
    t.ok(marks.includes((exp + 5) * 1000));
    t.notOk(marks.includes(undefined));
  });

  await t.test('revoking a refresh token revokes its grant (§2.1)', async (t) => {
    const { access, refresh } = await tokensOf(app);
    t.match(await revoke(app, refresh), { status: 200 });
    t.match(await app.refresh(refresh), { status: 400, body: { error: 'invalid_grant' } });
    t.same(await ask(app, access), { active: false });
    t.equal((await userinfo(server, access)).status, 401);
  });

  await t.test('tokens of client credentials can be revoked, signed and opaque', async (t) => {
    for (const resource of [api, opaqueApi]) {
      const [one, other] = [await ownToken(app, { resource }), await ownToken(app, { resource })];
      t.match(await revoke(app, one), { status: 200 });
      t.same(await ask(app, one), { active: false }, resource);
      t.match(await ask(app, other), { active: true }, 'others stay');
    }
  });
});
