import t from 'tap';
import { allScopes, startAdminServer } from '../admin/admin-server.ts';
import {
  Browser,
  codeFor,
  password,
  RelyingParty,
  redirectUri,
  secret,
  startInProcess,
  usualConfig,
} from '../support/setup/index.ts';

// A token says the scope of its issue. What this server decides by it follows the client and the person of now.

t.test('the administration API follows a client that was narrowed, with its next request', async (t) => {
  const admin = await startAdminServer(t);
  const { clients } = admin.server.app.services;
  const callers = [
    ['machine', await admin.machine()],
    ['console', await admin.person('admin')],
  ] as const;
  for (const [client, caller] of callers) {
    const add = (username: string) =>
      admin.call('POST', '/accounts', { caller, body: { username, groups: ['postern-admins'] } });
    const read = () => admin.call('GET', '/accounts', { caller });
    await clients.update(client, { scope: 'admin:read' });
    t.equal((await add(`${client}-narrowed`)).status, 403, `${client}: what it lost`);
    t.equal((await read()).status, 200, `${client}: what it kept`);
    await clients.update(client, { scope: 'openid' });
    t.equal((await read()).status, 403, `${client}: nothing is left`);
    await clients.update(client, { scope: allScopes });
    t.equal((await add(`${client}-widened`)).status, 201, `${client}: what it got back`);
  }
});

const signed = 'https://signed.example.com/';
const opaque = 'https://opaque.example.com/';
const scopes = ['read', 'write', { name: 'reboot', groups: ['ops'] }];

t.test('introspection answers the scope of now', async (t) => {
  const server = await startInProcess(t, {
    ...usualConfig,
    accounts: [],
    groups: [{ name: 'ops' }],
    resources: [
      { audience: signed, scopes },
      { audience: opaque, scopes, access_token_format: 'opaque' },
    ],
  });
  const { clients, accounts } = server.app.services;
  const ada = await server.addAccount({ username: 'ada', password, groups: ['ops'] });
  await server.addClient({
    type: 'web',
    id: 'shop',
    secret,
    metadata: {
      redirect_uris: [redirectUri],
      first_party: true,
      grant_types: ['authorization_code', 'refresh_token', 'client_credentials'],
    },
  });
  const resources = [signed, opaque];
  await server.addClient({ type: 'machine', id: 'api', secret, metadata: { resources } });
  const shop = new RelyingParty(server.issuer, 'shop', secret);
  const api = new RelyingParty(server.issuer, 'api', secret);
  const scopeAt = async (party: RelyingParty, token: unknown) => {
    const { body } = await party.post('/oauth/introspect', { token: String(token) });
    t.equal(body['active'], true);
    return body['scope'];
  };

  for (const resource of resources) {
    const scope = 'read write reboot offline_access';
    const { code, verifier } = await codeFor(shop, new Browser(), { scope, resource, prompt: 'consent' });
    const { body } = await shop.redeem(code, verifier, { resource });
    const own = await shop.post('/oauth/token', {
      grant_type: 'client_credentials',
      resource,
      scope: 'read write',
    });
    const ownToken = own.body['access_token'];
    const { access_token: token, refresh_token: refreshToken } = body;

    await accounts.changeGroups(ada.id, { remove: ['ops'] });
    t.notMatch(await scopeAt(api, token), /reboot/, `${resource}: the person has left the group`);
    await clients.update('shop', { scope: 'openid read' });
    t.equal(await scopeAt(api, token), 'read', `${resource}: the client was narrowed`);
    t.equal(await scopeAt(shop, token), 'read', `${resource}: so the client reads`);
    t.equal(await scopeAt(api, ownToken), 'read', `${resource}: a token that it got for itself`);
    t.equal(await scopeAt(shop, refreshToken), 'read', `${resource}: a refresh token`);
    await clients.update('shop', { scope: 'openid' });
    const { body: left } = await api.post('/oauth/introspect', { token: String(token) });
    t.same(left, { active: false }, `${resource}: the client may name the API no more`);

    await clients.update('shop', { scope: null });
    await accounts.changeGroups(ada.id, { add: ['ops'] });
    t.match(await scopeAt(api, token), /read write reboot/, `${resource}: all is back`);
  }
});

t.test('introspection answers inactive once the API is taken from the client', async (t) => {
  const plain = 'https://plain.example.com/';
  const server = await startInProcess(t, {
    ...usualConfig,
    accounts: [],
    resources: [
      { audience: plain, scopes: [], access_token_format: 'opaque', introspection_clients: ['app'] },
    ],
  });
  const metadata = { grant_types: ['client_credentials'], scope: 'openid', resources: [plain] };
  await server.addClient({ type: 'machine', id: 'shop', secret, metadata });
  const shop = new RelyingParty(server.issuer, 'shop', secret);
  const { body } = await shop.post('/oauth/token', { grant_type: 'client_credentials', resource: plain });
  const isActive = async (party: RelyingParty) =>
    (await party.post('/oauth/introspect', { token: String(body['access_token']) })).body['active'];
  const api = new RelyingParty(server.issuer);
  t.same([await isActive(api), await isActive(shop)], [true, true]);
  await server.app.services.clients.update('shop', { resources: null });
  t.same([await isActive(api), await isActive(shop)], [false, false]);
  await server.app.services.clients.update('shop', { resources: [plain] });
  t.equal(await isActive(api), true);
});
