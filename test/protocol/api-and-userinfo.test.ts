import { createRemoteJWKSet, decodeJwt, jwtVerify } from 'jose';
import t from 'tap';
import type { SecurityEvent } from '#src/events.ts';
import { assertion, assertionType, newKey, proof } from '../support/proofs.ts';
import {
  Browser,
  basicAuthorization,
  codeFor,
  newVerifier,
  password,
  postForm,
  RelyingParty,
  redirectParameters,
  redirectUri,
  secret,
  startInProcess,
  usualConfig,
} from '../support/setup/index.ts';

// A sign-in with scopes of an API that it doesn't name gets one token for the API and for userinfo.

const api = 'https://api.example.com';
const second = 'https://second.example.com';
const closed = 'https://closed.example.com';
const opaque = 'https://opaque.example.com';
const byDefault = 'https://default.example.com';
const deviceGrant = 'urn:ietf:params:oauth:grant-type:device_code';
const cibaGrant = 'urn:openid:params:grant-type:ciba';

const web = (client_id: string, more: object = {}) => ({
  client_id,
  client_secret: secret,
  redirect_uris: [redirectUri],
  grant_types: ['authorization_code', 'refresh_token'],
  first_party: true,
  ...more,
});

const strictRedirect = 'https://strict.example.com/callback';
const [key, dpop] = await Promise.all([newKey(), newKey()]);

const server = await startInProcess(t, {
  ...usualConfig,
  resources: [
    { audience: api, scopes: ['read', 'write'], introspection_clients: ['guard'], access_token_ttl: 120 },
    { audience: second, scopes: ['audit'] },
    { audience: closed, scopes: ['closed:read'], userinfo: false },
    { audience: opaque, scopes: ['opaque:read'], access_token_format: 'opaque' },
    { audience: byDefault, scopes: ['default:read'], default: true },
  ],
  clients: [
    web('app', { resources: [api] }),
    web('two', { resources: [api, second] }),
    web('closed', { resources: [closed] }),
    web('opaque', { resources: [opaque] }),
    web('plain'),
    web('asks', { resources: [api], first_party: false }),
    web('other'),
    {
      client_id: 'strict',
      profile: 'fapi2',
      token_endpoint_auth_method: 'private_key_jwt',
      token_endpoint_auth_signing_alg: 'ES256',
      dpop_bound_access_tokens: true,
      require_pushed_authorization_requests: true,
      redirect_uris: [strictRedirect],
      first_party: true,
      resources: [api],
      jwks: { keys: [key.jwk] },
    },
    {
      client_id: 'guard',
      client_secret: secret,
      grant_types: ['client_credentials'],
      response_types: [],
    },
    {
      client_id: 'tv',
      token_endpoint_auth_method: 'none',
      application_type: 'native',
      grant_types: [deviceGrant, 'refresh_token'],
      response_types: [],
      resources: [api],
    },
    {
      client_id: 'caller',
      client_secret: secret,
      grant_types: [cibaGrant, 'refresh_token'],
      response_types: [],
      backchannel_token_delivery_mode: 'poll',
      resources: [api],
    },
  ],
  registration: { enabled: true, scopes: ['openid', 'profile', 'default:read'] },
});
const { issuer } = server;
const keys = createRemoteJWKSet(new URL('/oauth/jwks', issuer));
const as = (id: string) => new RelyingParty(issuer, id);
const events: SecurityEvent[] = [];
server.app.events.listen((event) => void events.push(event));

const userinfo = async (token: unknown) => {
  const response = await fetch(`${issuer}/userinfo`, { headers: { authorization: `Bearer ${token}` } });
  // The response of userinfo is a JSON object.
  return { status: response.status, body: (await response.json()) as Record<string, unknown> };
};

const signIn = async (party: RelyingParty, scope: string, parameters: Record<string, string> = {}) => {
  const { code, verifier } = await codeFor(party, new Browser(), { scope, ...parameters });
  return (await party.redeem(code, verifier)).body;
};

const redeemAsJson = async (party: RelyingParty, code: string, code_verifier: string) => {
  const response = await fetch(`${issuer}/api/v1/tokens`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...basicAuthorization(party.id) },
    body: JSON.stringify({ authorization_code: code, redirect_uri: redirectUri, code_verifier }),
  });
  // The response of this endpoint is a JSON object.
  return (await response.json()) as Record<string, unknown>;
};

const signInByPushedRequest = async (party: RelyingParty, parameters: Record<string, string>) => {
  const verifier = newVerifier();
  const request = new URL(party.authorizationUrl(verifier, parameters)).searchParams;
  const pushed = await party.post('/oauth/par', Object.fromEntries(request));
  const query = new URLSearchParams({
    client_id: party.id,
    request_uri: String(pushed.body['request_uri']),
  });
  const browser = new Browser();
  const login = await browser.open(`${issuer}/oauth/authorize?${query}`);
  const back = await browser.submit(login, { login: 'ada', password });
  return (await party.redeem(redirectParameters(back).get('code') ?? '', verifier)).body;
};

const both = [api, issuer];

t.test('a request that names the API gets that audience alone (RFC 8707 §2)', async (t) => {
  const assertAlone = async (token: unknown, name: string) => {
    t.match(decodeJwt(String(token)), { aud: api, scope: 'read' }, name);
    t.equal((await userinfo(token)).status, 403, `${name}: not at userinfo`);
  };
  const named = await signIn(as('app'), 'openid profile read', { resource: api });
  t.match(named, { scope: 'read', id_token: String });
  await assertAlone(named['access_token'], 'named in the authorization request');
  const refreshed = await as('app').refresh(String(named['refresh_token']));
  await assertAlone(refreshed.body['access_token'], 'after a refresh');
  const again = await as('app').refresh(String(refreshed.body['refresh_token']));
  await assertAlone(again.body['access_token'], 'and the next');

  const { code, verifier } = await codeFor(as('app'), new Browser(), { scope: 'openid read' });
  const atToken = await as('app').redeem(code, verifier, { resource: api });
  await assertAlone(atToken.body['access_token'], 'named in the token request');
  const back = await as('app').refresh(String(atToken.body['refresh_token']));
  t.match(decodeJwt(String(back.body['access_token'])), { aud: both }, 'a refresh without it');
  const atRefresh = await as('app').refresh(String(back.body['refresh_token']), { resource: api });
  await assertAlone(atRefresh.body['access_token'], 'a refresh with it');

  const json = await codeFor(as('app'), new Browser(), { scope: 'openid read', resource: api });
  await assertAlone(
    (await redeemAsJson(as('app'), json.code, json.verifier))['access_token'],
    'at the JSON token endpoint',
  );

  const asking = await signIn(as('asks'), 'openid read', { resource: api });
  await assertAlone(asking['access_token'], 'after the consent page');

  const pushed = await signInByPushedRequest(as('app'), { scope: 'openid read', resource: api });
  await assertAlone(pushed['access_token'], 'named in a pushed request');
});

t.test('resources that keep their tokens from userinfo do, and the log says what was dropped', async (t) => {
  events.length = 0;
  const body = await signIn(as('closed'), 'openid profile closed:read');
  t.match(body, { scope: 'openid profile' }, 'the response names what was granted');
  t.match(decodeJwt(String(body['access_token'])), { aud: issuer, scope: 'openid profile' });
  t.match(
    events.find(({ type }) => type === 'scope.dropped'),
    { outcome: 'refused', client: 'closed', details: { scope: 'closed:read' } },
  );
  const named = await signIn(as('closed'), 'openid closed:read', { resource: closed });
  t.match(decodeJwt(String(named['access_token'])), { aud: closed, scope: 'closed:read' });
});

t.test('a client that registered itself gets a token for one or the other', async (t) => {
  const response = await fetch(`${issuer}/oauth/register`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ redirect_uris: [redirectUri], scope: 'openid profile default:read' }),
  });
  // The response of a registration has this shape (RFC 7591 §3.2.1).
  const { client_id, client_secret } = (await response.json()) as Record<string, string>;
  const party = new RelyingParty(issuer, client_id, client_secret);
  const body = await signIn(party, 'openid profile default:read');
  t.match(body, { scope: 'openid profile' });
  t.match(decodeJwt(String(body['access_token'])), { aud: issuer });
});

t.test('a client of the profile fapi2 gets a token for one or the other', async (t) => {
  const endpoint = `${issuer}/oauth/token`;
  const signed = async (fields: Readonly<Record<string, string>>) => ({
    ...fields,
    client_assertion_type: assertionType,
    client_assertion: await assertion(key, 'strict', issuer),
  });
  const signInWith = async (parameters: Record<string, string>) => {
    const verifier = newVerifier();
    const url = new RelyingParty(issuer, 'strict', '').authorizationUrl(verifier, {
      redirect_uri: strictRedirect,
      scope: 'openid read',
      ...parameters,
    });
    const pushed = await postForm(
      `${issuer}/oauth/par`,
      await signed(Object.fromEntries(new URL(url).searchParams)),
    );
    const query = new URLSearchParams({ client_id: 'strict', request_uri: `${pushed.body.request_uri}` });
    const browser = new Browser();
    const login = await browser.open(`${issuer}/oauth/authorize?${query}`);
    const back = await browser.submit(login, { login: 'ada', password });
    const fields = await signed({
      grant_type: 'authorization_code',
      code: redirectParameters(back).get('code') ?? '',
      code_verifier: verifier,
      redirect_uri: strictRedirect,
    });
    return postForm(endpoint, fields, { dpop: await proof(dpop, endpoint) });
  };
  const implied = await signInWith({});
  t.match(implied.body, { scope: 'openid' });
  t.match(decodeJwt(`${implied.body.access_token}`), { aud: issuer });
  const named = await signInWith({ resource: api });
  t.match(decodeJwt(`${named.body.access_token}`), { aud: api, scope: 'read' });
});

t.test('a token is never for two APIs', async (t) => {
  events.length = 0;
  const two = await signIn(as('two'), 'openid read audit');
  t.match(two, { scope: 'openid read' });
  t.strictSame(decodeJwt(String(two['access_token'])).aud, both, 'the first one');
  const dropping = events.filter(({ type }) => type === 'scope.dropped');
  t.match(dropping, [{ client: 'two', details: { scope: 'audit' } }], 'said once');
  const one = await signIn(as('two'), 'openid audit');
  t.strictSame(decodeJwt(String(one['access_token'])).aud, [second, issuer], 'the one with the scope');

  const verifier = newVerifier();
  const url = new URL(as('two').authorizationUrl(verifier, { scope: 'openid read audit', resource: api }));
  url.searchParams.append('resource', second);
  const browser = new Browser();
  const page = await browser.submit(await browser.open(url.href), { login: 'ada', password });
  const { body } = await as('two').redeem(redirectParameters(page).get('code') ?? '', verifier);
  t.equal(decodeJwt(String(body['access_token'])).aud, issuer, 'both named, none in the token request');
});

t.test('an implied API shares its token with userinfo', async (t) => {
  const body = await signIn(as('app'), 'openid profile read');
  t.match(body, { scope: 'openid profile read', expires_in: 120, id_token: String });
  const { payload, protectedHeader } = await jwtVerify(String(body['access_token']), keys, {
    issuer,
    audience: api,
    typ: 'at+jwt',
  });
  t.equal(protectedHeader.alg, 'ES256');
  t.strictSame(payload.aud, both);
  t.match(payload, { scope: 'openid profile read', client_id: 'app', auth_time: Number });

  await t.test('at userinfo, introspection and revocation', async (t) => {
    const token = String(body['access_token']);
    t.match(await userinfo(token), { status: 200, body: { name: 'Ada Lovelace' } });
    const seen = { active: true, aud: both, scope: 'openid profile read' };
    t.match((await as('guard').post('/oauth/introspect', { token })).body, seen, 'the API');
    t.match((await as('app').post('/oauth/introspect', { token })).body, seen, 'the client');
    t.same((await as('other').post('/oauth/introspect', { token })).body, { active: false });
    t.match(await as('other').post('/oauth/revoke', { token }), { status: 400 });
    t.match(await as('app').post('/oauth/revoke', { token }), { status: 200 });
    t.equal((await userinfo(token)).status, 401);
    t.same((await as('guard').post('/oauth/introspect', { token })).body, { active: false });
  });

  await t.test('a refresh has both, or what it asks for (RFC 6749 §6)', async (t) => {
    const refreshed = await as('app').refresh(String(body['refresh_token']));
    t.match(refreshed.body, { scope: 'openid profile read' });
    t.strictSame(decodeJwt(String(refreshed.body['access_token'])).aud, both);
    t.equal((await userinfo(refreshed.body['access_token'])).status, 200);
    const forApi = await as('app').refresh(String(refreshed.body['refresh_token']), { scope: 'read' });
    t.match(decodeJwt(String(forApi.body['access_token'])), { aud: api, scope: 'read' });
    const forUserinfo = await as('app').refresh(String(forApi.body['refresh_token']), { scope: 'openid' });
    t.match(decodeJwt(String(forUserinfo.body['access_token'])), { aud: issuer, scope: 'openid' });
  });
});

t.test('every way to a sign-in leads to the same token', async (t) => {
  const assertBoth = async (token: unknown, name: string, audiences = both) => {
    t.strictSame(decodeJwt(String(token)).aud, audiences, name);
    t.match(await userinfo(token), { status: 200, body: { sub: String } }, name);
  };
  const json = await codeFor(as('app'), new Browser(), { scope: 'openid read' });
  const answer = await redeemAsJson(as('app'), json.code, json.verifier);
  await assertBoth(answer['access_token'], 'the JSON token endpoint');
  const asking = await signIn(as('asks'), 'openid email read');
  await assertBoth(asking['access_token'], 'the consent page');
  const plain = await signIn(as('plain'), 'openid default:read');
  await assertBoth(plain['access_token'], 'the default resource', [byDefault, issuer]);
  const without = await signIn(as('app'), 'openid profile');
  t.equal(decodeJwt(String(without['access_token'])).aud, issuer, 'without a scope of the API');

  const pushed = await signInByPushedRequest(as('app'), { scope: 'openid read' });
  await assertBoth(pushed['access_token'], 'a pushed request');

  const browser = new Browser();
  await codeFor(as('app'), browser);
  const tv = new RelyingParty(issuer, 'tv', '');
  for (const resource of [undefined, api]) {
    const begun = await tv.post('/oauth/device_authorization', {
      scope: 'openid read',
      ...(resource !== undefined && { resource }),
    });
    const entry = await browser.open(`${issuer}/oauth/device`);
    let page = await browser.submit(entry, { user_code: String(begun.body['user_code']) });
    if (page.body.includes('device-approve')) page = await browser.submit(page, {});
    if (page.body.includes('consent-allow')) page = await browser.submit(page, { decision: 'allow' });
    const { body: tokens } = await tv.post('/oauth/token', {
      grant_type: deviceGrant,
      device_code: String(begun.body['device_code']),
    });
    const { body: refreshed } = await tv.refresh(String(tokens['refresh_token']));
    for (const token of [tokens['access_token'], refreshed['access_token']]) {
      if (resource === undefined) await assertBoth(token, 'the device flow');
      else t.equal(decodeJwt(String(token)).aud, api, 'a named API in the device flow');
    }
  }

  for (const resource of [undefined, api]) {
    const begun = await as('caller').post('/oauth/ciba', {
      scope: 'openid read',
      login_hint: 'ada',
      ...(resource !== undefined && { resource }),
    });
    const requests = await browser.open(`${issuer}/account/requests`);
    t.match(await browser.submit(requests, { decision: 'allow' }), { body: /Approved/ });
    const { body: tokens } = await as('caller').post('/oauth/token', {
      grant_type: cibaGrant,
      auth_req_id: String(begun.body['auth_req_id']),
    });
    const { body: refreshed } = await as('caller').refresh(String(tokens['refresh_token']));
    for (const token of [tokens['access_token'], refreshed['access_token']]) {
      if (resource === undefined) await assertBoth(token, 'CIBA');
      else t.equal(decodeJwt(String(token)).aud, api, 'a named API in CIBA');
    }
  }
});

t.test('an API that has opaque tokens shares an opaque one', async (t) => {
  const body = await signIn(as('opaque'), 'openid email opaque:read');
  t.match(body, { scope: 'openid email opaque:read' });
  const token = String(body['access_token']);
  t.notMatch(token, /\./);
  t.match(await userinfo(token), { status: 200, body: { email: 'ada@example.com' } });
  const { body: state } = await as('opaque').post('/oauth/introspect', { token });
  t.match(state, { active: true, aud: [opaque, issuer] });
});

t.test('claims that were requested one by one are at userinfo, with the signed token too', async (t) => {
  const claims = JSON.stringify({ userinfo: { email: { essential: true } } });
  const body = await signIn(as('app'), 'openid read', { claims });
  const token = String(body['access_token']);
  t.match(decodeJwt(token), { aud: both, claims: { userinfo: { email: null } } });
  const { body: person } = await userinfo(token);
  t.strictSame(Object.keys(person).toSorted(), ['email', 'sub']);
  const { body: state } = await as('app').post('/oauth/introspect', { token });
  t.match(state, { active: true });
  t.notOk(state['claims']);
});
