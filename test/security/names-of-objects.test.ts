import t from 'tap';
import { clientKey } from '#src/services/clients/record.ts';
import { startAdminServer } from '../admin/admin-server.ts';
import {
  Browser,
  codeFor,
  httpGet,
  openCommandFolder,
  password,
  RelyingParty,
  redirectUri,
  secret,
  startInProcess,
  usualConfig,
} from '../support/setup/index.ts';

// A client, a scope or a claim may have the name of a member that every object inherits.

const names = Object.getOwnPropertyNames(Object.prototype);

t.test('no new client gets such an id', async (t) => {
  const admin = await startAdminServer(t);
  const caller = await admin.machine();
  for (const id of names) {
    const body = { client_id: id, type: 'spa', metadata: { redirect_uris: [redirectUri] } };
    const { status, text } = await admin.call('POST', '/clients', { caller, body });
    t.equal(status, 422, id);
    t.match(text, /a name that every JavaScript object has/, id);
  }
  const { runInProcess: run } = await openCommandFolder(t);
  const { exit, err } = await run([
    ...['config', 'check'],
    ...[
      '--set',
      `clients=[{client_id: constructor, client_secret: ${secret}, redirect_uris: ["${redirectUri}"]}]`,
    ],
  ]);
  t.equal(exit, 78);
  t.match(err, /clients\.0\.client_id.*a name that every JavaScript object has/);
});

/** A client of an earlier release, which accepted every id. */
const startWith = async (id: string) => {
  const server = await startInProcess(t, {
    ...usualConfig,
    accounts: [...usualConfig.accounts, { username: 'bob', password }],
  });
  const metadata = {
    redirect_uris: [redirectUri],
    first_party: true,
    grant_types: ['authorization_code', 'refresh_token'],
  };
  const held = 'old-client';
  await server.addClient({ type: 'web', id: held, secret, metadata });
  const [document] = await server.store.read([clientKey(held)]);
  const body = (document?.body ?? '').replaceAll(held, id);
  await server.store.commit([{ op: 'put', key: clientKey(id), body }]);
  return server;
};

for (const id of ['__proto__', 'constructor', 'toString']) {
  t.test(`a client ${id} of an earlier release works, and changes nothing for others`, async (t) => {
    const { issuer } = await startWith(id);
    const old = new RelyingParty(issuer, id, secret);
    const browser = new Browser();
    const scope = 'openid offline_access';
    for (const turn of ['first', 'again']) {
      const { code, verifier } = await codeFor(old, browser, { scope, prompt: 'consent' });
      t.notOk('grantId' in {} || 'sid' in {} || 'persistsLogout' in {}, `${turn}: objects are as they were`);
      const { status, body } = await old.redeem(code, verifier);
      t.equal(status, 200, turn);
      t.equal((await old.refresh(String(body['refresh_token']))).status, 200, turn);
    }
    const app = new RelyingParty(issuer);
    const { code, verifier } = await codeFor(app, new Browser(), {}, 'bob');
    const { body } = await app.redeem(code, verifier);
    const authorization = `Bearer ${body['access_token']}`;
    t.equal((await httpGet(`${issuer}/userinfo`, { authorization })).status, 200, 'another person');
  });
}

t.test('requests may name such scopes and claims', async (t) => {
  const { issuer } = await startInProcess(t, { ...usualConfig, claims: { toString: ['employee'] } });
  const app = new RelyingParty(issuer);
  const asked = Object.fromEntries(names.map((name) => [name, null]));
  const claims = JSON.stringify({ userinfo: asked, id_token: asked });
  const { code, verifier } = await codeFor(app, new Browser(), {
    scope: ['openid', ...names].join(' '),
    claims: claims.replace('{"userinfo"', '{"__proto__":{"polluted":1},"userinfo"'),
  });
  const { status, body } = await app.redeem(code, verifier);
  t.equal(status, 200);
  const authorization = `Bearer ${body['access_token']}`;
  t.equal((await httpGet(`${issuer}/userinfo`, { authorization })).status, 200);
  t.notOk('polluted' in {});
});
