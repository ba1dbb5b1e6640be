import t, { type Test } from 'tap';
import type { Store } from '#src/store/port.ts';
import {
  Browser,
  codeFor,
  newVerifier,
  password,
  RelyingParty,
  redirectParameters,
  redirectUri,
  secret,
  startInProcess,
  usualConfig,
} from '../support/setup/index.ts';
import { waitFor } from '../support/wait-for.ts';

const cibaGrant = 'urn:openid:params:grant-type:ciba';
const api = 'https://api.example.com/';
const agent = {
  client_id: 'agent',
  client_name: 'Agent',
  client_secret: secret,
  redirect_uris: [redirectUri],
  grant_types: ['authorization_code', 'refresh_token', cibaGrant],
  backchannel_token_delivery_mode: 'poll',
  backchannel_logout_uri: 'https://127.0.0.1:9/logout',
  resources: [api],
};
const config = {
  ...usualConfig,
  clients: [...usualConfig.clients, agent],
  resources: [{ audience: api, scopes: ['notes:read'] }],
  registration: { enabled: true },
  audit: { enabled: true },
  security: { password: { memory_kib: 8192, passes: 1 } },
};

const offline = { scope: 'openid email offline_access', prompt: 'consent' };

const open = async (t: Test) => {
  const server = await startInProcess(t, config);
  const { connectedApps: apps, accounts } = server.app.services;
  const ada = (await accounts.findByUsername('ada'))?.id ?? '';
  const app = new RelyingParty(server.issuer);
  const party = new RelyingParty(server.issuer, 'agent');
  const tokensOf = async (of: RelyingParty, browser: Browser, parameters: Record<string, string>) => {
    const { code, verifier } = await codeFor(of, browser, parameters);
    const { body } = await of.redeem(code, verifier);
    return { access: String(body['access_token']), refresh: String(body['refresh_token']) };
  };
  const isActive = async (of: RelyingParty, token: string) =>
    (await of.post('/oauth/introspect', { token })).body['active'];
  const asks = async (browser: Browser, of: RelyingParty, scope = 'openid') =>
    (await browser.open(of.authorizationUrl(newVerifier(), { scope }))).body.includes('consent-allow');
  return { server, apps, ada, app, party, tokensOf, isActive, asks };
};

/** Holds back the next commit that makes a grant until it is released. */
const holdGrant = (store: Store) => {
  const commit = store.commit.bind(store);
  const held = Promise.withResolvers<void>();
  const released = Promise.withResolvers<void>();
  // The store is a plain object, and the server calls its methods by name.
  Object.assign(store, {
    async commit(writes: Parameters<Store['commit']>[0]) {
      if (writes.some(({ op, key }) => op === 'insert' && key.kind === 'gr')) {
        Object.assign(store, { commit });
        held.resolve();
        await released.promise;
      }
      return commit(writes);
    },
  });
  return { held: held.promise, release: released.resolve };
};

t.test('the list says what an application may, since when, and when it last got tokens', async (t) => {
  const { server, apps, ada, app, party, tokensOf } = await open(t);
  t.same(await apps.list(ada), []);
  const before = Math.floor(Date.now() / 1000) * 1000;
  const browser = new Browser();
  await tokensOf(app, browser, {});
  t.match(await browser.open(`${server.issuer}/account`), { status: 200 }, 'which is no application');
  await tokensOf(party, browser, { ...offline, resource: api, scope: `${offline.scope} notes:read` });
  const found = (await apps.list(ada)).toSorted((one, other) => (one.client < other.client ? -1 : 1));
  t.match(found, [
    {
      client: 'agent',
      record: { metadata: { client_name: 'Agent' } },
      allowed: { scopes: ['email', 'offline_access', 'openid'], resources: { [api]: ['notes:read'] } },
      isActive: true,
      isSelfRegistered: false,
    },
    { client: 'app', allowed: { scopes: ['email', 'openid', 'profile'], resources: {} }, isActive: true },
  ]);
  for (const { connectedAt, usedAt = 0 } of found)
    t.ok(connectedAt >= before && connectedAt <= usedAt && usedAt <= Date.now(), `${connectedAt}, ${usedAt}`);
  server.clock.advance(3_600);
  const at = server.clock.now();
  await tokensOf(party, browser, { scope: 'openid' });
  await waitFor('the audit record of the last tokens', async () => {
    const [first] = await apps.list(ada);
    return first?.client === 'agent' && (first.usedAt ?? 0) >= at;
  });
  t.equal(
    (await apps.list(ada))[0]?.connectedAt,
    found[0]?.connectedAt,
    'it is connected since the first time',
  );
});

t.test('a disconnected application has nothing left, and asks again', async (t) => {
  const { server, apps, ada, app, party, tokensOf, isActive, asks } = await open(t);
  const [laptop, phone] = [new Browser(), new Browser()] as const;
  const own = await tokensOf(app, laptop, offline);
  const tokens = [await tokensOf(party, laptop, offline), await tokensOf(party, phone, offline)];
  const pending = await codeFor(party, laptop, { scope: 'openid' });
  const request = await party.post('/oauth/ciba', { scope: 'openid', login_hint: 'ada' });
  t.equal(request.status, 200, String(request.body['error_description']));

  const origin = { address: '192.0.2.1', correlation: 'req-1' };
  t.same(await apps.disconnect(ada, 'agent', origin), { grants: 2, requests: 1, sessions: 2, consents: 1 });
  for (const { access, refresh } of tokens) {
    t.equal(await isActive(party, access), false, 'the access token');
    t.match(await party.refresh(refresh), { status: 400, body: { error: 'invalid_grant' } });
  }
  t.match(await party.redeem(pending.code, pending.verifier), { status: 400 }, 'a code that was under way');
  const poll = await party.post('/oauth/token', {
    grant_type: cibaGrant,
    auth_req_id: String(request.body['auth_req_id']),
  });
  t.match(poll, { status: 400, body: { error: 'invalid_grant' } }, 'a request to a device of the person');
  t.same(await apps.disconnect(ada, 'agent'), { grants: 0, requests: 0, sessions: 0, consents: 0 });
  t.ok(await asks(laptop, party), 'a session that was connected');
  t.ok(await asks(phone, party));
  t.equal(await isActive(app, own.access), true, 'another application goes on');
  t.match(
    server.events.filter(({ type }) => type === 'app.disconnected'),
    [{ outcome: 'ok', account: ada, client: 'agent', ...origin, details: { grants: 2, sessions: 2 } }],
    'the second time there was nothing to end',
  );
  const { items: deliveries } = await server.store.list('outbox', 'due', { limit: 10 });
  t.match(
    deliveries.map(({ document }) => document.body),
    [/"client":"agent"/, /"client":"agent"/],
    'it is notified that both sessions ended for it',
  );
});

t.test('a request that has read the consent makes no grant once it is withdrawn', async (t) => {
  const { server, apps, ada, app, party, tokensOf, asks } = await open(t);
  await tokensOf(party, new Browser(), { scope: 'openid', prompt: 'consent' });
  const browser = new Browser();
  await tokensOf(app, browser, {});
  const { held, release } = holdGrant(server.store);
  const authorizing = browser.open(party.authorizationUrl(newVerifier(), { scope: 'openid' }));
  await held;
  t.match(await apps.disconnect(ada, 'agent'), { consents: 1 });
  release();
  const page = await authorizing;
  t.equal(page.headers.get('location'), null, 'no code');
  t.equal(page.status, 400);
  t.match(page.body, /access_denied/);
  t.same(
    (await apps.list(ada)).map(({ client }) => client),
    ['app'],
  );
  t.ok(await asks(browser, party));
});

t.test('all applications that registered themselves are disconnected together', async (t) => {
  const { server, apps, ada, party, tokensOf, isActive } = await open(t);
  const register = async () => {
    const response = await fetch(`${server.issuer}/oauth/register`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({
        redirect_uris: [redirectUri],
        grant_types: ['authorization_code', 'refresh_token'],
      }),
    });
    const { client_id, client_secret } = JSON.parse(await response.text());
    return new RelyingParty(server.issuer, client_id, client_secret);
  };
  const browser = new Browser();
  const kept = await tokensOf(party, browser, offline);
  const registered = [await register(), await register()];
  const tokens = [];
  for (const one of registered)
    tokens.push(await tokensOf(one, browser, { scope: 'openid', prompt: 'consent' }));
  t.equal((await apps.list(ada)).filter(({ isSelfRegistered }) => isSelfRegistered).length, 2);
  t.same((await apps.disconnectSelfRegistered(ada)).toSorted(), registered.map(({ id }) => id).toSorted());
  for (const [at, one] of registered.entries()) t.equal(await isActive(one, tokens[at]?.access ?? ''), false);
  t.equal(await isActive(party, kept.access), true, 'one that the operator registered goes on');
  t.same(await apps.disconnectSelfRegistered(ada), []);
});

t.test('the access of another person stays', async (t) => {
  const { server, apps, ada, party, isActive } = await open(t);
  const { id: ben } = await server.addAccount({ username: 'ben', password });
  const tokensOfBen = async () => {
    const browser = new Browser();
    const verifier = newVerifier();
    let page = await browser.open(party.authorizationUrl(verifier, offline));
    page = await browser.submit(page, { login: 'ben', password });
    page = await browser.submit(page, { decision: 'allow' });
    return party.redeem(redirectParameters(page).get('code') ?? '', verifier);
  };
  const { body } = await tokensOfBen();
  await codeFor(party, new Browser(), offline);
  await apps.disconnect(ada, 'agent');
  t.equal(await isActive(party, String(body['access_token'])), true);
  t.same(
    (await apps.list(ben)).map(({ client }) => client),
    ['agent'],
  );
});
