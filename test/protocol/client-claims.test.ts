import { decodeJwt } from 'jose';
import t from 'tap';
import { grantTypesOf } from '#src/features/declarations.ts';
import { type Clients, createClients } from '#src/services/clients/index.ts';
import {
  Browser,
  openCommandFolder,
  password,
  RelyingParty,
  redirectUri,
  secret,
  startInProcess,
  testConfig,
  usualConfig,
} from '../support/setup/index.ts';
import { receive } from '../support/tokens.ts';

// The claims that an operator sets for one client (src/provider/overrides/claims-result.ts).

const claims = {
  role: { from: 'groups', map: { 'grafana-admins': 'Admin', staff: 'Editor' }, default: 'Viewer' },
  teams: { from: 'groups', map: { staff: ['a', 'b'] } },
  tier: { value: 'gold' },
  place: { from: 'office', map: { berlin: 'DE', vienna: 'AT' } },
};

const server = await startInProcess(t, {
  clients: [
    { ...usualConfig.clients[0], claims },
    { ...usualConfig.clients[0], client_id: 'other' },
  ],
  groups: [{ name: 'grafana-admins' }, { name: 'staff' }],
  profile: { editable: ['nickname'], fields: [{ claim: 'desk', label: 'Desk' }] },
  pages: { create_account: true },
});
const { accounts, clients } = server.app.services;
const ada = await server.addAccount({
  username: 'ada',
  password,
  claims: { office: ['vienna', 'berlin'], email: 'ada@example.com' },
  groups: ['staff', 'grafana-admins'],
});
const party = new RelyingParty(server.issuer);
const scope = 'openid email';

t.test('the first match in the order of the table wins, in id token and userinfo', async (t) => {
  const { idToken, userinfo } = await receive(party, new Browser(), { scope });
  for (const received of [idToken, userinfo]) {
    t.match(received, { role: 'Admin', teams: ['a', 'b'], tier: 'gold', place: 'DE', sub: ada.id });
    t.notOk('groups' in received, 'the groups themselves need their scope');
  }
  t.equal(userinfo['email'], 'ada@example.com');
});

t.test('who has no match gets the default, or no claim', async (t) => {
  await accounts.update(ada.id, { groups: [], claims: { office: 'paris' } });
  const { idToken } = await receive(party, new Browser(), { scope });
  t.match(idToken, { role: 'Viewer', tier: 'gold' });
  t.notOk('teams' in idToken);
  t.notOk('place' in idToken);
});

t.test('another client gets none of it', async (t) => {
  const { idToken, userinfo } = await receive(new RelyingParty(server.issuer, 'other'), new Browser(), {
    scope,
  });
  for (const name of Object.keys(claims)) {
    t.notOk(name in idToken, name);
    t.notOk(name in userinfo, name);
  }
});

t.test('a stored client has the same, changed from one token to the next', async (t) => {
  await clients.add({
    type: 'web',
    id: 'stored',
    secret,
    metadata: { redirect_uris: [redirectUri], first_party: true, claims: { tier: { value: 'silver' } } },
  });
  const stored = new RelyingParty(server.issuer, 'stored');
  t.equal((await receive(stored, new Browser(), { scope })).idToken['tier'], 'silver');
  await clients.update('stored', { claims: { tier: { value: ['x', 'y'] } } });
  t.same((await receive(stored, new Browser(), { scope })).idToken['tier'], ['x', 'y']);
});

t.test('no table decides by what people fill in themselves', async (t) => {
  const own = (from: string) => ({ role: { from, map: { boss: 'Admin' }, default: 'Viewer' } });
  const add = (service: Clients, id: string, from: string) =>
    service.add({
      type: 'web',
      id,
      secret,
      metadata: { redirect_uris: [redirectUri], first_party: true, claims: own(from) },
    });
  for (const from of ['desk', 'nickname', 'name', 'preferred_username']) {
    await t.rejects(add(clients, `own-${from}`, from), {
      message: new RegExp(`decides by ${from}, which people fill in themselves`),
    });
    await t.rejects(clients.update('stored', { claims: own(from) }), { message: /decides by/ });
  }

  // People could not fill it in when this client was stored.
  const former = createClients({
    ...{ store: server.store, clock: server.clock, events: server.app.events },
    config: { ...testConfig(), profile: { editable: [], fields: [], delete_account: false } },
    grantTypes: grantTypesOf(),
  });
  await add(former, 'older', 'desk');
  former.close();
  await accounts.update(ada.id, { claims: { desk: 'boss' } });
  const { idToken, userinfo } = await receive(new RelyingParty(server.issuer, 'older'), new Browser(), {
    scope,
  });
  t.equal(idToken['role'], 'Viewer');
  t.equal(userinfo['role'], 'Viewer');
});

t.test('an address or a number that a person only claims to have gives no role', async (t) => {
  const byEmail = { role: { from: 'email', map: { 'boss@example.com': 'Admin' }, default: 'Viewer' } };
  const byPhone = { role: { from: 'phone_number', map: { '+1 555': 'Admin' }, default: 'Viewer' } };
  const api = 'https://api.example';
  const { issuer, addAccount, app } = await startInProcess(t, {
    clients: [
      { ...usualConfig.clients[0], claims: byEmail },
      { ...usualConfig.clients[0], client_id: 'phone', claims: byPhone },
    ],
    accounts: [],
    resources: [{ audience: api, scopes: ['api:read'], access_token_format: 'jwt', claims: byEmail }],
  });
  const typed = { email: 'boss@example.com', phone_number: '+1 555' };
  const { id } = await addAccount({ username: 'ada', password, claims: { ...typed, email_verified: false } });
  const roles = async () => {
    const asked = { scope: `${scope} api:read`, resource: api };
    const byClient = await receive(new RelyingParty(issuer), new Browser(), asked);
    const phone = await receive(new RelyingParty(issuer, 'phone'), new Browser(), { scope });
    const { role } = decodeJwt(String(byClient.response.body['access_token']));
    return [byClient.idToken['role'], role, phone.idToken['role']];
  };
  t.strictSame(await roles(), ['Viewer', 'Viewer', 'Viewer']);
  const proofs = { email_verified: true, phone_number_verified: true };
  await app.services.accounts.update(id, { claims: proofs });
  t.strictSame(await roles(), ['Admin', 'Admin', 'Admin']);
});

t.test('a wrong table is refused with one sentence, for clients and resources alike', async (t) => {
  const { runInProcess: run } = await openCommandFolder(t);
  const entries = Object.fromEntries(Array.from({ length: 501 }, (_, n) => [`g${n}`, 'x']));
  const tables: [string, unknown, RegExp][] = [
    ['no table', 'x', /must be a map/],
    ['nothing', { role: {} }, /either value, or from and map/],
    ['both', { role: { value: 'x', from: 'groups', map: { a: 'x' } } }, /either value, or from and map/],
    ['no map', { role: { from: 'groups' } }, /map must have a value/],
    ['a number', { role: { value: 5 } }, /value must be a text or a list of texts/],
    ['an object', { role: { from: 'groups', map: { a: { b: 'c' } } } }, /Each value of map/],
    ['unknown key', { role: { value: 'x', form: 'groups' } }, /Has no key form/],
    ['reserved', { sub: { value: 'x' } }, /sub: Is a claim that the server sets/],
    ['groups', { groups: { value: 'x' } }, /groups: Is the list of groups/],
    ['oversized', { role: { from: 'groups', map: entries } }, /map has 501 entries; 500 are allowed/],
    [
      'too many',
      Object.fromEntries(Array.from({ length: 51 }, (_, n) => [`c${n}`, { value: 'x' }])),
      /Sets 51 claims; 50 are allowed/,
    ],
    ['too large', { role: { value: 'x'.repeat(40_000) } }, /larger than 32 KiB/],
  ];
  for (const [name, table, message] of tables) {
    const added = await run([
      ...['client', 'add', '--type', 'web', '--redirect-uri', redirectUri],
      ...['--property', `claims=${JSON.stringify(table)}`],
    ]);
    t.equal(added.exit, 2, name);
    t.match(added.err, message, name);
    t.equal(added.err.trim().split('\n').length, 1, `${name}: one line`);
  }
  const checked = await run([
    ...['config', 'check'],
    ...['--set', 'resources=[{audience: "https://a.example/", claims: {sub: {value: x}}}]'],
    ...[
      '--set',
      'clients=[{client_id: a, redirect_uris: ["https://a.example/"], claims: {role: {from: g}}}]',
    ],
  ]);
  t.equal(checked.exit, 78);
  t.match(checked.err, /resources\.0\.claims\.sub/);
});
