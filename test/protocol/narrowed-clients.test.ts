import { decodeJwt } from 'jose';
import t, { type Test } from 'tap';
import {
  Browser,
  codeFor,
  RelyingParty,
  redirectUri,
  startInProcess,
  usualConfig,
} from '../support/setup/index.ts';

// Fails without src/provider/overrides/token-scopes.ts.

const api = 'https://api.example.com/';

const start = async (t: Test, more: object = {}) => {
  const server = await startInProcess(t, {
    ...usualConfig,
    resources: [{ audience: api, scopes: ['api:read', 'api:write'] }],
  });
  const { id, secret } = await server.addClient({
    type: 'web',
    metadata: { redirect_uris: [redirectUri], first_party: true, ...more },
  });
  const party = new RelyingParty(server.issuer, id, secret);
  const narrow = (scope: string) => server.app.services.clients.update(id, { scope });
  const userinfo = async (accessToken: unknown) => {
    const headers = { authorization: `Bearer ${accessToken}` };
    const response = await fetch(`${server.issuer}/userinfo`, { headers });
    // The response of userinfo is a JSON object.
    return { status: response.status, body: (await response.json()) as Record<string, unknown> };
  };
  const begin = async (scope: string, parameters: Record<string, string> = {}) => {
    const code = await codeFor(party, new Browser(), { scope, prompt: 'consent', ...parameters });
    const { body } = await party.redeem(code.code, code.verifier);
    return { access: body['access_token'], refresh: String(body['refresh_token']) };
  };
  return { server, party, narrow, userinfo, begin };
};

t.test('a narrowed client gets less at once: at userinfo, and with every refresh', async (t) => {
  const { party, narrow, userinfo, begin } = await start(t, { id_token_claims: 'all' });
  const { access, refresh } = await begin('openid profile email offline_access');
  t.match((await userinfo(access)).body, { email: String, name: String });

  await narrow('openid email offline_access');
  const narrowed = await userinfo(access);
  t.match(narrowed.body, { email: String }, 'the access token that it has');
  t.notMatch(narrowed.body, { name: String });
  t.match(
    await party.refresh(refresh, { scope: 'openid profile' }),
    { status: 400, body: { error: 'invalid_scope' } },
    'it can not ask for what it lost',
  );
  const refreshed = await party.refresh(refresh);
  t.match(refreshed, { status: 200, body: { scope: 'openid email offline_access' } });
  t.notMatch(decodeJwt(String(refreshed.body['id_token'])), { name: String });
  t.match(decodeJwt(String(refreshed.body['access_token'])), { scope: 'openid email offline_access' });
  t.notMatch((await userinfo(refreshed.body['access_token'])).body, { name: String });

  await narrow('openid profile email offline_access');
  const widened = await party.refresh(String(refreshed.body['refresh_token']));
  t.match(
    widened,
    { body: { scope: 'openid profile email offline_access' } },
    'what was allowed is not lost',
  );
});

t.test('a code that is on its way is narrowed too', async (t) => {
  const { party, narrow, userinfo } = await start(t);
  const { code, verifier } = await codeFor(party, new Browser(), { scope: 'openid profile email' });
  await narrow('openid email');
  const { body } = await party.redeem(code, verifier);
  t.match(body, { scope: 'openid email' });
  t.notMatch((await userinfo(body['access_token'])).body, { name: String });
});

t.test('without openid there are no id tokens any more', async (t) => {
  const { party, narrow, begin } = await start(t);
  const { refresh } = await begin('openid email offline_access');
  await narrow('email');
  const { status, body } = await party.refresh(refresh);
  t.equal(status, 200);
  t.notOk('id_token' in body);
  t.match(body, { scope: 'email' });
});

t.test('scopes of APIs are narrowed alike', async (t) => {
  const { party, narrow, begin } = await start(t);
  const { refresh } = await begin('api:read api:write offline_access', { resource: api });
  await narrow('openid api:read offline_access');
  const { body } = await party.refresh(refresh);
  t.match(decodeJwt(String(body['access_token'])), { scope: 'api:read', aud: api });
});
