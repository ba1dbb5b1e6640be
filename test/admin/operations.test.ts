import { freePort } from 'postern/testing';
import t from 'tap';
import { stringify } from 'yaml';
import { loadConfig } from '#config';
import { ownerKey } from '#src/services/passkeys/record.ts';
import { addPasskey } from '../support/passkeys.ts';
import { proof } from '../support/proofs.ts';
import { rawRequest, sendRaw } from '../support/raw-http.ts';
import { password, startInProcess } from '../support/setup/index.ts';
import { waitFor } from '../support/wait-for.ts';
import { type AdminServer, adminPath, type Caller, groupOf, startAdminServer } from './admin-server.ts';

const ifMatch = (answer: { readonly headers: Headers }) => ({ 'if-match': answer.headers.get('etag') ?? '' });

/** Follows `next` to the last page. */
const listAll = async ({ call }: AdminServer, caller: Caller, path: string, limit = 2) => {
  const items: Record<string, unknown>[] = [];
  for (let cursor = ''; ; ) {
    const mark = path.includes('?') ? '&' : '?';
    const page = await call('GET', `${path}${mark}limit=${limit}${cursor}`, { caller });
    items.push(...page.body.items);
    if (page.body.next === undefined) return items;
    cursor = `&cursor=${encodeURIComponent(page.body.next)}`;
  }
};

const production = {
  mode: 'production',
  issuer: 'https://id.example.com',
  store: { url: 'redis://localhost' },
  security: { key_encryption_key: 'MTIzNDU2Nzg5MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTI=' },
};

t.test('off, the API answers 404, and in production it is off', async (t) => {
  const off = await startInProcess(t, { admin: { enabled: false } });
  for (const path of ['/accounts', '/health', '/openapi.json', '/docs']) {
    const response = await fetch(`${off.issuer}${adminPath}${path}`);
    t.equal(response.status, 404, path);
  }
  const { config } = loadConfig({
    env: {},
    cwd: t.testdir({ 'postern.yaml': stringify(production) }),
  });
  t.equal(config.admin.enabled, false);
  t.same(config.resources, []);
});

t.test('requests are checked before anything is done', async (t) => {
  const { call, machine } = await startAdminServer(t);
  const caller = await machine();
  const bad: readonly (readonly [string, string, unknown, number, Record<string, string>?])[] = [
    ['GET', '/accounts?limit=0', undefined, 400],
    ['GET', '/accounts?limit=1e3', undefined, 400],
    ['GET', '/accounts?limit=1&limit=2', undefined, 400],
    ['GET', '/accounts?unknown=1', undefined, 400],
    ['GET', '/accounts?cursor=nothing', undefined, 400],
    ['GET', '/accounts/unknown', undefined, 404],
    ['GET', '/nothing', undefined, 404],
    ['POST', '/accounts', {}, 400],
    ['POST', '/accounts', { username: 'ada', admin: true }, 400],
    ['POST', '/accounts', { username: 1 }, 400],
    ['POST', '/accounts', { username: 'x', claims: { email: 1 } }, 422],
    ['POST', '/accounts', { username: '\u0430da' }, 422],
    ['POST', '/accounts', { username: 'admin2', groups: ['no-such-group'] }, 404],
    ['POST', '/clients', { metadata: { redirect_uris: ['nonsense'] } }, 422],
    ['POST', '/clients', { type: 'web', metadata: { client_secret: 'x' } }, 422],
    ['POST', '/groups', { name: 'With Space' }, 400],
    ['PATCH', '/groups/none', { title: 'x' }, 428],
    ['PATCH', '/groups/none', { title: 'x' }, 404, { 'if-match': '*' }],
    ['PATCH', '/groups/postern-admins', { title: 'x' }, 412, { 'if-match': '"0-0"' }],
    ['PATCH', '/groups/postern-admins', { title: 'x' }, 412, { 'if-match': 'W/"0-0"' }],
    ['POST', '/accounts', { username: 'ada' }, 400, { 'if-match': '"0-0"' }],
    ['POST', '/accounts/none/sign-out', undefined, 400, { 'if-match': '"0-0"' }],
    ['POST', '/accounts/none/sign-out', undefined, 404, { 'if-match': '*' }],
    ['DELETE', '/accounts/none/factors/none', undefined, 400, { 'if-match': '"0-0"' }],
    ['POST', '/accounts', { username: 'ada' }, 400, { 'idempotency-key': 'not visible' }],
    ['POST', '/keys/rotate', { series: 'HS256' }, 400],
    ['DELETE', '/keys/unknown', undefined, 404],
    ['GET', '/audit?from=yesterday', undefined, 400],
    ['GET', '/audit/export', undefined, 400],
    ['GET', '/outbox/other', undefined, 400],
  ];
  const wrong: string[] = [];
  for (const [method, path, body, expected, headers = {}] of bad) {
    const { status, text, headers: answered } = await call(method, path, { caller, body, headers });
    const isProblem = answered.get('content-type')?.startsWith('application/problem+json');
    if (status !== expected || !isProblem) wrong.push(`${method} ${path}: ${status} ${text}`);
  }
  t.same(wrong, []);
  const asForm = await call('POST', '/groups', {
    caller,
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
    body: { name: 'a' },
  });
  t.equal(asForm.status, 415, 'a form of a page is refused');
});

t.test('accounts and groups are added, changed with their version, listed and removed', async (t) => {
  const admin = await startAdminServer(t);
  const { call, machine, server } = admin;
  const caller = await machine();
  const added = await call('POST', '/accounts', {
    caller,
    body: { username: 'ada', claims: { email: 'ada@example.com', email_verified: true } },
  });
  t.match(added, { status: 201, body: { username: 'ada', enabled: true, source: 'store' } });
  const path = `/accounts/${added.body.id}`;
  t.equal(added.headers.get('location'), `${adminPath}${path}`);
  t.equal(added.headers.get('cache-control'), 'no-store');
  t.equal((await call('GET', path, { caller })).headers.get('etag'), added.headers.get('etag'));
  t.match(await call('POST', '/accounts', { caller, body: { username: 'ADA' } }), {
    status: 409,
    body: { code: 'account_exists' },
  });

  const named = await call('PATCH', path, {
    caller,
    headers: ifMatch(added),
    body: { claims: { name: 'Ada', email: null } },
  });
  t.match(named, { status: 200, body: { claims: { name: 'Ada' } } });
  t.notMatch(named.body.claims, { email: String }, 'null removes a claim');
  t.match(
    await call('PATCH', path, { caller, headers: ifMatch(added), body: { username: 'eve' } }),
    { status: 412, body: { code: 'version_changed' } },
    'the version of before',
  );
  t.match(await call('GET', path, { caller }), { body: { username: 'ada' } });

  const group = await call('POST', '/groups', { caller, body: { name: 'staff', title: 'Staff' } });
  t.equal(group.status, 201);
  t.equal((await call('PUT', `/groups/staff/members/${added.body.id}`, { caller })).status, 204);
  t.match(await call('GET', '/accounts?group=staff', { caller }), { body: { items: [{ username: 'ada' }] } });
  t.match(await call('GET', '/accounts?username=Ada', { caller }), {
    body: { items: [{ username: 'ada' }] },
  });
  t.same((await call('GET', '/accounts?email=none@example.com', { caller })).body.items, []);
  const all = await listAll(admin, caller, '/accounts');
  t.same(
    all.map(({ username }) => String(username)).sort(),
    ['ada', 'admin', 'nobody-special', 'support', 'viewer'],
    'page by page',
  );
  const retitled = await call('PATCH', '/groups/staff', {
    caller,
    headers: ifMatch(group),
    body: { title: null, description: 'Everyone here' },
  });
  t.same(
    [retitled.status, retitled.body.title, retitled.body.description],
    [200, undefined, 'Everyone here'],
  );
  t.equal((await call('DELETE', '/groups/staff', { caller, headers: ifMatch(group) })).status, 412);
  t.equal((await call('DELETE', '/groups/staff', { caller, headers: ifMatch(retitled) })).status, 204);
  const left = await call('GET', path, { caller });
  t.same(left.body.groups, [], 'its members left it');

  await server.signIn('ada');
  t.equal((await call('POST', `${path}/sign-out`, { caller })).body.sessions, 1);
  await server.signIn('ada');
  const disabled = await call('POST', `${path}/disable`, { caller });
  t.equal(disabled.body.enabled, false);
  t.same((await call('GET', `${path}/sessions`, { caller })).body.items, [], 'its sessions ended');
  t.equal((await call('DELETE', path, { caller, headers: ifMatch(left) })).status, 412);
  t.equal((await call('DELETE', path, { caller, headers: ifMatch(disabled) })).status, 204);
  t.equal((await call('GET', path, { caller })).status, 404);
});

t.test('what the configuration has is shown, and changed there only', async (t) => {
  const { call, machine } = await startAdminServer(t, {
    accounts: [{ username: 'fixed', password: 'correct horse battery' }],
    groups: [{ name: 'fixed-group' }],
    clients: [
      {
        client_id: 'fixed-client',
        token_endpoint_auth_method: 'none',
        redirect_uris: ['https://a.example.com/'],
      },
    ],
  });
  const caller = await machine();
  const [account] = (await call('GET', '/accounts?username=fixed', { caller })).body.items;
  t.match(account, { source: 'configuration' });
  for (const [path, body] of [
    [`/accounts/${account.id}`, { username: 'other' }],
    ['/groups/fixed-group', { title: 'x' }],
    ['/clients/fixed-client', { metadata: { client_name: 'x' } }],
  ] as const)
    t.equal((await call('PATCH', path, { caller, body, headers: { 'if-match': '*' } })).status, 409, path);
});

t.test('secrets are shown once, overlap, and are found nowhere afterwards', async (t) => {
  const lines: string[] = [];
  const admin = await startAdminServer(t, { audit: { enabled: true } });
  const { call, machine, issuer, server } = admin;
  server.app.server.log.info = ((line: unknown) => lines.push(JSON.stringify(line))) as never;
  const caller = await machine();
  const body = { type: 'machine', client_id: 'robot', metadata: { client_name: 'Robot' } };
  const headers = { 'idempotency-key': 'make-the-robot' };
  const added = await call('POST', '/clients', { caller, body, headers });
  t.equal(added.status, 201);
  const first = added.body.client_secret;
  t.match(first, /^[\w-]{43}$/);
  const again = await call('POST', '/clients', { caller, body, headers });
  t.match(again, { status: 201, body: { client_id: 'robot' } });
  t.equal(again.headers.get('idempotent-replayed'), 'true');
  t.equal(again.body.client_secret, undefined, 'a repetition has no secret');
  t.match(await call('POST', '/clients', { caller, headers, body: { ...body, client_id: 'another' } }), {
    status: 422,
    body: { code: 'idempotency_key_reused' },
  });

  for (const expires of ['2099-13-45T99:99:99Z', '2099-01-01T24:00:00Z', '2020-01-01T00:00:00Z'])
    t.match(
      await call('POST', '/clients/robot/secrets', { caller, body: { name: 'odd', expires_at: expires } }),
      { status: expires.startsWith('2020') ? 422 : 400 },
    );
  t.match(await call('GET', '/audit?from=2026-13-45T99:99:99Z', { caller }), { status: 400 });

  const rotated = await call('POST', '/clients/robot/secrets/rotate', {
    caller,
    body: { overlap_seconds: 60 },
  });
  const second = rotated.body.client_secret;
  const works = async (secret: string) => {
    const response = await fetch(`${issuer}/oauth/token`, {
      method: 'POST',
      headers: { authorization: `Basic ${Buffer.from(`robot:${secret}`).toString('base64')}` },
      body: new URLSearchParams({ grant_type: 'client_credentials' }),
    });
    return response.status === 200;
  };
  t.ok((await works(first)) && (await works(second)), 'both work in the overlap');
  server.clock.advance(61);
  t.notOk(await works(first), 'the former ends with it');
  t.ok(await works(second));

  const fresh = await machine();
  const seen = [
    await call('GET', '/clients/robot', { caller: fresh }),
    await call('GET', '/clients', { caller: fresh }),
    await call('GET', '/audit?limit=200', { caller: fresh }),
    await call('GET', '/configuration', { caller: fresh }),
  ];
  const texts = [
    ...seen.map(({ text, headers: answered }) => text + JSON.stringify([...answered])),
    JSON.stringify(server.events),
    ...lines,
  ].join('\n');
  t.notOk(texts.includes(first) || texts.includes(second), 'neither is in an answer, the audit or a log');
  t.ok(seen[0]?.body.secrets.length > 0, 'the secrets are listed by name');
});

t.test('the audit shows who did what, before and after', async (t) => {
  const admin = await startAdminServer(t, { audit: { enabled: true } });
  const { call, machine, person, server } = admin;
  const caller = await person('admin');
  const id = (await server.app.services.accounts.findByUsername('admin'))?.id;
  const added = await call('POST', '/accounts', {
    caller,
    body: { username: 'ada', password: 'a long enough pass' },
  });
  const renamed = await call('PATCH', `/accounts/${added.body.id}`, {
    caller,
    headers: ifMatch(added),
    body: { username: 'lovelace', claims: { name: '=1+1' } },
  });
  t.equal(renamed.status, 200);
  const reader = await machine('admin:audit');
  const find = () => call('GET', `/audit?type=admin&by=${id}`, { caller: reader });
  await waitFor('the records of both changes', async () => (await find()).body.items.length === 2);
  const [update, add] = (await find()).body.items;
  t.match(add, { type: 'admin.account.add', account: added.body.id });
  t.match(update, {
    type: 'admin.account.update',
    outcome: 'ok',
    account: added.body.id,
    address: '127.0.0.1',
    correlation: String,
    details: {
      by: id,
      by_kind: 'person',
      by_client: 'console',
      role: 'admin',
      'username.before': 'ada',
      'username.after': 'lovelace',
      'claims.name.after': '=1+1',
    },
  });
  t.notMatch(JSON.stringify((await find()).body), /a long enough pass|\$argon2/, 'without secrets');
  t.same((await call('GET', '/audit?by=unknown', { caller: reader })).body.items, []);
  const csv = await call('GET', '/audit/export?format=csv&type=admin', { caller: reader });
  t.match(csv.headers.get('content-type'), 'text/csv');
  t.notMatch(csv.text, /^=|,"=/m, 'no cell is a formula');
  const ndjson = await call('GET', '/audit/export?format=ndjson&type=admin.account', { caller: reader });
  t.equal(ndjson.text.trimEnd().split('\n').length, 2);
});

t.test('no change of what decides about access is pushed out of the record', async (t) => {
  const { call, machine, server } = await startAdminServer(t);
  const caller = await machine();
  const junk = Object.fromEntries(Array.from({ length: 100 }, (_, n) => [`a${n}`, 'junk']));
  const { body: account } = await call('POST', '/accounts', { caller, body: { username: 'mallory' } });
  const detailsOf = async (operation: string) => {
    const find = () => server.events.findLast(({ type }) => type === `admin.${operation}`);
    await waitFor('the record', async () => find() !== undefined);
    return find()?.details;
  };
  const changed = await call('PATCH', `/accounts/${account.id}`, {
    caller,
    headers: { 'if-match': '*' },
    body: { groups: [groupOf.admin, groupOf.viewer], claims: junk },
  });
  t.equal(changed.status, 200);
  t.match(await detailsOf('account.update'), {
    'groups.added': groupOf.admin,
    'groups.added.2': groupOf.viewer,
    // What is left of 100 claims with two texts each, and the time of the change.
    not_recorded: Number,
  });

  const long = `https://app.example.com/${'x'.repeat(300)}`;
  await call('POST', '/clients', {
    caller,
    body: { type: 'web', client_id: 'boats', metadata: { redirect_uris: [long] } },
  });
  const moved = await call('PATCH', '/clients/boats', {
    caller,
    headers: { 'if-match': '*' },
    body: {
      metadata: {
        contacts: Array.from({ length: 80 }, (_, n) => `a${n}@example.com`),
        redirect_uris: [long, 'https://mallory.example.com/'],
      },
    },
  });
  t.equal(moved.status, 200, moved.text);
  t.match(await detailsOf('client.update'), {
    'metadata.redirect_uris.added': 'https://mallory.example.com/',
    'metadata.contacts.added.2': 'a1@example.com',
    not_recorded: 17,
  });
});

t.test(
  'a client gets no id of an account, and names no level and no upstream that there is not',
  async (t) => {
    const { call, machine, server } = await startAdminServer(t, {
      accounts: [{ username: 'grace', password, sub: 'grace-hopper' }],
      security: { acr_values: ['strong'], password: { memory_kib: 8192, passes: 1 } },
    });
    const caller = await machine();
    const { id } = await server.addAccount({ username: 'ada', password });
    for (const client_id of [id, 'grace-hopper']) {
      const body = { type: 'machine', client_id, metadata: {} };
      t.match(
        await call('POST', '/clients', { caller, body }),
        { status: 422, text: 'is the id of an account' },
        'its own tokens would have the sub of the person (RFC 9068 §5)',
      );
    }
    const add = (metadata: object) =>
      call('POST', '/clients', { caller, body: { type: 'device', client_id: 'tv', metadata } });
    t.match(await add({ required_acr: 'stong' }), { status: 422, text: 'not among security.acr_values' });
    t.match(await add({ allowed_upstreams: ['gogle'] }), { status: 422, text: 'no upstream gogle' });
    t.equal((await add({ required_acr: 'strong', allowed_upstreams: ['local'] })).status, 201);
    const headers = { 'if-match': '*' };
    const change = (metadata: object) =>
      call('PATCH', '/clients/tv', { caller, headers, body: { metadata } });
    t.equal((await change({ required_acr: 'other' })).status, 422);
    t.equal((await change({ client_name: 'TV' })).status, 200);
  },
);

t.test('of 200 edits by two operators at once, none is lost', async (t) => {
  const { call, machine, person } = await startAdminServer(t);
  const operators = [await machine(), await person('admin')];
  const caller = operators[0] as Caller;
  const { body } = await call('POST', '/accounts', {
    caller,
    body: { username: 'ada', claims: { seen: [] } },
  });
  const path = `/accounts/${body.id}`;
  let conflicts = 0;
  const append = async (by: Caller, mark: string): Promise<void> => {
    for (;;) {
      const read = await call('GET', path, { caller: by });
      const seen = [...read.body.claims.seen, mark];
      const { status } = await call('PATCH', path, {
        caller: by,
        headers: ifMatch(read),
        body: { claims: { seen } },
      });
      if (status === 200) return;
      t.equal(status, 412);
      conflicts += 1;
    }
  };
  const work = operators.map(async (by, operator) => {
    for (let edit = 0; edit < 100; edit += 1) await append(by, `${operator}-${edit}`);
  });
  await Promise.all(work);
  const { body: last } = await call('GET', path, { caller });
  t.equal(new Set(last.claims.seen).size, 200, `with ${conflicts} conflicts`);
});

t.test('of 20 requests with one Idempotency-Key at once, one runs', async (t) => {
  const { call, machine, server } = await startAdminServer(t);
  const caller = await machine();
  const answers = await Promise.all(
    Array.from({ length: 20 }, () =>
      call('POST', '/clients', {
        caller,
        headers: { 'idempotency-key': 'once' },
        body: { type: 'machine', metadata: { client_name: 'Once' } },
      }),
    ),
  );
  const unexpected = answers.filter(({ status }) => status !== 201 && status !== 409);
  t.same(unexpected, [], 'the others get its answer, or are told to wait');
  t.equal(answers.filter(({ body }) => body.client_secret !== undefined).length, 1, 'one shows the secret');
  const { items } = await server.app.services.clients.list({ limit: 100 });
  t.equal(items.filter(({ metadata }) => metadata.client_name === 'Once').length, 1);
});

t.test('a failed request may be sent again with its Idempotency-Key', async (t) => {
  const { call, machine } = await startAdminServer(t);
  const caller = await machine();
  const headers = { 'idempotency-key': 'again' };
  const body = { username: 'ada', groups: ['staff'] };
  t.equal((await call('POST', '/accounts', { caller, headers, body })).status, 404);
  await call('POST', '/groups', { caller, body: { name: 'staff' } });
  t.equal((await call('POST', '/accounts', { caller, headers, body })).status, 201);
});

t.test('clients are stopped and started, and consents taken back', async (t) => {
  const { call, machine, person, server } = await startAdminServer(t);
  const caller = await machine();
  await server.addClient({ type: 'machine', id: 'robot', metadata: {} });
  const stopped = await call('POST', '/clients/robot/stop', { caller });
  t.match(stopped.body, { client_id: 'robot', stopped_at: String });
  t.ok(server.app.services.clients.isStopped('robot'));
  const started = await call('POST', '/clients/robot/start', { caller });
  t.same([started.status, started.body.stopped_at], [200, undefined]);
  t.equal((await call('POST', '/clients/none/stop', { caller })).status, 404);

  const viewer = await person('viewer');
  const id = (await server.app.services.accounts.findByUsername('viewer'))?.id;
  const consents = await call('GET', `/accounts/${id}/consents`, { caller });
  t.match(consents.body.items, [{ client_id: 'console', active: true }]);
  t.equal((await call('DELETE', `/accounts/${id}/consents/console`, { caller })).status, 204);
  t.same((await call('GET', `/accounts/${id}/consents`, { caller })).body.items, []);
  t.equal((await call('GET', '/accounts', { caller: viewer })).status, 401, 'its tokens ended at once');
  t.equal((await call('DELETE', `/accounts/${id}/consents/console`, { caller })).status, 404);
});

t.test('sessions, grants and keys', async (t) => {
  const { call, machine, person, server } = await startAdminServer(t);
  const caller = await machine();
  await person('viewer');
  const id = (await server.app.services.accounts.findByUsername('viewer'))?.id;
  const grants = await call('GET', `/accounts/${id}/grants`, { caller });
  t.match(grants.body.items, [{ client_id: 'console', account: id }]);
  t.equal((await call('DELETE', `/grants/${grants.body.items[0].id}`, { caller })).status, 204);
  t.equal((await call('DELETE', `/grants/${grants.body.items[0].id}`, { caller })).status, 404);
  const sessions = await call('GET', `/accounts/${id}/sessions`, { caller });
  t.match(sessions.body.items, [{ account: id, methods: ['pwd'] }]);
  t.equal((await call('DELETE', `/sessions/${sessions.body.items[0].id}`, { caller })).status, 204);

  const before = await call('GET', '/keys', { caller });
  t.notMatch(before.text, /"d"|private/);
  const preview = await call('GET', '/keys/rotation?series=ES256', { caller });
  const [planned] = preview.body.items;
  const active = before.body.items.find(
    ({ alg, stage }: { alg?: string; stage: string }) => alg === 'ES256' && stage === 'active',
  );
  t.match(planned, { series: 'ES256', replaces: [active.kid] });
  const rotated = await call('POST', '/keys/rotate', { caller, body: { series: 'ES256' } });
  t.match(rotated, { status: 201, body: { items: [{ alg: 'ES256', stage: 'next' }] } });
  const after = await call('GET', '/keys', { caller });
  const old = after.body.items.find(({ kid }: { kid: string }) => kid === active.kid);
  const difference = Math.abs(Date.parse(old.remove_at) - Date.parse(planned.former_until));
  t.ok(difference < 60_000, 'as the preview said');
  t.match(await call('POST', '/keys/rotate', { caller, body: { series: 'ES256' } }), {
    status: 409,
    body: { code: 'rotation_under_way' },
  });
  t.match(await call('GET', '/keys/rotation?series=ES256', { caller }), { status: 409 });
  t.match(await call('DELETE', `/keys/${active.kid}`, { caller }), { status: 409 });
});

t.test('the mail for a new password, and the outbox', async (t) => {
  const { call, machine, person, server, issuer } = await startAdminServer(t, {
    mail: { url: 'smtp://127.0.0.1:1', from: 'Postern <postern@example.com>' },
    metrics: { enabled: true, token: 'a-token-for-the-scraper' },
  });
  const support = await person('support');
  const { id } = await server.app.services.accounts.add({
    username: 'ada',
    claims: { email: 'ada@example.com', email_verified: true },
  });
  const sent = await call('POST', `/accounts/${id}/password-reset`, { caller: support });
  t.same([sent.status, sent.text], [202, ''], 'no link in the answer');
  const caller = await machine();
  const list = () => call('GET', '/outbox/mail', { caller });
  await waitFor('the first attempt', async () => (await list()).body.items[0]?.tries >= 1);
  const waiting = (await list()).body.items[0];
  t.match(waiting, { kind: 'mail.password-reset', account: id });
  t.same(Object.keys(waiting).sort(), ['account', 'due_at', 'expires_at', 'id', 'kind', 'tries']);
  for (const [method, path] of [
    ['POST', '/retry'],
    ['DELETE', ''],
  ] as const)
    t.equal(
      (await call(method, `/outbox/requests/${waiting.id}${path}`, { caller })).status,
      404,
      'it is in the other queue, whose handlers would never send it',
    );
  t.equal((await call('POST', `/outbox/mail/${waiting.id}/retry`, { caller })).status, 202);
  await waitFor('the second attempt', async () => (await list()).body.items[0]?.tries >= 2);
  const metrics = await fetch(`${issuer}/metrics`, {
    headers: { authorization: 'Bearer a-token-for-the-scraper' },
  });
  t.match(
    await metrics.text(),
    /postern_events_total\{type="delivery\.postponed",outcome="failed",reason="smtp_\w+"\} [1-9]/,
    'each failed attempt is counted',
  );
  t.equal((await call('DELETE', `/outbox/mail/${waiting.id}`, { caller })).status, 204);
  t.equal((await call('DELETE', `/outbox/mail/${waiting.id}`, { caller })).status, 404);
});

t.test('a mail about an account is dropped by those only who may change the account', async (t) => {
  const { call, machine, person, server } = await startAdminServer(t, {
    mail: { url: 'smtp://127.0.0.1:1', from: 'Postern <postern@example.com>' },
  });
  const { accounts } = server.app.services;
  const claims = (name: string) => ({ email: `${name}@example.com`, email_verified: true });
  const ada = await accounts.add({ username: 'ada', claims: claims('ada') });
  const boss = await accounts.add(
    { username: 'boss', claims: claims('boss'), groups: [groupOf.viewer] },
    { mayChangeRoles: true },
  );
  for (const { id } of [ada, boss]) await accounts.setPassword(id, 'a lantern by the harbour');
  const reader = await machine('admin:read');
  const list = async () => (await call('GET', '/outbox/mail', { caller: reader })).body.items;
  const noticeOf = async (account: string) =>
    (await list()).find((one: { account: string }) => one.account === account);
  await waitFor('both notices', async () => (await list()).length === 2);
  const [about, aboutBoss] = [await noticeOf(ada.id), await noticeOf(boss.id)];
  t.match([about, aboutBoss], [{ kind: 'mail.password-changed' }, { kind: 'mail.password-changed' }]);

  const clientsOnly = await machine('admin:read admin:clients admin:sessions admin:keys');
  const accountsOnly = await machine('admin:read admin:accounts');
  const refused = [
    ['who may change clients', clientsOnly, about],
    ['support', await person('support'), about],
    ['who may not change an account with a role', accountsOnly, aboutBoss],
  ] as const;
  for (const [who, caller, { id }] of refused)
    for (const [method, path] of [
      ['DELETE', ''],
      ['POST', '/retry'],
    ] as const)
      t.match(
        await call(method, `/outbox/mail/${id}${path}`, { caller }),
        { status: 403, body: { code: 'insufficient_scope' } },
        `${who}: ${method}`,
      );
  const old = await person('admin', { ago: 16 * 60 });
  t.equal((await call('DELETE', `/outbox/mail/${aboutBoss.id}`, { caller: old })).status, 401);
  t.equal((await list()).length, 2, 'nothing was dropped');

  t.equal((await call('DELETE', `/outbox/mail/${about.id}`, { caller: accountsOnly })).status, 204);
  const admin = await person('admin');
  t.equal((await call('DELETE', `/outbox/mail/${aboutBoss.id}`, { caller: admin })).status, 204);
  t.match(
    server.events.findLast(({ type }) => type === 'admin.outbox.drop'),
    { account: boss.id, details: { kind: 'mail.password-changed', by_kind: 'person' } },
  );
});

t.test('health and the effective configuration, with masked secrets', async (t) => {
  const { call, machine } = await startAdminServer(t, {
    metrics: { enabled: true, token: 'a-token-for-the-scraper' },
  });
  const caller = await machine('admin:read');
  t.match(await call('GET', '/health', { caller }), { body: { ready: true, mode: 'development' } });
  const { body, text } = await call('GET', '/configuration', { caller });
  const of = (path: string) => body.items.find((item: { path: string }) => item.path === path);
  t.match(of('metrics.enabled'), { value: true, source: 'postern.yaml' });
  t.match(of('tokens.access_token_ttl'), { source: 'default' });
  t.notMatch(text, 'a-token-for-the-scraper');
});

t.test('admin.listen serves the API on a port of its own, and nowhere else', async (t) => {
  const port = await freePort();
  const { issuer, call, machine } = await startAdminServer(t, {
    admin: { enabled: true, listen: { port } },
    security: { allowed_hosts: ['admin.example'] },
  });
  const caller = await machine();
  t.equal((await call('GET', '/accounts', { caller })).status, 404, 'not on the main port');
  const own = `http://127.0.0.1:${port}${adminPath}`;
  const response = await fetch(`${own}/openapi.json`);
  t.equal(response.status, 200);
  t.equal((await fetch(`${own}/accounts`)).status, 401);
  t.equal((await fetch(`http://127.0.0.1:${port}/oauth/jwks`)).status, 421, 'nothing else is there');
  /** As a client sends it that knows the port by this address. */
  const list = async (address: string): Promise<number> => {
    const url = `${address}${adminPath}/accounts`;
    const dpop = caller.key && (await proof(caller.key, url, { htm: 'GET', token: caller.token }));
    const headers = {
      host: new URL(address).host,
      authorization: `DPoP ${caller.token}`,
      dpop: dpop ?? '',
    };
    return (await sendRaw(own, rawRequest('GET', `${adminPath}/accounts`, headers))).status;
  };
  for (const address of ['https://mallory.example', `http://mallory.example:${port}`, 'http://169.254.9.9'])
    t.equal(await list(address), 401, `a proof for ${address} is of no use here`);
  for (const address of [
    `http://127.0.0.1:${port}`,
    `http://localhost:${port}`,
    'https://admin.example',
    'https://admin.example:8443',
    new URL(issuer).origin,
  ])
    t.equal(await list(address), 200, address);
});

t.test('an account that is deleted leaves no passkey and no link to another provider', async (t) => {
  const { call, machine, server } = await startAdminServer(t);
  const { passkeys, upstreamLinks } = server.app.services;
  const caller = await machine();
  const { id } = await server.addAccount({ username: 'grace', password: 'a lighthouse of brick' });
  const authenticator = await addPasskey(server, 'grace');
  const link = { upstream: 'corp', subject: '7', account: id, linkedAt: 1, label: 'grace', given: {} };
  await server.store.commit([upstreamLinks.insertion(link)]);
  const held = await call('GET', `/accounts/${id}`, { caller });
  const refused = await call('DELETE', `/accounts/${id}`, { caller, headers: { 'if-match': '"0-0"' } });
  t.equal(refused.status, 412);
  t.equal((await passkeys.list(id)).length, 1, 'a refused deletion removes nothing');
  t.equal((await call('DELETE', `/accounts/${id}`, { caller, headers: ifMatch(held) })).status, 204);
  t.strictSame(await passkeys.list(id), []);
  t.strictSame(await server.store.read([ownerKey(authenticator.credentialId)]), [undefined]);
  t.equal(await upstreamLinks.find('corp', '7'), undefined);
});
