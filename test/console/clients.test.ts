import t from 'tap';
import { Browser, formOf, type Page } from '../support/setup/index.ts';
import { waitFor } from '../support/wait-for.ts';
import { startConsole } from './console-server.ts';

const hostile = '"><script>alert(1)</script>';

const { server, issuer, browserOf } = await startConsole(t, {
  audit: { enabled: true },
  clients: [
    {
      client_id: 'fixed',
      client_name: 'Fixed',
      redirect_uris: ['https://fixed.example/cb'],
      client_secret: 'a'.repeat(40),
    },
  ],
});
const { clients } = server.app.services;
const admin = await browserOf('admin');

const url = (path: string): string => `${issuer}${path}`;
const open = (path: string, browser = admin): Promise<Page> => browser.request(url(path));
/** Opens the page of a form and sends it. */
const send = async (path: string, fields: Readonly<Record<string, string>>, browser = admin) => {
  const page = await open(path, browser);
  const hidden = formOf(page.body).hidden;
  return browser.request(url(path), {
    method: 'POST',
    body: new URLSearchParams({ ...hidden, ...fields }),
    headers: { origin: issuer },
  });
};
const secretIn = ({ body }: Page): string => /id="new-secret"[^>]* value="([^"]+)"/.exec(body)?.[1] ?? '';
const inputs = ({ body }: Page): Readonly<Record<string, string>> =>
  Object.fromEntries(
    [...body.matchAll(/<input type="text"[^>]*value="([^"]*)"[^>]* name="([^"]+)"/g)].map(
      ([, value = '', name = '']) => [name, value],
    ),
  );

t.test('only those who may change clients see the forms, and only they can send them', async (t) => {
  const { id } = (
    await clients.add({
      type: 'web',
      metadata: { client_name: 'Kept', redirect_uris: ['https://kept.example/cb'] },
    })
  ).client;
  const paths = [
    '/admin/new-client/web',
    '/admin/new-client/application/grafana',
    `/admin/clients/${id}/edit`,
    `/admin/clients/${id}/env`,
    `/admin/clients/${id}/stop`,
    `/admin/clients/${id}/start`,
    `/admin/clients/${id}/remove`,
    `/admin/clients/${id}/secrets/1`,
  ];
  for (const role of ['viewer', 'support']) {
    const browser = await browserOf(role);
    for (const path of paths) {
      t.equal((await open(path, browser)).status, 403, `${role} ${path}`);
      const form = new URLSearchParams({
        ...formOf((await open(`/admin/clients/${id}/stop`)).body).hidden,
        typed: id,
      });
      t.equal(
        (await browser.request(url(path), { method: 'POST', body: form, headers: { origin: issuer } }))
          .status,
        403,
        `${role} POST ${path}`,
      );
    }
    t.equal((await open('/admin/new-client', browser)).status, 403);
    const page = await open(`/admin/clients/${id}`, browser);
    t.equal(page.status, 200);
    t.notMatch(page.body, /console-danger|\/edit"/);
    t.notMatch((await open('/admin/clients', browser)).body, 'console-new-client');
  }
  for (const path of ['/admin/clients', ...paths])
    t.equal((await open(path, new Browser())).status, 303, path);
  t.ok(await clients.get(id), 'nothing was removed');
  t.notOk(clients.isStopped(id));
});

t.test('a new client, its secrets and their forms need a sign-in of the last 15 minutes', async (t) => {
  const old = await browserOf('admin', { ago: 16 * 60 });
  for (const path of [
    '/admin/new-client/web',
    '/admin/new-client/application/grafana',
    '/admin/clients/fixed/secrets',
  ])
    t.match((await open(path, old)).headers.get('location'), /max_age=/, path);
  t.equal(
    (await open('/admin/clients/fixed/secrets', await browserOf('viewer', { ago: 16 * 60 }))).status,
    200,
  );
});

t.test('a form that is refused keeps what was typed and names each line', async (t) => {
  const page = await send('/admin/new-client/web', {
    client_name: '',
    redirect_uris: 'https://ok.example/cb\r\nhttp://evil.example/cb\r\nhttps://x.example/#part',
    post_logout_redirect_uris: '',
    scope: 'openid profle',
    client_id: 'boats',
  });
  t.equal(page.status, 422);
  t.match(page.body, 'Enter a name');
  const refused = await send('/admin/new-client/web', {
    client_name: 'Boats',
    redirect_uris: 'https://ok.example/cb\r\nhttp://evil.example/cb\r\nhttps://x.example/#part',
    post_logout_redirect_uris: '',
    scope: 'openid profle',
    client_id: 'boats',
  });
  t.equal(refused.status, 422);
  t.match(refused.body, /<title>Error: /);
  t.match(refused.body, 'Line 2: http://evil.example/cb must use https');
  t.match(refused.body, 'Line 3: https://x.example/#part has a fragment');
  t.match(refused.body, 'did you mean profile?');
  t.match(refused.body, 'https://ok.example/cb\r\nhttp://evil.example/cb');
  t.match(refused.body, '<details open>');
  t.equal(await clients.get('boats'), undefined);
});

t.test('the secret is on the answer to the form, this once', async (t) => {
  const form = { client_name: 'Boats', redirect_uris: 'https://boats.example/cb', client_id: 'boats' };
  const created = await send('/admin/new-client/web', form);
  t.equal(created.status, 200);
  t.equal(created.headers.get('cache-control'), 'no-store');
  t.equal(created.headers.get('etag'), null);
  const secret = secretIn(created);
  t.ok(secret.length >= 32);
  t.ok(await clients.verifySecret('boats', secret));
  t.match(created.body, `OIDC_CLIENT_SECRET=${secret}`);
  t.notMatch(created.body, '?lang=', 'a language link would lose it');
  const file = await admin.request(url('/admin/clients/boats/env'), {
    method: 'POST',
    body: new URLSearchParams(formOf(created.body).hidden),
    headers: { origin: issuer },
  });
  t.match(file.headers.get('content-disposition'), 'attachment; filename="client.env"');
  t.match(
    file.body,
    `OIDC_ISSUER=${issuer}\nOIDC_CLIENT_ID=boats\nOIDC_CLIENT_SECRET=${secret}\nOIDC_REDIRECT_URI=https://boats.example/cb\n`,
  );

  const again = await send('/admin/new-client/web', form);
  t.equal(again.status, 422, 'the same form makes no second client');
  t.match(again.body, 'its secret is not shown again');

  await waitFor('the audit record', async () => (await audit()).includes('admin.client.add'));
  for (const [what, text] of Object.entries({
    'the client': (await open('/admin/clients/boats')).body,
    'its secrets': (await open('/admin/clients/boats/secrets')).body,
    'its form': (await open('/admin/clients/boats/edit')).body,
    'the list': (await open('/admin/clients')).body,
    'the audit record': await audit(),
    'the events': JSON.stringify(server.events),
    'the file without it': (await open('/admin/clients/boats/env')).body,
  }))
    t.notOk(text.includes(secret), what);
});

const audit = async (): Promise<string> => {
  const { entries } = await server.store.dump();
  return JSON.stringify(entries.filter(({ key }) => key.kind === 'audit'));
};

t.test('the file with the secret takes nothing but a secret', async (t) => {
  for (const secret of ['a\nEVIL=1', '<script>', 'a b', 'x'.repeat(300)]) {
    const page = await open('/admin/clients/boats/stop');
    const answer = await admin.request(url('/admin/clients/boats/env'), {
      method: 'POST',
      body: new URLSearchParams({ ...formOf(page.body).hidden, secret }),
      headers: { origin: issuer },
    });
    t.equal(answer.status, 400);
  }
  const foreign = await admin.request(url('/admin/clients/boats/env'), {
    method: 'POST',
    body: new URLSearchParams({ secret: 'abc' }),
    headers: { origin: issuer },
  });
  t.equal(foreign.status, 403, 'nor without the token of a form');
});

t.test('each type becomes the client that the command line makes', async (t) => {
  for (const type of ['web', 'spa', 'native', 'machine', 'device', 'issuer'] as const) {
    const page = await send(`/admin/new-client/${type}`, {
      client_name: `A ${type}`,
      client_id: `type-${type}`,
      redirect_uris: type === 'native' ? 'com.example.app:/cb' : 'https://app.example/cb',
      audience: 'https://api.example',
    });
    t.equal(page.status, 200, type);
    const made = await clients.get(`type-${type}`);
    const metadata = {
      client_name: `A ${type}`,
      ...(type === 'machine' || type === 'device'
        ? {}
        : { redirect_uris: [type === 'native' ? 'com.example.app:/cb' : 'https://app.example/cb'] }),
      ...(type === 'issuer' && { audience: 'https://api.example' }),
    };
    const expected = clients.draft({ type, id: `other-${type}`, metadata });
    t.strictSame({ ...made?.metadata, client_id: '' }, { ...expected.client.metadata, client_id: '' }, type);
    t.equal(secretIn(page) !== '', expected.secret !== undefined, type);
    t.match((await open(`/admin/clients?type=${type}`)).body, `A ${type}`);
    t.notMatch((await open(`/admin/clients?type=${type === 'web' ? 'spa' : 'web'}`)).body, `A ${type}`);
  }
  t.equal((await open('/admin/new-client/toaster')).status, 404);
});

t.test('a well-known application gets its configuration', async (t) => {
  const path = '/admin/new-client/application/grafana';
  const wrong = await send(path, { url: 'grafana', client_name: 'Grafana', client_id: 'graf' });
  t.equal(wrong.status, 422);
  t.match(wrong.body, 'Write it as https://grafana.example.com');
  t.equal(
    (await send(path, { url: 'http://grafana.example', client_name: 'Grafana', client_id: 'graf' })).status,
    422,
    'no https',
  );
  t.equal(
    (await send(path, { url: 'https://grafana.example', client_name: 'Grafana', client_id: 'a;b' })).status,
    422,
  );
  const page = await send(path, { url: 'https://grafana.example', client_name: 'Graphs', client_id: 'graf' });
  t.equal(page.status, 200);
  t.match(page.body, '[auth.generic_oauth]');
  t.match(page.body, `client_secret = ${secretIn(page)}`);
  t.match((await clients.get('graf'))?.metadata, {
    client_name: 'Graphs',
    redirect_uris: ['https://grafana.example/login/generic_oauth'],
  });
  t.equal((await open('/admin/new-client/application/toaster')).status, 404);
});

t.test('a search and the pages have addresses', async (t) => {
  for (let at = 0; at < 60; at++)
    await clients.add({ type: 'machine', metadata: { client_name: `Buoy ${String(at).padStart(2, '0')}` } });
  const first = await open('/admin/clients?q=buoy');
  t.equal([...first.body.matchAll(/Buoy \d\d/g)].length, 50);
  const [, next = ''] = /console-next" href="([^"]+)"/.exec(first.body) ?? [];
  t.match(next, /q=buoy&amp;after=/);
  const second = await open(next.replaceAll('&amp;', '&'));
  t.equal([...second.body.matchAll(/Buoy \d\d/g)].length, 10);
  t.match((await open('/admin/clients?q=zzz')).body, 'Nothing was found');
  t.equal((await open('/admin/clients?after=nonsense')).status, 400);
  t.match((await open('/admin/clients?q=fix')).body, 'From the configuration');
});

t.test('an edit that another one overtook is shown with the difference, and nothing is lost', async (t) => {
  const path = '/admin/clients/boats/edit';
  const page = await open(path);
  const { hidden } = formOf(page.body);
  await clients.update('boats', { client_name: 'Ships' });
  const fields = {
    ...hidden,
    client_name: 'Vessels',
    redirect_uris: 'https://boats.example/cb',
    scope: '',
    more: '{}',
  };
  const post = (more: object) =>
    admin.request(url(path), {
      method: 'POST',
      body: new URLSearchParams({ ...fields, ...more }),
      headers: { origin: issuer },
    });
  const refused = await post({});
  t.equal(refused.status, 412);
  t.match(refused.body, 'Changed in the meantime');
  t.match(refused.body, 'Ships');
  t.match(refused.body, 'value="Vessels"');
  t.equal((await clients.get('boats'))?.metadata.client_name, 'Ships');
  t.equal((await post({ version: '' })).status, 412, 'a form without a version changes nothing');
  const { version = '' } = formOf(refused.body).hidden;
  const more = JSON.stringify({
    ...(await clients.get('boats'))?.metadata,
    client_id: undefined,
    client_name: undefined,
    redirect_uris: undefined,
    tos_uri: 'https://boats.example/terms',
  });
  const saved = await post({ version, more });
  t.equal(saved.status, 303);
  t.match((await clients.get('boats'))?.metadata, {
    client_name: 'Vessels',
    tos_uri: 'https://boats.example/terms',
  });
  t.match((await open('/admin/clients/boats?done=saved')).body, 'The client was saved.');
  t.notMatch((await open(`/admin/clients/boats?done=${encodeURIComponent('Evil text')}`)).body, 'Evil text');
});

t.test('of edits and forms that are sent at once, one counts', async (t) => {
  const statuses = async (count: number, one: (at: number) => Promise<Page>): Promise<readonly number[]> =>
    (await Promise.all(Array.from({ length: count }, (_, at) => one(at)))).map(({ status }) => status).sort();
  const { hidden: edit } = formOf((await open('/admin/clients/boats/edit')).body);
  const post = (path: string, fields: Record<string, string>) =>
    admin.request(url(path), {
      method: 'POST',
      body: new URLSearchParams(fields),
      headers: { origin: issuer },
    });
  const edits = await statuses(12, (at) =>
    post('/admin/clients/boats/edit', {
      ...edit,
      client_name: `Boat ${at}`,
      redirect_uris: 'https://boats.example/cb',
      more: '{}',
    }),
  );
  t.same(edits, [303, ...Array.from({ length: 11 }, () => 412)]);

  const { hidden } = formOf((await open('/admin/new-client/web')).body);
  const forms = await statuses(8, () =>
    post('/admin/new-client/web', {
      ...hidden,
      client_name: 'Twins',
      redirect_uris: 'https://twins.example/cb',
      client_id: 'twins',
    }),
  );
  t.same(forms, [200, ...Array.from({ length: 7 }, () => 422)]);
  t.equal((await clients.get('twins'))?.secrets.length, 1);
});

t.test('what is wrong with other metadata is said beside it', async (t) => {
  for (const [more, message] of [
    ['{', 'This is not a JSON object'],
    ['[]', 'This is not a JSON object'],
    ['{"toaster": 1}', 'toaster: is not a property of clients'],
    ['{"client_id": "other"}', 'client_id: can not be changed'],
  ] as const) {
    const page = await send('/admin/clients/boats/edit', {
      client_name: 'Vessels',
      redirect_uris: 'https://boats.example/cb',
      more,
    });
    t.equal(page.status, 422, more);
    t.match(page.body, message);
  }
});

t.test('a secret is added, replaced with an overlap, and removed', async (t) => {
  const path = '/admin/clients/boats/secrets';
  t.equal((await send(path, { action: 'add', name: 'a b', days: '' })).status, 422);
  t.match((await send(path, { action: 'add', name: 'ci', days: 'x' })).body, 'Enter a whole number');
  t.equal((await send(path, { action: 'rotate', hours: '99999' })).status, 422);
  const added = await send(path, { action: 'add', name: 'ci', days: '30' });
  t.equal(added.status, 200);
  const ci = secretIn(added);
  t.ok(await clients.verifySecret('boats', ci));
  t.match(
    (await send(path, { action: 'add', name: 'ci', days: '' })).body,
    'role="alert"',
    'the name is taken',
  );
  const stale = formOf((await open(path)).body).hidden;
  const rotated = await send(path, { action: 'rotate', hours: '2' });
  const next = secretIn(rotated);
  t.ok(await clients.verifySecret('boats', ci), 'the former one still works');
  t.ok(await clients.verifySecret('boats', next));
  const late = await admin.request(url(path), {
    method: 'POST',
    body: new URLSearchParams({ ...stale, action: 'rotate', hours: '0' }),
    headers: { origin: issuer },
  });
  t.equal(late.status, 412, 'another secret was made meanwhile');
  const kept = (await clients.get('boats'))?.secrets.find(({ name }) => name === 'ci');
  t.ok((kept?.expiresAt ?? Number.POSITIVE_INFINITY) <= server.clock.now() + 2 * 3600_000);
  t.equal((await send(`${path}/ci`, {})).status, 303);
  t.notOk(await clients.verifySecret('boats', ci));
  t.equal((await open(`${path}/ci`)).status, 404);
  t.ok(await clients.verifySecret('boats', next));
});

t.test('a client is stopped, started, and deleted by typing its id', async (t) => {
  t.match((await send('/admin/clients/fixed/stop', {})).headers.get('location'), 'done=stopped');
  t.ok(clients.isStopped('fixed'), 'also one of the configuration');
  t.match((await open('/admin/clients/fixed')).body, 'console-start');
  t.equal((await send('/admin/clients/fixed/start', {})).status, 303);
  t.notOk(clients.isStopped('fixed'));
  t.equal((await open('/admin/clients/fixed/edit')).status, 409);
  t.equal((await send('/admin/clients/fixed/remove', { typed: 'fixed' })).status, 409);
  const slip = await send('/admin/clients/boats/remove', { typed: 'boat' });
  t.equal(slip.status, 422);
  t.match(slip.body, 'That is not the name');
  t.ok(await clients.get('boats'));
  const done = await send('/admin/clients/boats/remove', { typed: 'boats' });
  t.equal(done.headers.get('location'), '/admin/clients?done=removed');
  t.equal(await clients.get('boats'), undefined);
  t.equal((await open('/admin/clients/boats')).status, 404);
});

t.test('a client that may use the administration API is changed by roles only, and recorded', async (t) => {
  const page = await send('/admin/new-client/machine', {
    client_name: 'Robot',
    client_id: 'robot',
    resources: `${issuer}/api/admin`,
    scope: 'admin:read',
  });
  t.equal(page.status, 200);
  const old = await browserOf('admin', { ago: 16 * 60 });
  for (const form of ['edit', 'logo'])
    t.match((await open(`/admin/clients/robot/${form}`, old)).headers.get('location'), /max_age=/, form);
  const { hidden } = formOf((await open('/admin/groups/new', old)).body);
  const { version = '' } = (await clients.get('robot')) ?? {};
  const late = await old.request(url('/admin/clients/robot/edit'), {
    method: 'POST',
    body: new URLSearchParams({ ...hidden, version, client_name: 'Evil', more: '{}' }),
    headers: { origin: issuer },
  });
  t.match(late.headers.get('location'), /max_age=/, 'a session that was left open is not enough');
  await waitFor('the audit record', async () => (await audit()).includes('robot'));
  t.match(await audit(), 'admin.client.add');
});

t.test('redirect URIs and keys are changed after a sign-in of the last 15 minutes only', async (t) => {
  const uri = 'https://ferry.example/cb';
  await clients.add({ type: 'web', id: 'ferry', metadata: { client_name: 'Ferry', redirect_uris: [uri] } });
  const path = '/admin/clients/ferry/edit';
  const old = await browserOf('admin', { ago: 16 * 60 });
  const form = await open(path, old);
  t.match(form.body, 'Sign in again first');
  t.match(
    (await open(`${path}?sign-in=yes`, old)).headers.get('location'),
    '/oauth/authorize?',
    'before anything is typed',
  );
  t.notMatch((await open(path)).body, 'Sign in again first');
  const more =
    /<textarea[^>]*name="more"[^>]*>([^<]*)</.exec(form.body)?.[1]?.replaceAll('&quot;', '"') ?? '';
  const typed = (change: Readonly<Record<string, unknown>>) =>
    JSON.stringify({ ...JSON.parse(more), ...change });
  const fields = { client_name: 'Ferry', redirect_uris: uri, more };
  for (const change of [
    { redirect_uris: 'https://mallory.example/cb' },
    { redirect_uris: `${uri}\nhttps://mallory.example/cb` },
    { post_logout_redirect_uris: 'https://mallory.example/' },
    { more: typed({ backchannel_logout_uri: 'https://mallory.example/' }) },
    { more: typed({ jwks_uri: 'https://mallory.example/jwks' }) },
    { more: typed({ grant_types: ['authorization_code', 'client_credentials'] }) },
    { first_party: 'yes' },
    { scope: 'openid email' },
    { more: typed({ claims: { email: { value: 'root@ferry.example' } } }) },
  ]) {
    const late = await send(path, { ...fields, ...change }, old);
    t.match(late.headers.get('location'), '/oauth/authorize?', JSON.stringify(change));
  }
  t.match((await clients.get('ferry'))?.metadata, { client_name: 'Ferry', redirect_uris: [uri] });
  const renamed = await send(path, { ...fields, client_name: 'Ferries' }, old);
  t.equal(renamed.headers.get('location'), '/admin/clients/ferry?done=saved', 'a name needs none');
  const moved = await send(path, { ...fields, redirect_uris: `${uri}2` });
  t.equal(moved.status, 303);
  t.match((await clients.get('ferry'))?.metadata.redirect_uris, [`${uri}2`]);
});

t.test('names that others chose are text on every page', async (t) => {
  const id = `"'<>&/?#%..`;
  await clients.add({
    type: 'web',
    id,
    metadata: { client_name: hostile, redirect_uris: ['https://x.example/cb'] },
  });
  const path = `/admin/clients/${encodeURIComponent(id)}`;
  for (const page of ['', '/edit', '/secrets', '/stop', '/remove']) {
    const { status, body } = await open(path + page);
    t.equal(status, 200, page);
    t.notMatch(body, '<script>alert', page);
    t.match(body, '&lt;script&gt;', page);
  }
  t.notMatch((await open('/admin/clients?q=%22')).body, '<script>alert');
  t.match((await open(`/admin/clients?q=${encodeURIComponent(hostile)}`)).body, '&lt;script&gt;');
  t.equal((await send(`${path}/remove`, { typed: id })).status, 303);
});

t.test('the pages have three languages', async (t) => {
  for (const [tag, text] of [
    ['de', 'Neuer Client'],
    ['pl', 'Nowy klient'],
  ] as const)
    t.match((await open(`/admin/clients?lang=${tag}`, await browserOf('admin'))).body, text);
  t.ok(
    inputs(await open('/admin/new-client/web'))['client_id'],
    'the form has an id, so that it makes one client',
  );
});
