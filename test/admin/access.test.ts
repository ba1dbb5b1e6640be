import { randomUUID } from 'node:crypto';
import t from 'tap';
import { addPasskey } from '../support/passkeys.ts';
import { newKey, proof, seconds } from '../support/proofs.ts';
import { basicAuthorization, redirectUri, secret } from '../support/setup/index.ts';
import { adminPath, allScopes, groupOf, startAdminServer } from './admin-server.ts';

/** What each role and each scope may do. Whatever isn't here is refused. */
const table: readonly (readonly [method: string, path: string, scope: string, roles: readonly string[]])[] = [
  ['GET', '/accounts', 'admin:read', ['viewer', 'support', 'admin']],
  ['POST', '/accounts', 'admin:accounts', ['admin']],
  ['GET', '/accounts/:id', 'admin:read', ['viewer', 'support', 'admin']],
  ['PATCH', '/accounts/:id', 'admin:accounts', ['admin']],
  ['DELETE', '/accounts/:id', 'admin:accounts', ['admin']],
  ['POST', '/accounts/:id/enable', 'admin:accounts', ['support', 'admin']],
  ['POST', '/accounts/:id/disable', 'admin:accounts', ['support', 'admin']],
  ['POST', '/accounts/:id/sign-out', 'admin:sessions', ['support', 'admin']],
  ['POST', '/accounts/:id/password-reset', 'admin:accounts', ['support', 'admin']],
  ['GET', '/accounts/:id/sessions', 'admin:read', ['viewer', 'support', 'admin']],
  ['GET', '/accounts/:id/grants', 'admin:read', ['viewer', 'support', 'admin']],
  ['GET', '/accounts/:id/consents', 'admin:read', ['viewer', 'support', 'admin']],
  ['DELETE', '/accounts/:id/consents/:client', 'admin:sessions', ['support', 'admin']],
  ['POST', '/accounts/:id/unlock', 'admin:accounts', ['support', 'admin']],
  ['GET', '/accounts/:id/factors', 'admin:read', ['viewer', 'support', 'admin']],
  ['DELETE', '/accounts/:id/factors/:factor', 'admin:accounts', ['admin']],
  ['POST', '/accounts/:id/recovery-link', 'admin:accounts', ['admin']],
  ['GET', '/invitations', 'admin:read', ['viewer', 'support', 'admin']],
  ['POST', '/invitations', 'admin:accounts', ['admin']],
  ['DELETE', '/invitations/:id', 'admin:accounts', ['admin']],
  ['GET', '/groups', 'admin:read', ['viewer', 'support', 'admin']],
  ['POST', '/groups', 'admin:accounts', ['admin']],
  ['GET', '/groups/:name', 'admin:read', ['viewer', 'support', 'admin']],
  ['PATCH', '/groups/:name', 'admin:accounts', ['admin']],
  ['DELETE', '/groups/:name', 'admin:accounts', ['admin']],
  ['PUT', '/groups/:name/members/:account', 'admin:accounts', ['admin']],
  ['DELETE', '/groups/:name/members/:account', 'admin:accounts', ['admin']],
  ['GET', '/clients', 'admin:read', ['viewer', 'support', 'admin']],
  ['POST', '/clients', 'admin:clients', ['admin']],
  ['GET', '/clients/:id', 'admin:read', ['viewer', 'support', 'admin']],
  ['PATCH', '/clients/:id', 'admin:clients', ['admin']],
  ['DELETE', '/clients/:id', 'admin:clients', ['admin']],
  ['POST', '/clients/:id/stop', 'admin:clients', ['admin']],
  ['POST', '/clients/:id/start', 'admin:clients', ['admin']],
  ['POST', '/clients/:id/secrets', 'admin:clients', ['admin']],
  ['POST', '/clients/:id/secrets/rotate', 'admin:clients', ['admin']],
  ['DELETE', '/clients/:id/secrets/:name', 'admin:clients', ['admin']],
  ['GET', '/upstreams', 'admin:read', ['viewer', 'support', 'admin']],
  ['POST', '/upstreams', 'admin:roles', ['admin']],
  ['GET', '/upstreams/:id', 'admin:read', ['viewer', 'support', 'admin']],
  ['PATCH', '/upstreams/:id', 'admin:roles', ['admin']],
  ['DELETE', '/upstreams/:id', 'admin:roles', ['admin']],
  ['DELETE', '/sessions/:id', 'admin:sessions', ['support', 'admin']],
  ['DELETE', '/grants/:id', 'admin:sessions', ['support', 'admin']],
  ['GET', '/keys', 'admin:read', ['viewer', 'support', 'admin']],
  ['GET', '/keys/rotation', 'admin:read', ['viewer', 'support', 'admin']],
  ['POST', '/keys/rotate', 'admin:keys', ['admin']],
  ['DELETE', '/keys/:kid', 'admin:keys', ['admin']],
  ['GET', '/audit', 'admin:audit', ['viewer', 'support', 'admin']],
  ['GET', '/audit/export', 'admin:audit', ['viewer', 'support', 'admin']],
  ['GET', '/outbox/:queue', 'admin:read', ['viewer', 'support', 'admin']],
  ['POST', '/outbox/requests/:id/retry', 'admin:clients', ['admin']],
  ['DELETE', '/outbox/requests/:id', 'admin:clients', ['admin']],
  ['POST', '/outbox/mail/:id/retry', 'admin:accounts', ['admin']],
  ['DELETE', '/outbox/mail/:id', 'admin:accounts', ['admin']],
  ['GET', '/health', 'admin:read', ['viewer', 'support', 'admin']],
  ['GET', '/configuration', 'admin:read', ['viewer', 'support', 'admin']],
];

/** Nothing has such a name, so a request that is let through changes nothing. */
const concrete = (path: string): string =>
  path.replace(/:queue/, 'mail').replaceAll(/:\w+/g, 'none-of-this-name');

t.test('the table has every route of the API', async (t) => {
  const { call } = await startAdminServer(t);
  const { body, status } = await call('GET', '/openapi.json');
  t.equal(status, 200, 'the description needs no token');
  const routes = Object.entries<Record<string, object>>(body.paths).flatMap(([path, operations]) =>
    Object.keys(operations).map(
      (method) => `${method.toUpperCase()} ${path.slice(adminPath.length).replaceAll(/\{(\w+)\}/g, ':$1')}`,
    ),
  );
  const page = await call('GET', '/docs');
  t.match(page.headers.get('content-type'), 'text/html');
  t.match(page.text, 'Replace the secrets of a client', 'the description is a page as well');
  t.same(routes.sort(), table.map(([method, path]) => `${method} ${path}`).sort());
});

t.test('a request without a good token is refused on every route', async (t) => {
  const { server, issuer, call, machine, person } = await startAdminServer(t, {
    resources: [{ audience: 'https://api.example.com', scopes: ['notes:read'] }],
  });
  const good = await machine();
  const other = await newKey();
  const tokenOf = async (client: string, form: Record<string, string>) => {
    const response = await fetch(`${issuer}/oauth/token`, {
      method: 'POST',
      headers: basicAuthorization(client),
      body: new URLSearchParams({ grant_type: 'client_credentials', ...form }),
    });
    const { access_token: token } = Object(await response.json());
    return String(token);
  };
  await server.addClient({
    type: 'machine',
    id: 'other',
    secret,
    metadata: { resources: ['https://api.example.com'] },
  });
  const foreign = await tokenOf('other', { scope: 'notes:read' });
  const unbound = await tokenOf('machine', { scope: allScopes });
  const session = await server.signIn('admin');
  const { code, codeVerifier = '' } = await server.authorizationCode({ client: 'console', session });
  const tokens = await fetch(`${issuer}/oauth/token`, {
    method: 'POST',
    headers: basicAuthorization('console'),
    body: new URLSearchParams({
      grant_type: 'authorization_code',
      code,
      redirect_uri: redirectUri,
      code_verifier: codeVerifier,
      scope: 'openid',
    }),
  });
  const { id_token: idToken } = Object(await tokens.json());
  const proofFor = (method: string, url: string, claims: Record<string, unknown> = {}, key = good.key) =>
    proof(key ?? other, url, { htm: method, token: good.token, ...claims });
  const reused = await proofFor('GET', `${issuer}${adminPath}/accounts`);
  t.equal(
    (await call('GET', '/accounts', { headers: { authorization: `DPoP ${good.token}`, dpop: reused } }))
      .status,
    200,
    'the good token is accepted',
  );

  type Credentials = Record<string, string>;
  const bad: Record<string, (method: string, url: string) => Promise<Credentials>> = {
    'no token': async () => ({}),
    'something that is no token': async () => ({ authorization: 'Bearer nothing' }),
    'a session cookie': async () => ({ cookie: session.cookie }),
    'a password': async () => basicAuthorization('machine'),
    'a token for another API': async () => ({ authorization: `Bearer ${foreign}` }),
    'an ID token': async () => ({ authorization: `Bearer ${idToken}` }),
    'a token of a machine that is bound to nothing': async () => ({ authorization: `Bearer ${unbound}` }),
    'a stolen token, as a bearer token': async () => ({ authorization: `Bearer ${good.token}` }),
    'a stolen token without a proof': async () => ({ authorization: `DPoP ${good.token}` }),
    'a stolen token with a proof of another key': async (method, url) => ({
      authorization: `DPoP ${good.token}`,
      dpop: await proofFor(method, url, {}, other),
    }),
    'a stolen token with a stolen proof': async () => ({
      authorization: `DPoP ${good.token}`,
      dpop: reused,
    }),
    'a proof for another method': async (_, url) => ({
      authorization: `DPoP ${good.token}`,
      dpop: await proofFor('TRACE', url),
    }),
    'a proof for another address': async (method) => ({
      authorization: `DPoP ${good.token}`,
      dpop: await proofFor(method, `${issuer}/elsewhere`),
    }),
    'a proof for another token': async (method, url) => ({
      authorization: `DPoP ${good.token}`,
      dpop: await proofFor(method, url, { token: 'another' }),
    }),
    'an old proof': async (method, url) => ({
      authorization: `DPoP ${good.token}`,
      dpop: await proofFor(method, url, { iat: seconds() - 600 }),
    }),
    'a proof of tomorrow': async (method, url) => ({
      authorization: `DPoP ${good.token}`,
      dpop: await proofFor(method, url, { iat: seconds() + 600 }),
    }),
    'an unsigned token': async () => ({
      authorization: `Bearer ${Buffer.from('{"alg":"none","typ":"at+jwt"}').toString('base64url')}.${good.token.split('.')[1]}.`,
    }),
  };
  const accepted: string[] = [];
  for (const [method, path] of table) {
    const url = `${issuer}${adminPath}${concrete(path)}`;
    for (const [what, credentials] of Object.entries(bad)) {
      const response = await fetch(url, { method, headers: await credentials(method, url) });
      const text = await response.text();
      const challenge = response.headers.get('www-authenticate') ?? '';
      if (response.status !== 401 || !/^(Bearer|DPoP) realm=/.test(challenge) || !text.includes('"code"'))
        accepted.push(`${what}: ${method} ${path} ${response.status} ${text}`);
    }
  }
  t.same(accepted, []);

  const admin = await person('admin');
  server.clock.advance(301);
  t.equal((await call('GET', '/accounts', { caller: admin })).status, 401, 'an expired token of a person');
  t.equal((await call('GET', '/accounts', { caller: good })).status, 401, 'and of a machine');
});

t.test('each role may do what its lines say, and nothing else', async (t) => {
  const { call, person } = await startAdminServer(t);
  const wrong: string[] = [];
  for (const role of [...Object.keys(groupOf), 'nobody-special']) {
    const caller = await person(role);
    for (const [method, path, scope, roles] of table) {
      const { status, body } = await call(method, concrete(path), { caller });
      const isRefused = status === 403 && body.code === 'insufficient_scope';
      if (isRefused === roles.includes(role)) wrong.push(`${role}: ${method} ${path} (${scope}): ${status}`);
    }
  }
  t.same(wrong, []);
});

t.test('an account with a role, and what it has, is changed with admin:roles only', async (t) => {
  const { server, call, machine, person } = await startAdminServer(t);
  const { accounts, connectedApps, groups, passkeys, sessions } = server.app.services;
  const { id = '' } = (await accounts.findByUsername('admin')) ?? {};
  await groups.add({ name: 'staff' });
  await addPasskey(server, 'admin');
  await person('admin', { amr: ['pwd', 'swk', 'user', 'mfa'] });
  const [session] = (await sessions.list(id)).items;
  const [grant] = (await sessions.listGrants(id)).items;
  const [passkey] = await passkeys.list(id);
  const state = async () =>
    JSON.stringify([
      await accounts.find(id),
      await sessions.list(id),
      await sessions.listGrants(id),
      await connectedApps.list(id),
      await passkeys.list(id),
    ]);

  /** The path of an operation on the account of the administrator, or on something that it has. */
  const pathOf = (path: string): string | undefined => {
    if (path.startsWith('/accounts/:id'))
      return path
        .replace(':id', id)
        .replace(':client', 'console')
        .replace(':factor', passkey?.id ?? '');
    if (path === '/sessions/:id') return `/sessions/${session?.id}`;
    if (path === '/grants/:id') return `/grants/${grant?.id}`;
    return path.endsWith('/members/:account') ? `/groups/staff/members/${id}` : undefined;
  };
  const operations = table.flatMap(([method, path]) => {
    const concretePath = method === 'GET' ? undefined : pathOf(path);
    return concretePath === undefined ? [] : [{ method, path, concretePath }];
  });
  t.equal(operations.length, 14);
  const withoutRoles = allScopes.replace(' admin:roles', '');
  const actors = {
    support: await person('support'),
    'a machine with every other scope': await machine(withoutRoles),
    'an administrator whose token lacks admin:roles': await person('admin', {
      scope: withoutRoles,
      amr: ['pwd', 'swk', 'user', 'mfa'],
    }),
  };
  const before = await state();
  const wrong: string[] = [];
  for (const [who, caller] of Object.entries(actors))
    for (const { method, path, concretePath } of operations) {
      const body = method === 'PATCH' ? { claims: { name: 'Mallory' } } : undefined;
      const headers = { ...(/^\/accounts\/:id$/.test(path) && { 'if-match': '*' }) };
      const answer = await call(method, concretePath, { caller, body, headers });
      if (answer.status !== 403 || answer.body.code !== 'insufficient_scope')
        wrong.push(`${who}: ${method} ${path}: ${answer.status} ${answer.text}`);
    }
  t.same(wrong, []);
  t.equal(await state(), before, 'nothing was changed or ended');

  const root = await person('admin', { amr: ['pwd', 'swk', 'user', 'mfa'] });
  t.equal((await call('DELETE', `/grants/${grant?.id}`, { caller: root })).status, 204);
  t.equal((await call('DELETE', `/sessions/${session?.id}`, { caller: root })).status, 204);
});

t.test('each scope allows what its lines say, and nothing else', async (t) => {
  const { call, machine } = await startAdminServer(t);
  const wrong: string[] = [];
  for (const scope of allScopes.split(' ')) {
    const caller = await machine(scope);
    for (const [method, path, needed] of table) {
      const { status } = await call(method, concrete(path), { caller });
      if ((status === 403) === (needed === scope)) wrong.push(`${scope}: ${method} ${path}: ${status}`);
    }
  }
  t.same(wrong, []);
});

t.test('what an administrator loses takes effect with the next request', async (t) => {
  const { server, call, person, machine } = await startAdminServer(t);
  const { accounts, clients } = server.app.services;
  const idOf = async (name: string) => (await accounts.findByUsername(name))?.id ?? '';
  const statusFor = async (caller: Awaited<ReturnType<typeof person>>) =>
    (await call('GET', '/accounts', { caller })).status;

  const support = await person('support');
  t.equal(await statusFor(support), 200);
  await accounts.changeGroups(await idOf('support'), { remove: [groupOf.support] }, { mayChangeRoles: true });
  t.equal(await statusFor(support), 403, 'the membership');

  const viewer = await person('viewer');
  await accounts.disable(await idOf('viewer'));
  t.equal(await statusFor(viewer), 401, 'the account');

  const admin = await person('admin');
  await accounts.update(await idOf('admin'), { required: { add: ['password'] } });
  t.equal(await statusFor(admin), 401, 'the password, which another one has to replace');
  await accounts.update(await idOf('admin'), { required: { remove: ['password'] } });
  t.equal(await statusFor(admin), 200);
  await server.app.services.endEverything(await idOf('admin'));
  t.equal(await statusFor(admin), 401, 'the sign-in');

  const client = await machine();
  await clients.update('machine', { resources: null });
  t.equal(await statusFor(client), 401, 'the API in the resources of the client');
});

t.test('only clients of the operator that list the API by name get tokens for it', async (t) => {
  const { server, issuer, machine } = await startAdminServer(t, {
    registration: { enabled: true, scopes: ['openid', 'admin:read'] },
  });
  const audience = `${issuer}/api/admin`;
  const refusal = async (client: string, form: Record<string, string> = {}) => {
    const response = await fetch(`${issuer}/oauth/token`, {
      method: 'POST',
      headers: basicAuthorization(client),
      body: new URLSearchParams({
        grant_type: 'client_credentials',
        resource: audience,
        scope: 'admin:read',
        ...form,
      }),
    });
    return Object(await response.json()).error;
  };
  await server.addClient({ type: 'machine', id: 'unlisted', secret, metadata: {} });
  t.equal(await refusal('unlisted'), 'invalid_target', 'a client that lists nothing');
  await server.addClient({
    type: 'machine',
    id: 'scoped',
    secret,
    metadata: { scope: 'admin:read' },
  });
  t.equal(await refusal('scoped'), 'invalid_target', 'a client that has the scope only');

  const registered = await fetch(`${issuer}/oauth/register`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ redirect_uris: ['https://app.example.com/cb'], scope: 'openid admin:read' }),
  });
  const { client_id: id } = Object(await registered.json());
  t.equal(registered.status, 201);
  await server.app.services.clients.update(id, { resources: [audience] });
  const session = await server.signIn('admin');
  await t.rejects(
    server.authorizationCode({ client: id, session, scope: 'admin:read', resource: audience }),
    /may not request tokens for this resource/,
    'a client that registered itself, even if it is listed later',
  );

  const forged = await fetch(`${issuer}/oauth/register`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ redirect_uris: ['https://app.example.com/cb'], resources: [audience] }),
  });
  t.equal(forged.status, 400, 'no registration names resources');

  const metadata = await fetch(`${issuer}/.well-known/openid-configuration`);
  t.notMatch(await metadata.text(), /admin:/, 'the scopes are not announced');
  t.ok((await machine('admin:read')).token, 'a client that lists it gets one');
});

t.test('a first-party client asks for consent to administer', async (t) => {
  const { server, issuer } = await startAdminServer(t);
  const session = await server.signIn('admin');
  const authorize = async (parameters: Record<string, string>) => {
    const url = new URL(`${issuer}/oauth/authorize`);
    url.search = String(
      new URLSearchParams({
        client_id: 'console',
        response_type: 'code',
        redirect_uri: redirectUri,
        scope: 'openid',
        state: randomUUID(),
        code_challenge: 'E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM',
        code_challenge_method: 'S256',
        prompt: 'none',
        ...parameters,
      }),
    );
    const response = await fetch(url, { headers: { cookie: session.cookie }, redirect: 'manual' });
    const location = new URL(response.headers.get('location') ?? '', issuer);
    return location.searchParams.get('error') ?? (location.searchParams.has('code') ? 'a code' : 'nothing');
  };
  const audience = `${issuer}/api/admin`;
  t.equal(await authorize({ resource: 'https://nowhere.example.com' }), 'invalid_target');
  t.equal(
    await authorize({ scope: 'openid admin:read', resource: audience }),
    'consent_required',
    'the API is named',
  );
  await server.app.services.clients.update('console', { resources: null });
  t.equal(await authorize({}), 'a code', 'nothing else needs consent');
});

t.test('keys, secrets and roles need a sign-in of the last 15 minutes', async (t) => {
  const { server, call, person } = await startAdminServer(t);
  const { accounts, groups } = server.app.services;
  const old = await person('admin', { ago: 16 * 60 });
  const fresh = await person('admin', { ago: 14 * 60 });
  const client = await call('POST', '/clients', {
    caller: fresh,
    body: { type: 'machine', metadata: {} },
  });
  t.equal(client.status, 201);
  const id = client.body.client_id;
  const web = await call('POST', '/clients', {
    caller: fresh,
    body: {
      type: 'web',
      client_id: 'boats',
      metadata: {
        client_name: 'Boats',
        redirect_uris: ['https://boats.example.com/cb'],
        require_pushed_authorization_requests: true,
        dpop_bound_access_tokens: true,
      },
    },
  });
  t.equal(web.status, 201);
  const issues = await call('POST', '/clients', {
    caller: fresh,
    body: {
      type: 'issuer',
      client_id: 'partner',
      metadata: {
        audience: 'https://partner.example.com',
        redirect_uris: ['https://partner.example.com/cb'],
      },
    },
  });
  t.equal(issues.status, 201);
  const mine = 'https://mallory.example.com/';
  const { id: ada = '' } = (await accounts.findByUsername('nobody-special')) ?? {};
  const viewer = (await accounts.findByUsername('viewer'))?.id;
  for (const name of ['sailors', 'staff']) await groups.add({ name });
  await accounts.changeGroups(ada, { add: ['sailors'] });
  const { id: grace } = await accounts.add({
    username: 'grace',
    claims: { email: 'grace@example.com', email_verified: true },
  });
  for (const [method, path, body] of [
    ['POST', '/keys/rotate', {}],
    ['POST', '/clients', { type: 'machine', metadata: {} }],
    ['POST', `/clients/${id}/secrets`, { name: 'second' }],
    ['POST', `/clients/${id}/secrets/rotate`, {}],
    ['DELETE', `/clients/${id}/secrets/first`, undefined],
    ['PATCH', `/clients/${id}`, { metadata: { jwks_uri: 'https://app.example.com/jwks' } }],
    ['PATCH', `/clients/${id}`, { metadata: { token_endpoint_auth_method: 'client_secret_post' } }],
    ['PATCH', '/clients/boats', { metadata: { redirect_uris: ['https://boats.example.com/cb', mine] } }],
    ['PATCH', '/clients/boats', { metadata: { client_name: 'B', redirect_uris: [mine] } }],
    ['PATCH', '/clients/boats', { metadata: { post_logout_redirect_uris: [mine] } }],
    ['PATCH', '/clients/boats', { metadata: { backchannel_logout_uri: mine } }],
    ['PATCH', '/clients/boats', { metadata: { backchannel_client_notification_endpoint: mine } }],
    ['PATCH', '/clients/boats', { metadata: { jwks: { keys: [] } } }],
    ['PATCH', '/clients/boats', { metadata: { first_party: true } }],
    ['PATCH', '/clients/boats', { metadata: { claims: { email: { value: 'root@example.com' } } } }],
    ['PATCH', '/clients/boats', { metadata: { allowed_upstreams: ['local'] } }],
    ['PATCH', '/clients/boats', { metadata: { pkce: 'exempt' } }],
    ['PATCH', '/clients/partner', { metadata: { audience: 'https://api.example.com' } }],
    ['PATCH', '/clients/boats', { metadata: { scope: 'openid email' } }],
    ['PATCH', '/clients/boats', { metadata: { resources: ['https://api.example.com'] } }],
    ['PATCH', '/clients/boats', { metadata: { grant_types: ['authorization_code', 'client_credentials'] } }],
    ['PATCH', `/accounts/${ada}`, { claims: { email: 'mallory@example.com', email_verified: true } }],
    ['PATCH', `/accounts/${ada}`, { claims: { nickname: 'N', email: 'mallory@example.com' } }],
    ['PATCH', `/accounts/${ada}`, { claims: { email_verified: true } }],
    ['PATCH', `/accounts/${grace}`, { claims: { email: null } }],
    ['PATCH', `/accounts/${grace}`, { claims: { email_verified: false } }],
    ['PATCH', `/accounts/${grace}`, { claims: { email_verified: null } }],
    ['PATCH', '/clients/boats', { metadata: { initiate_login_uri: mine } }],
    ['PATCH', '/clients/boats', { metadata: { client_uri: mine } }],
    ['PATCH', '/clients/boats', { metadata: { policy_uri: mine } }],
    ['PATCH', '/clients/boats', { metadata: { subject_type: 'pairwise' } }],
    ['PATCH', '/clients/boats', { metadata: { require_pushed_authorization_requests: false } }],
    ['PATCH', '/clients/boats', { metadata: { dpop_bound_access_tokens: null } }],
    ['PATCH', '/clients/boats', { metadata: { profile: 'default' } }],
    ['PUT', `/groups/${groupOf.viewer}/members/${ada}`, undefined],
    ['PUT', `/groups/staff/members/${ada}`, undefined],
    ['PATCH', `/accounts/${ada}`, { groups: ['sailors', 'staff'] }],
    ['POST', '/accounts', { username: 'mallory', groups: ['staff'] }],
    ['POST', '/invitations', { email: 'mallory@example.com', groups: ['staff'], language: 'en' }],
    ['PATCH', `/accounts/${viewer}`, { claims: { name: 'V' } }],
    ['POST', `/accounts/${viewer}/unlock`, undefined],
    ['DELETE', `/accounts/${viewer}/factors/recovery`, undefined],
    ['POST', `/accounts/${ada}/recovery-link`, undefined],
    ['POST', '/invitations', { email: 'ada@example.com' }],
  ] as const) {
    const refused = await call(method, path, { caller: old, body, headers: { 'if-match': '*' } });
    t.match(
      refused,
      { status: 401, body: { code: 'insufficient_user_authentication' } },
      `${method} ${path}`,
    );
    t.match(refused.headers.get('www-authenticate'), /max_age=900/, 'RFC 9470');
  }
  t.equal((await call('GET', '/accounts', { caller: old })).status, 200, 'reading needs none');
  const greeted = { caller: old, headers: { 'if-match': '*' }, body: { claims: { nickname: 'Ada' } } };
  t.equal((await call('PATCH', `/accounts/${ada}`, greeted)).status, 200, 'nor does another claim');
  const same = { ...greeted, body: { claims: { email: 'grace@example.com', email_verified: true } } };
  t.equal((await call('PATCH', `/accounts/${grace}`, same)).status, 200, 'nor does an address that stays');
  const kept = { caller: old, headers: { 'if-match': '*' }, body: { groups: ['sailors'] } };
  t.equal((await call('PATCH', `/accounts/${ada}`, kept)).status, 200, 'nor does a group that stays');
  const left = await call('DELETE', `/groups/sailors/members/${ada}`, { caller: old });
  t.equal(left.status, 204, 'nor does a group that is left');
  const joined = await call('PUT', `/groups/staff/members/${ada}`, { caller: fresh });
  t.equal(joined.status, 204);
  const rename = {
    caller: old,
    headers: { 'if-match': '*' },
    body: {
      metadata: {
        client_name: 'Ships',
        logo_uri: 'https://boats.example.com/logo.png',
        redirect_uris: ['https://boats.example.com/cb'],
      },
    },
  };
  t.match(
    await call('PATCH', '/clients/boats', rename),
    { status: 200, body: { metadata: { client_name: 'Ships' } } },
    'nor does a change that leaves the redirect URIs as they are',
  );
  const moved = { ...rename, caller: fresh, body: { metadata: { redirect_uris: [mine] } } };
  t.equal((await call('PATCH', '/clients/boats', moved)).status, 200);
  t.equal((await call('POST', '/keys/rotate', { caller: fresh, body: {} })).status, 201);
});

t.test('admin.required_acr refuses a weaker sign-in', async (t) => {
  const { server, call, person } = await startAdminServer(t, {
    admin: { enabled: true, required_acr: 'strong' },
    security: { acr_values: ['weak', 'strong'] },
  });
  const weak = await person('viewer');
  const refused = await call('GET', '/accounts', { caller: weak });
  t.match(refused, { status: 401, body: { code: 'insufficient_user_authentication' } });
  t.match(refused.headers.get('www-authenticate'), /acr_values="strong"/);
  const session = await server.signIn('viewer', { acr: 'strong' });
  const { code, codeVerifier = '' } = await server.authorizationCode({
    client: 'console',
    session,
    scope: 'admin:read',
    resource: `${server.issuer}/api/admin`,
  });
  const response = await fetch(`${server.issuer}/oauth/token`, {
    method: 'POST',
    headers: basicAuthorization('console'),
    body: new URLSearchParams({
      grant_type: 'authorization_code',
      code,
      redirect_uri: redirectUri,
      code_verifier: codeVerifier,
    }),
  });
  const { access_token: token } = Object(await response.json());
  t.equal((await call('GET', '/accounts', { caller: { token } })).status, 200);
});

t.test(
  'with dpop_nonce: required, no proof is accepted that was made ahead of time (RFC 9449 §9)',
  async (t) => {
    const { issuer, call } = await startAdminServer(t, { security: { dpop_nonce: 'required' } });
    const key = await newKey();
    const token = (nonce: string) =>
      proof(key, `${issuer}/oauth/token`, { nonce }).then((dpop) =>
        fetch(`${issuer}/oauth/token`, {
          method: 'POST',
          body: new URLSearchParams({ grant_type: 'client_credentials', scope: 'admin:read' }),
          headers: { ...basicAuthorization('machine'), dpop },
        }),
      );
    const first = await token('none');
    const { access_token: accessToken } = Object(
      await (await token(first.headers.get('dpop-nonce') ?? '')).json(),
    );
    const url = `${issuer}${adminPath}/accounts`;
    const ask = async (claims: Record<string, unknown>) =>
      call('GET', '/accounts', {
        headers: {
          authorization: `DPoP ${accessToken}`,
          dpop: await proof(key, url, { htm: 'GET', token: accessToken, ...claims }),
        },
      });
    for (const nonce of [undefined, 'x'.repeat(43), 7]) {
      const refused = await ask({ nonce });
      t.match(refused, { status: 401, body: { code: 'use_dpop_nonce' } });
      t.match(refused.headers.get('www-authenticate'), /^DPoP realm=.*error="use_dpop_nonce"/);
    }
    const nonce = (await ask({})).headers.get('dpop-nonce') ?? '';
    t.equal((await ask({ nonce })).status, 200);
  },
);
