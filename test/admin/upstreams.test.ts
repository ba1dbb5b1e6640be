import { generateKeyPairSync } from 'node:crypto';
import t from 'tap';
import { type AdminServer, adminPath, type Caller, startAdminServer } from './admin-server.ts';

const secret = 'a-secret-of-the-provider-that-no-one-may-see-0123456789';

const good = {
  id: 'store.acme',
  name: 'Acme',
  issuer: 'https://login.acme.example',
  client_id: 'postern',
  client_secret: secret,
};

const { issuer: _, ...withoutIssuer } = good;

const settings = {
  groups: [{ name: 'staff' }],
  security: { acr_values: ['strong'] },
  upstreams: [
    {
      id: 'corp',
      name: 'Corp',
      issuer: 'https://corp.example',
      client_id: 'postern',
      client_secret: `${secret}-of-corp`,
      domains: ['corp.example'],
    },
  ],
};

const ifMatch = (answer: { readonly headers: Headers }) => ({ 'if-match': answer.headers.get('etag') ?? '' });

const entriesOf = async ({ server }: AdminServer) => (await server.store.dump()).entries;

t.test('upstreams over the API', async (t) => {
  const admin = await startAdminServer(t, settings);
  const { call, machine, person, server } = admin;
  const caller = await machine();
  const add = (body: unknown, as: Caller = caller) => call('POST', '/upstreams', { caller: as, body });

  await t.test('the rules are those of the configuration, and each refusal names the key', async (t) => {
    const refused: readonly (readonly [unknown, number, RegExp])[] = [
      [{}, 400, /not as the API describes it/],
      [{ ...good, unknown: true }, 400, /not as the API describes it/],
      [{ ...good, client_secret_file: '/etc/passwd' }, 400, /not as the API describes it/],
      [{ ...good, allowed_networks: ['10.0.0.0/8'] }, 400, /not as the API describes it/],
      [{ ...good, id: 'acme' }, 400, /not as the API describes it/],
      [{ ...good, id: 'store.' }, 400, /not as the API describes it/],
      [{ ...good, id: 'corp' }, 400, /not as the API describes it/],
      [{ ...good, issuer: 'nonsense' }, 422, /^issuer: Expected an absolute URI/],
      [withoutIssuer, 422, /^issuer: Is missing/],
      [{ ...good, preset: 'gogle' }, 400, /not as the API describes it/],
      [{ ...withoutIssuer, preset: 'entra' }, 422, /^tenants: Is missing/],
      [{ ...withoutIssuer, preset: 'apple' }, 422, /^apple: Is missing/],
      [{ ...withoutIssuer, preset: 'github', client_secret: null }, 400, /not as the API describes it/],
      [{ ...good, link: 'verified_email' }, 422, /^link: verified_email needs an upstream that is trusted/],
      [{ ...good, acr: { a: 'unknown' } }, 422, /^acr\.a: unknown is not in security\.acr_values/],
      [
        { ...good, groups: { map: { boss: 'postern-admins' } } },
        422,
        /^groups\.map\.boss: postern-admins gives a role/,
      ],
      [
        { ...good, groups: { default: 'postern-support' } },
        422,
        /^groups\.default: postern-support gives a role/,
      ],
      [{ ...good, groups: { map: { boss: 'nowhere' } } }, 422, /^groups: There is no group nowhere/],
      [{ ...good, domains: ['corp.example'] }, 422, /^domains\.0: Is listed twice/],
      [{ ...good, domains: ['Acme.example'] }, 400, /not as the API describes it/],
      [{ ...good, claims: { email: { from: 'mail' } } }, 422, /claims\.email: Can not be set by a table/],
      [JSON.parse('{"__proto__": {}}'), 400, /not as the API describes it/],
      [{ ...good, required_claims: JSON.parse('{"__proto__": ["a"]}') }, 422, /name that is not allowed/],
      [{ ...good, name: 'x'.repeat(61) }, 400, /not as the API describes it/],
      [{ ...good, required_claims: { a: ['x'.repeat(17_000)] } }, 422, /Is longer than 16384 characters/],
    ];
    const wrong: string[] = [];
    for (const [body, status, detail] of refused) {
      const answer = await add(body);
      if (answer.status !== status || !detail.test(answer.body.detail))
        wrong.push(`${JSON.stringify(body).slice(0, 120)}: ${answer.status} ${answer.body.detail}`);
      if (answer.text.includes(secret)) wrong.push(`${JSON.stringify(body)}: the secret is in the answer`);
    }
    t.same(wrong, []);
    t.same((await call('GET', '/upstreams', { caller })).body.items.length, 1, 'nothing was added');
  });

  await t.test('one of the configuration is shown without its secret, and can not be changed', async (t) => {
    const shown = await call('GET', '/upstreams/corp', { caller });
    t.match(shown, {
      status: 200,
      body: { id: 'corp', source: 'configuration', has_client_secret: true, enabled: true },
    });
    t.notMatch(shown.text, secret);
    for (const [method, body] of [
      ['PATCH', { name: 'Other' }],
      ['DELETE', undefined],
    ] as const) {
      const answer = await call(method, '/upstreams/corp', { caller, body, headers: { 'if-match': '*' } });
      t.match(answer, { status: 409, body: { code: 'upstream_configured' } });
    }
  });

  await t.test('a person needs a sign-in of the last 15 minutes', async (t) => {
    const late = await person('admin', { ago: 16 * 60 });
    t.match(await add(good, late), { status: 401, body: { code: 'insufficient_user_authentication' } });
    const recent = await person('admin', { ago: 60 });
    t.match(await add({ ...good, id: 'store.by-person', domains: ['p.example'] }, recent), { status: 201 });
    const change = { caller: late, headers: { 'if-match': '*' } };
    t.match(await call('PATCH', '/upstreams/store.by-person', { ...change, body: { name: 'X' } }), {
      status: 401,
    });
    t.match(await call('DELETE', '/upstreams/store.by-person', change), { status: 401 });
  });

  await t.test('it is added once, changed with its version, and removed', async (t) => {
    const key = { 'idempotency-key': 'add-acme' };
    const added = await call('POST', '/upstreams', { caller, body: good, headers: key });
    t.match(added, {
      status: 201,
      body: {
        id: 'store.acme',
        name: 'Acme',
        issuer: good.issuer,
        client_id: 'postern',
        create: false,
        link: 'sign_in',
        enabled: true,
        has_client_secret: true,
        client_secret_set_at: String,
        redirect_uri: `${server.issuer}/upstream/store.acme/callback`,
        source: 'store',
      },
    });
    t.equal(added.headers.get('location'), `${adminPath}/upstreams/store.acme`);
    const again = await call('POST', '/upstreams', { caller, body: good, headers: key });
    t.match(
      again,
      { status: 201, body: { version: added.body.version } },
      'the same request is not run again',
    );
    t.match(await add(good), { status: 409, body: { code: 'upstream_exists' } });
    t.match(await add({ ...good, id: 'store.twin', domains: ['p.example'] }), { status: 422 });

    const path = '/upstreams/store.acme';
    const read = await call('GET', path, { caller });
    t.equal(read.headers.get('etag'), added.headers.get('etag'));
    const body = { name: 'Acme Inc', groups: { map: { boss: ['staff'] } }, domains: ['acme.example'] };
    t.match(await call('PATCH', path, { caller, body }), { status: 428 });
    const changed = await call('PATCH', path, { caller, body, headers: ifMatch(read) });
    t.match(changed, { status: 200, body: { ...body, has_client_secret: true } });
    t.match(await call('PATCH', path, { caller, body, headers: ifMatch(read) }), {
      status: 412,
      body: { code: 'version_changed' },
    });
    t.match(await call('DELETE', path, { caller, headers: ifMatch(read) }), { status: 412 });

    for (const [what, changes] of Object.entries({
      issuer: { issuer: 'https://other.example' },
      preset: { preset: 'keycloak' },
      oauth2: {
        issuer: null,
        oauth2: {
          authorization_endpoint: 'https://a.example/a',
          token_endpoint: 'https://a.example/t',
          userinfo_endpoint: 'https://a.example/u',
        },
      },
    }))
      t.match(
        await call('PATCH', path, { caller, body: changes, headers: { 'if-match': '*' } }),
        { status: 422, body: { detail: /whose people these are/ } },
        what,
      );
    const rules = { link: 'verified_email' };
    t.match(await call('PATCH', path, { caller, body: rules, headers: { 'if-match': '*' } }), {
      status: 422,
    });

    const bare = await call('PATCH', path, {
      caller,
      body: { client_secret: null, enabled: false },
      headers: ifMatch(changed),
    });
    t.match(bare.body, { has_client_secret: false, enabled: false });
    t.notMatch(bare.body, { client_secret_set_at: String });
    t.match(await call('DELETE', '/groups/staff', { caller, headers: { 'if-match': '*' } }), { status: 409 });

    t.match(await call('DELETE', path, { caller, headers: ifMatch(bare) }), { status: 204 });
    t.match(await call('GET', path, { caller }), { status: 404, body: { code: 'upstream_not_found' } });
    t.match(await call('DELETE', path, { caller, headers: ifMatch(bare) }), { status: 404 });
  });

  await t.test('the id of a removed one stays with its provider', async (t) => {
    const other = await add({ ...good, issuer: 'https://evil.example' });
    t.match(other, { status: 409, body: { code: 'upstream_id_used' } });
    t.match(await add(good), { status: 201 }, 'the same provider may come back');
  });

  await t.test('one that a client names stays, and a client names only what is there', async (t) => {
    const body = { type: 'web', metadata: { redirect_uris: ['https://a.example/cb'] } };
    const client = await call('POST', '/clients', { caller, body });
    const path = `/clients/${client.body.client_id}`;
    const allow = (names: readonly string[]) =>
      call('PATCH', path, {
        caller,
        body: { metadata: { allowed_upstreams: names } },
        headers: { 'if-match': '*' },
      });
    t.match(await allow(['store.nowhere']), { status: 422, body: { code: 'client_refused' } });
    t.match(await allow(['store.acme', 'local']), { status: 200 });
    const removal = { caller, headers: { 'if-match': '*' } };
    t.match(await call('DELETE', '/upstreams/store.acme', removal), {
      status: 409,
      body: { code: 'upstream_in_use' },
    });
    t.match(await allow(['local']), { status: 200 });
    t.match(await call('DELETE', '/upstreams/store.acme', removal), { status: 204 });
    t.match(await add(good), { status: 201 });
  });

  await t.test('pages of a list', async (t) => {
    const first = await call('GET', '/upstreams?limit=2', { caller });
    t.same(
      first.body.items.map(({ id }: { id: string }) => id),
      ['corp', 'store.by-person'],
    );
    const second = await call('GET', `/upstreams?limit=2&cursor=${first.body.next}`, { caller });
    t.same(
      second.body.items.map(({ id }: { id: string }) => id),
      ['store.acme'],
    );
    t.equal(second.body.next, undefined);
    t.match(await call('GET', '/upstreams?cursor=none', { caller }), { status: 400 });
  });

  await t.test('of changes at the same time none is lost, and a domain has one upstream', async (t) => {
    const headers = { 'if-match': '*' };
    const changes = ['a', 'b', 'c', 'd'].map((name) => ({ required_claims: { [name]: [name] }, name }));
    const answers = await Promise.all(
      changes.map((body) => call('PATCH', '/upstreams/store.acme', { caller, body, headers })),
    );
    t.same(
      answers.map(({ status }) => status),
      [200, 200, 200, 200],
    );
    t.equal(new Set(answers.map(({ body }) => body.version)).size, 4);
    const versions = answers.map(({ body }) => ({ version: body.version, name: body.name }));
    const { body: last } = await call('GET', '/upstreams/store.acme', { caller });
    t.ok(versions.some(({ version, name }) => version === last.version && name === last.name));

    const twins = await Promise.all(
      ['one', 'two', 'three'].map((name) =>
        add({ ...good, id: `store.${name}`, domains: ['raced.example'] }),
      ),
    );
    t.same(twins.map(({ status }) => status).sort(), [201, 422, 422]);
    const same = await Promise.all([1, 2, 3].map(() => add({ ...good, id: 'store.same' })));
    t.same(same.map(({ status }) => status).sort(), [201, 409, 409]);
  });

  await t.test('the secret is encrypted in the store, and nowhere else', async (t) => {
    const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    const pem = privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
    const apple = {
      ...withoutIssuer,
      id: 'store.apple',
      preset: 'apple',
      client_secret: pem,
      apple: { team_id: 'TEAM', key_id: 'KEY' },
    };
    t.match(await add(apple), { status: 201, body: { has_client_secret: true, apple: apple.apple } });
    const path = '/upstreams/store.acme';
    const rotated = `${secret}-new`;
    await call('PATCH', path, { caller, body: { client_secret: rotated }, headers: { 'if-match': '*' } });
    const [, line = ''] = pem.split('\n');
    const stored = JSON.stringify(await entriesOf(admin));
    const seen = JSON.stringify(server.events);
    const answers = await Promise.all(
      ['/upstreams', path, '/configuration', '/audit'].map((one) => call('GET', one, { caller })),
    );
    for (const text of [secret, line]) {
      t.notMatch(stored, text, 'not in the store');
      t.notMatch(seen, text, 'not in an event');
      for (const answer of answers) t.notMatch(answer.text, text, 'not in an answer');
    }
    const change = server.events.filter(({ type }) => type === 'admin.upstream.update').at(-1);
    t.match(change?.details, {
      upstream: 'store.acme',
      by: 'machine',
      'client_secret_set_at.before': String,
      'client_secret_set_at.after': String,
    });
    const named = server.events.find(
      ({ type, details }) => type === 'admin.upstream.update' && details?.['name.after'] === 'Acme Inc',
    );
    t.match(named?.details, { 'name.before': 'Acme', 'groups.map.after': '{"boss":["staff"]}' });
  });
});
