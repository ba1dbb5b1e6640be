import { globSync, readFileSync } from 'node:fs';
import t from 'tap';
import { durableKinds, kinds, type RecordKind, recordKinds } from '#src/store/record-kinds.ts';
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

const list: readonly RecordKind[] = recordKinds;
const sources = globSync('src/**/*.ts').map((file) => ({ file, text: readFileSync(file, 'utf8') }));

t.test('no two kinds share a name or a spelling', async (t) => {
  t.equal(new Set(list.map(({ name }) => name)).size, list.length);
  t.equal(new Set(list.map(({ stored }) => stored)).size, list.length);
});

t.test('exports hold what they always held', async (t) => {
  t.strictSame([...durableKinds].sort(), [
    'account',
    'account-name',
    'account-removal',
    'audit',
    'audit-chain',
    'client',
    'client-stop',
    'consent',
    'demo',
    'factors',
    'group',
    'group-claims',
    'image',
    'key',
    'key-ring',
    'one-time-link',
    'passkey-owner',
    'passkeys',
    'ra',
    'reserved-emails',
    'search-index',
    'sign-in-count',
    'site-images',
    'upstream-issuer',
    'upstream-link',
    'upstreams',
  ]);
});

t.test('a kind is used in the folder of its owner', async (t) => {
  const unused = list.filter(
    ({ name, owner }) =>
      !sources.some(
        ({ file, text }) =>
          file.startsWith(`src/${owner}/`) && new RegExp(`\\bkinds\\.${name}\\b|'${name}'`).test(text),
      ),
  );
  t.strictSame(unused, []);
});

t.test('no key is made with a kind that the list does not have', async (t) => {
  const literal = /\bkind: ['"`][^'"`]*['"`],\s*family\b/;
  t.strictSame(
    sources.flatMap(({ file, text }) => (literal.test(text) ? [file] : [])),
    [],
  );
});

const device = 'urn:ietf:params:oauth:grant-type:device_code';
const ciba = 'urn:openid:params:grant-type:ciba';
const api = 'https://api.example.com/';

const config = {
  ...usualConfig,
  audit: { enabled: true },
  keys: { algorithms: ['ES256', 'RS256'] },
  registration: { enabled: true },
  resources: [{ audience: api, scopes: ['api:read'], access_token_format: 'opaque' }],
  clients: [
    {
      client_id: 'app',
      client_secret: secret,
      redirect_uris: [redirectUri],
      grant_types: ['authorization_code', 'refresh_token', 'client_credentials', device, ciba],
      backchannel_token_delivery_mode: 'ping',
      backchannel_client_notification_endpoint: 'https://127.0.0.1:9/ping',
      resources: [api],
    },
  ],
};

t.test('what a server writes is in the list', { timeout: 60_000 }, async (t) => {
  const server = await startInProcess(t, config);
  const written = new Set<string>();
  const { commit } = server.store;
  Object.assign(server.store, {
    commit: (writes: Parameters<typeof commit>[0]) => {
      for (const { key } of writes) written.add(key.kind);
      return commit(writes);
    },
  });
  const party = new RelyingParty(server.issuer);
  const browser = new Browser();

  await server.app.services.accounts.add({ username: 'bob', password });
  await server.app.services.clients.add({ type: 'web', metadata: { redirect_uris: [redirectUri] } });
  const login = await browser.open(party.authorizationUrl(newVerifier()));
  for (let i = 0; i < 7; i++) await browser.submit(login, { login: 'bob', password: 'not his password' });
  const other = new Browser();
  const { code, verifier } = await codeFor(party, other, {
    scope: 'openid offline_access',
    prompt: 'consent',
  });
  const { body } = await party.redeem(code, verifier);
  await party.refresh(String(body['refresh_token']));
  await party.post('/oauth/revoke', { token: String(body['access_token']) });
  const scoped = await codeFor(party, other, { scope: 'api:read', resource: api });
  await party.redeem(scoped.code, scoped.verifier, { resource: api });
  await party.post('/oauth/token', { grant_type: 'client_credentials', scope: 'api:read', resource: api });
  const par = await party.post('/oauth/par', {
    client_id: 'app',
    response_type: 'code',
    redirect_uri: redirectUri,
    scope: 'openid',
    code_challenge: 'x'.repeat(43),
    code_challenge_method: 'S256',
  });

  t.equal(par.status, 201, JSON.stringify(par.body));
  const use = new URLSearchParams({ client_id: 'app', request_uri: String(par.body['request_uri']) });
  await other.request(`${server.issuer}/oauth/authorize?${use}`);
  const asked = await party.post('/oauth/device_authorization', { scope: 'openid' });
  await party.post('/oauth/token', {
    grant_type: device,
    device_code: String(asked.body['device_code']),
  });
  const entered = await other.submit(await other.open(`${server.issuer}/oauth/device`), {
    user_code: String(asked.body['user_code']),
  });
  await other.submit(entered, { decision: 'allow' });
  await party.post('/oauth/ciba', {
    scope: 'openid',
    login_hint: 'ada',
    client_notification_token: 'x'.repeat(43),
  });
  await fetch(`${server.issuer}/oauth/register`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ redirect_uris: ['https://rp.example.com/cb'] }),
  });
  for (const { key } of (await server.store.dump()).entries) written.add(key.kind);

  const known = new Set<string>(Object.values(kinds));
  t.strictSame(
    [...written].filter((kind) => !known.has(kind)),
    [],
  );
  const notWritten = list.filter(({ stored }) => !written.has(stored)).map(({ name }) => name);
  t.strictSame(
    notWritten.sort(),
    [
      'accountRemoval',
      'clientStop',
      'copyMarker',
      'delivery',
      'demo',
      'factors',
      'group',
      'groupClaims',
      'idempotentRequest',
      'image',
      'keptInput',
      'leavingAdministrators',
      'oneTimeLink',
      'passkeyOwner',
      'passkeys',
      'pendingSignUp',
      'playground',
      'replay',
      'signInCode',
      'signInCodeRequest',
      'signInCount',
      'siteImages',
      'upstreamArrival',
      'upstreamIssuer',
      'upstreamLink',
      'upstreamLogoutToken',
      'upstreams',
      'usedPasskeyChallenge',
    ],
    'the others need a command, a logout, another mode or setting, a page, a message, a signed proof or a minute',
  );
});
