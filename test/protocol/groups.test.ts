import { decodeJwt } from 'jose';
import t from 'tap';
import {
  Browser,
  codeFor,
  newVerifier,
  password,
  RelyingParty,
  redirectUri,
  secret,
  startInProcess,
  usualConfig,
} from '../support/setup/index.ts';
import { readIdToken, readUserinfo, receive } from '../support/tokens.ts';

// The scope `groups`, the claim of the same name, and the claims of a person in access tokens.

const api = 'https://api.example.com/';
const table = 'https://table.example.com/';
const opaque = 'https://opaque.example.com/';
const initialAccessToken = 'an-initial-access-token-of-the-operator';
const offline = { scope: 'openid groups offline_access', prompt: 'consent' };

const operations: string[] = [];
const server = await startInProcess(
  t,
  {
    clients: [
      ...usualConfig.clients,
      { ...usualConfig.clients[0], client_id: 'third', first_party: false },
      { ...usualConfig.clients[0], client_id: 'bare', scope: 'openid profile email' },
    ],
    groups: [{ name: 'staff' }, { name: 'board' }],
    resources: [
      { audience: api, scopes: ['read'], claims: ['groups', 'email'] },
      {
        audience: table,
        scopes: ['see'],
        claims: { role: { from: 'groups', map: { board: 'Admin', staff: 'Editor' } } },
      },
      { audience: opaque, scopes: ['look'], access_token_format: 'opaque', claims: ['groups'] },
    ],
    registration: { enabled: true, initial_access_tokens: [initialAccessToken] },
  },
  { observe: (operation) => operations.push(operation) },
);
const { accounts } = server.app.services;
const ada = await server.addAccount({
  username: 'ada',
  password,
  claims: { email: 'ada@example.com' },
  groups: ['staff', 'board'],
});
const party = new RelyingParty(server.issuer);

t.test('without the scope, no token and no answer has groups', async (t) => {
  const { idToken, userinfo } = await receive(party, new Browser(), { scope: 'openid profile email' });
  t.notHas(idToken, { groups: Array });
  t.notOk('groups' in userinfo);
});

t.test('a client that may not use the scope gets no groups, however it asks', async (t) => {
  const { idToken, userinfo } = await receive(new RelyingParty(server.issuer, 'bare'), new Browser(), {
    scope: 'openid',
    claims: JSON.stringify({ id_token: { groups: { essential: true } }, userinfo: { groups: null } }),
  });
  t.notOk('groups' in idToken);
  t.notOk('groups' in userinfo);
});

t.test('with the scope, id token and userinfo have the sorted names', async (t) => {
  const { idToken, userinfo, response } = await receive(party, new Browser(), { scope: 'openid groups' });
  t.same(idToken['groups'], ['board', 'staff']);
  t.same(userinfo['groups'], ['board', 'staff']);
  t.notOk('email' in idToken, 'nothing else of the person is in the id token');
  t.match(response.body, { scope: /\bgroups\b/ });
});

t.test('the claims parameter alone is enough, where the client may use the scope', async (t) => {
  const { idToken, userinfo } = await receive(party, new Browser(), {
    scope: 'openid',
    claims: JSON.stringify({ id_token: { groups: { essential: true } } }),
  });
  t.same(idToken['groups'], ['board', 'staff']);
  t.notOk('groups' in userinfo);
});

t.test('the consent page names the scope, and a person may decline it', async (t) => {
  const third = new RelyingParty(server.issuer, 'third');
  const browser = new Browser();
  let page = await browser.open(third.authorizationUrl(newVerifier(), { scope: 'openid groups' }));
  page = await browser.submit(page, { login: 'ada', password });
  t.match(page.body, /See which groups you’re in/);
});

t.test('metadata lists scope and claim', async (t) => {
  const url = `${server.issuer}/.well-known/openid-configuration`;
  const metadata: unknown = await (await fetch(url)).json();
  t.match(metadata, { scopes_supported: /groups/, claims_supported: /groups/ });
});

t.test('a self-registered client may not use the scope unless the operator lists it', async (t) => {
  const register = (metadata: object) =>
    fetch(`${server.issuer}/oauth/register`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${initialAccessToken}` },
      body: JSON.stringify({ redirect_uris: [redirectUri], ...metadata }),
    });
  const refused = await register({ scope: 'groups' });
  t.equal(refused.status, 400);
  t.match(await refused.json(), { error: 'invalid_client_metadata', error_description: /groups/ });
  const { scope } = await (await register({ scope: 'openid groups' })).json();
  t.equal(scope, 'openid', 'it is left out (RFC 7591 §2)');
  t.notMatch(await (await register({})).json(), { scope: /groups/ });
});

t.test('access tokens have the claims that their API lists', async (t) => {
  const browser = new Browser();
  const tokenFor = async (resource: string, scope: string) => {
    const { code, verifier } = await codeFor(party, browser, { scope: `openid ${scope}`, resource });
    return String((await party.redeem(code, verifier, { resource })).body['access_token']);
  };
  t.match(decodeJwt(await tokenFor(api, 'read')), {
    groups: ['board', 'staff'],
    email: 'ada@example.com',
    sub: ada.id,
  });
  const mapped = decodeJwt(await tokenFor(table, 'see'));
  t.equal(mapped['role'], 'Admin');
  t.notOk('groups' in mapped);
  const token = await tokenFor(opaque, 'look');
  const introspected = await party.post('/oauth/introspect', { token });
  t.match(introspected.body, { active: true, groups: ['board', 'staff'] });
});

t.test('membership is read when a token is issued, without a round trip', async (t) => {
  const { code, verifier } = await codeFor(party, new Browser(), offline);
  await accounts.find(ada.id);
  operations.length = 0;
  const first = await party.redeem(code, verifier);
  t.same(
    operations.filter((one) => one === 'read' || one === 'commit'),
    ['read', 'commit'],
  );
  t.same(readIdToken(first)['groups'], ['board', 'staff']);
  await accounts.changeGroups(ada.id, { remove: ['board'] });
  const second = await party.refresh(String(first.body['refresh_token']));
  t.same(readIdToken(second)['groups'], ['staff'], 'at once in this process');
  t.same((await readUserinfo(server.issuer, first))['groups'], ['staff'], 'for the earlier token as well');
  await accounts.changeGroups(ada.id, { add: ['board'] });
  await accounts.find(ada.id);
  operations.length = 0;
  const third = await party.refresh(String(second.body['refresh_token']));
  t.same(
    operations.filter((one) => one === 'read' || one === 'commit'),
    ['read', 'commit'],
  );
  t.same(readIdToken(third)['groups'], ['board', 'staff']);
  const { entries } = await server.store.dump();
  const held = entries.filter((entry) => JSON.stringify(entry).includes('board')).map(({ key }) => key.kind);
  t.same(
    held.filter((kind) => ['gr', 'rt', 'ac', 'se'].includes(kind)),
    [],
    'no grant, refresh token, code or session has a group',
  );
});

t.test('a person without groups has an empty list', async (t) => {
  await accounts.update(ada.id, { groups: [] });
  const { idToken } = await receive(party, new Browser(), { scope: 'openid groups' });
  t.same(idToken['groups'], []);
});

t.test('an account claim named groups is released as it is', async (t) => {
  const other = await startInProcess(t, {
    ...usualConfig,
    accounts: [{ username: 'ada', password, claims: { groups: ['Grafana Admins'] } }],
  });
  const { idToken, userinfo } = await receive(new RelyingParty(other.issuer), new Browser(), {
    scope: 'openid groups',
  });
  t.same(idToken['groups'], ['Grafana Admins']);
  t.same(userinfo['groups'], ['Grafana Admins']);
});

t.test('groups and claims of that name stop the start', async (t) => {
  const both = startInProcess(t, {
    groups: [{ name: 'staff' }],
    accounts: [{ username: 'ada', password, claims: { groups: ['staff'] } }],
    clients: [{ client_id: 'app', client_secret: secret, redirect_uris: [redirectUri] }],
  });
  await t.rejects(both, { message: /import-claims/ });
});
