import { join } from 'node:path';
import t, { type Test } from 'tap';
import {
  Browser,
  codeFor,
  newVerifier,
  openCommandFolder,
  password,
  RelyingParty,
  redirectUri,
  secret,
  startInProcess,
  usualConfig,
} from '../support/setup/index.ts';
import { waitFor } from '../support/wait-for.ts';

const device = 'urn:ietf:params:oauth:grant-type:device_code';
const ciba = 'urn:openid:params:grant-type:ciba';
const api = 'https://api.example.com/';
const client = {
  client_id: 'agent',
  client_secret: secret,
  redirect_uris: [redirectUri],
  post_logout_redirect_uris: [redirectUri],
  grant_types: ['authorization_code', 'refresh_token', 'client_credentials', device, ciba],
  backchannel_token_delivery_mode: 'poll',
  first_party: true,
  resources: [api],
};

/** Two servers on one store. */
const open = async (t: Test) => {
  const folder = await openCommandFolder(t);
  const settings = {
    ...usualConfig,
    accounts: [],
    clients: [...usualConfig.clients, client],
    resources: [{ audience: api, scopes: ['api:read'], introspection_clients: ['app'] }],
    registration: { enabled: true },
    store: { url: `sqlite:${join(folder.cwd, 'store.db')}` },
  };
  const server = await startInProcess(t, settings);
  const other = await startInProcess(t, { ...settings, issuer: server.issuer });
  await server.addAccount({ username: 'ada', password });
  return { folder, server, other, clients: other.app.services.clients };
};

const refused = { error: 'unauthorized_client', error_description: 'the operator has stopped this client' };

t.test('a stopped client is refused at every endpoint, and its tokens are good nowhere', async (t) => {
  const { server, clients } = await open(t);
  const party = new RelyingParty(server.issuer, 'agent');
  const api = new RelyingParty(server.issuer);
  const browser = new Browser();
  const first = await codeFor(party, browser, { scope: 'openid offline_access', prompt: 'consent' });
  const { body } = await party.redeem(first.code, first.verifier);
  const access = String(body['access_token']);
  const machine = await party.post('/oauth/token', { grant_type: 'client_credentials', scope: 'api:read' });
  const [pending, pendingAsJson] = [await codeFor(party, browser), await codeFor(party, browser)];
  const status = async (token: unknown, by: RelyingParty) =>
    (await by.post('/oauth/introspect', { token: String(token) })).body['active'];
  const userinfo = () =>
    fetch(`${server.issuer}/userinfo`, { headers: { authorization: `Bearer ${access}` } });
  t.equal(await status(machine.body['access_token'], api), true);
  t.equal((await userinfo()).status, 200);

  t.equal(await clients.stop('agent'), true);
  t.equal(await clients.stop('agent'), false, 'the second time it is stopped already');
  await waitFor('the other process to know it', () => server.app.services.clients.isStopped('agent'));

  const requests: readonly (readonly [path: string, body: Record<string, string>])[] = [
    ['/oauth/token', { grant_type: 'client_credentials', scope: 'api:read' }],
    ['/oauth/token', { grant_type: 'refresh_token', refresh_token: String(body['refresh_token']) }],
    [
      '/oauth/token',
      {
        grant_type: 'authorization_code',
        code: pending.code,
        code_verifier: pending.verifier,
        redirect_uri: redirectUri,
      },
    ],
    ['/oauth/token', { grant_type: device, device_code: 'x'.repeat(43) }],
    ['/oauth/introspect', { token: access }],
    ['/oauth/revoke', { token: access }],
    ['/oauth/par', { response_type: 'code', redirect_uri: redirectUri, scope: 'openid' }],
    ['/oauth/device_authorization', { scope: 'openid' }],
    ['/oauth/ciba', { scope: 'openid', login_hint: 'ada' }],
  ];
  for (const [path, parameters] of requests)
    t.match(
      await party.post(path, parameters),
      { status: 400, body: refused },
      `${path} ${parameters['grant_type'] ?? ''}`,
    );
  const json = await fetch(`${server.issuer}/api/v1/tokens`, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      authorization: `Basic ${Buffer.from(`agent:${secret}`).toString('base64')}`,
    },
    body: JSON.stringify({
      authorization_code: pendingAsJson.code,
      code_verifier: pendingAsJson.verifier,
    }),
  });
  t.match(
    [json.status, JSON.parse(await json.text())],
    [400, { name: refused.error, message: refused.error_description }],
    'the JSON token endpoint',
  );

  const page = await browser.open(party.authorizationUrl(newVerifier()));
  t.equal(page.headers.get('location'), null, 'the browser is not sent to a client that may do harm');
  t.equal(page.status, 400);
  t.match(page.body, /unauthorized_client/);
  t.equal(await status(machine.body['access_token'], api), false, 'an API that asks learns it');
  t.equal((await userinfo()).status, 401);

  t.equal((await api.post('/oauth/token', { grant_type: 'client_credentials' })).status, 200, 'others go on');
  const [stopped] = server.events.filter(
    ({ type, reason }) => type === 'token.refused' && reason === refused.error,
  );
  t.match(stopped, { client: 'agent', outcome: 'refused' });

  t.equal(await clients.start('agent'), true);
  t.equal(await clients.start('agent'), false);
  await waitFor('the other process to know it', () => !server.app.services.clients.isStopped('agent'));
  t.equal(
    await status(machine.body['access_token'], api),
    true,
    'a client that is started again has its tokens',
  );
  t.equal((await party.refresh(String(body['refresh_token']))).status, 200);
  const { code, verifier } = await codeFor(party, browser);
  t.equal((await party.redeem(code, verifier)).status, 200);
});

t.test('a person can still sign out by a stopped client', async (t) => {
  const { server, other, clients } = await open(t);
  const party = new RelyingParty(server.issuer, 'agent');
  const browser = new Browser();
  const { code, verifier } = await codeFor(party, browser);
  const { body } = await party.redeem(code, verifier);
  await clients.stop('agent');
  await waitFor('the other process to know it', () => server.app.services.clients.isStopped('agent'));
  const query = new URLSearchParams({ id_token_hint: String(body['id_token']) });
  const page = await browser.open(`${server.issuer}/oauth/logout?${query}`);
  t.equal(page.status, 200);
  await browser.submit(page, { logout: 'yes' });
  const again = await browser.open(new RelyingParty(server.issuer).authorizationUrl(newVerifier()));
  t.match(again.body, /login-submit/, 'the session ended');
  await other.app.services.clients.start('agent');
});

t.test('a client that registered itself can not change its registration while it is stopped', async (t) => {
  const { server, clients } = await open(t);
  const registered = await fetch(`${server.issuer}/oauth/register`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ redirect_uris: [redirectUri] }),
  });
  const { client_id, registration_client_uri, registration_access_token } = JSON.parse(
    await registered.text(),
  );
  const manage = (method: string) =>
    fetch(registration_client_uri, {
      method,
      headers: { authorization: `Bearer ${registration_access_token}` },
    });
  await clients.stop(client_id);
  await waitFor('the other process to know it', () => server.app.services.clients.isStopped(client_id));
  for (const method of ['GET', 'DELETE']) {
    const response = await manage(method);
    t.equal(response.status, 403, method);
    t.match(JSON.parse(await response.text()), { error: 'access_denied' });
  }
  await clients.start(client_id);
  await waitFor('the other process to know it', () => !server.app.services.clients.isStopped(client_id));
  t.equal((await manage('DELETE')).status, 204);
});

t.test('an operator stops and starts a client by a command', async (t) => {
  const { folder, server } = await open(t);
  const { id } = await server.addClient({ type: 'machine', metadata: { client_name: 'Robot' } });
  const json = async (...args: string[]) => {
    const { exit, out, err } = await folder.runInProcess([...args, '--json']);
    t.equal(exit, 0, err);
    return JSON.parse(out);
  };
  t.equal((await folder.runInProcess(['client', 'stop', 'unknown'])).exit, 3);
  t.match(await json('client', 'stop', id), { client_id: id, stopped: true });
  t.ok((await json('client', 'show', id)).stopped_at);
  t.match((await folder.runInProcess(['client', 'list'])).out, /stopped {2,}Robot/);
  await waitFor('the server to know it', () => server.app.services.clients.isStopped(id));
  t.match((await json('audit', 'list', '--type', 'client.stopped')).items, [
    { client: id, details: { door: 'cli' } },
  ]);
  t.match(await json('client', 'start', id), { stopped: false });
  t.equal((await json('client', 'show', id)).stopped_at, undefined);
  await json('client', 'stop', id);
  await json('client', 'delete', id);
  await json('client', 'add', '--id', id, '--type', 'machine');
  t.equal(
    (await json('client', 'show', id)).stopped_at,
    undefined,
    'another client of that id is not stopped',
  );
});
