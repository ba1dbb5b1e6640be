import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import t from 'tap';
import { freePort } from '#src/testing/free-port.ts';
import { type AdminServer, startAdminServer } from '../admin/admin-server.ts';
import { startFakeUpstream } from '../support/fake-upstream.ts';
import { ensureRedis, freshPrefix } from '../support/redis.ts';
import {
  Browser,
  openCommandFolder,
  type Page,
  password,
  redirectParameters,
  runPostern,
  secret,
  startFleet,
  startInProcess,
  usualConfig,
} from '../support/setup/index.ts';
import { locationOf, openLogin, settingsOf, signInBy, visitUpstream } from '../support/upstream-sign-in.ts';
import { waitFor } from '../support/wait-for.ts';

const id = 'store.acme';
const anyVersion = { 'if-match': '*' };

const codeOf = (page: Page): string | null => redirectParameters(page).get('code');

const startHere = (owner: Parameters<typeof startAdminServer>[0], more = {}): Promise<AdminServer> =>
  startAdminServer(owner, { ...usualConfig, ...more });

t.test('an upstream that is added to a running server', async (t) => {
  const fake = await startFakeUpstream(t);
  const { server, issuer, call, machine } = await startHere(t);
  const caller = await machine();
  const change = (body: unknown) => call('PATCH', `/upstreams/${id}`, { caller, body, headers: anyVersion });
  const account = async (browser: Browser) => {
    const login = await browser.open(`${issuer}/account`);
    await browser.submit(login, { login: 'ada', password });
    return browser.open(`${issuer}/account`);
  };

  await t.test('before, nothing of it is there', async (t) => {
    t.notMatch((await openLogin(issuer)).body, 'Acme');
    for (const [method, path, status] of [
      ['GET', `/upstream/${id}/callback?state=a&code=b`, 400],
      ['POST', `/upstream/${id}/callback`, 404],
      ['POST', `/upstream/${id}/backchannel-logout`, 404],
    ] as const) {
      const body = method === 'POST' ? new URLSearchParams({ state: 'a' }) : undefined;
      const response = await fetch(`${issuer}${path}`, { method, redirect: 'manual', ...(body && { body }) });
      t.equal(response.status, status, path);
    }
    const browser = new Browser();
    t.notMatch((await account(browser)).body, '/account/upstreams');
    t.equal((await browser.open(`${issuer}/account/upstreams`)).status, 404);
  });

  await t.test('it signs people in, by its button, by their address, and as the only way', async (t) => {
    const body = settingsOf(fake, { id, create: true, domains: ['acme.example'], link: 'sign_in' });
    t.match(await call('POST', '/upstreams', { caller, body }), { status: 201 });
    fake.person = { sub: 'u1', name: 'Grace Hopper', preferred_username: 'grace' };
    t.match((await openLogin(issuer)).body, 'Continue with Acme');
    const browser = new Browser();
    const page = await signInBy(issuer, id, { browser });
    t.ok(codeOf(await browser.submit(page, { create: 'yes' })), 'a new account');
    t.ok(codeOf(await signInBy(issuer, id)), 'the same person again, without a question');

    const login = await openLogin(issuer, { parameters: { login_hint: 'grace@acme.example' } });
    t.match(login.body, `with=${id}`, 'people of its domain go there');
    t.match((await openLogin(issuer, { parameters: { idp_hint: id } })).body, `with=${id}`);

    const owner = new Browser();
    t.match((await account(owner)).body, '/account/upstreams');
    t.match((await owner.open(`${issuer}/account/upstreams`)).body, `/account/upstreams/connect/${id}`);
  });

  await t.test('a client is restricted to it', async (t) => {
    await server.addClient({
      type: 'web',
      id: 'only',
      secret,
      metadata: { redirect_uris: ['http://localhost:4999/callback'], allowed_upstreams: [id] },
    });
    const browser = new Browser();
    const page = await openLogin(issuer, { browser, parameters: { client_id: 'only' } });
    t.match(page.body, `with=${id}`);
    t.notMatch(page.body, 'name="password"');
  });

  await t.test('a new secret counts at once, and a wrong one signs no one in', async (t) => {
    await change({ client_secret: 'a-wrong-secret-of-the-upstream-0123456789' });
    t.match(await signInBy(issuer, id), { status: 400, body: 'Signing in with Acme didn’t work' });
    t.match(server.events.filter(({ type }) => type === 'sign-in').at(-1), {
      outcome: 'refused',
      reason: 'upstream_invalid',
    });
    await change({ client_secret: fake.clientSecret });
    t.ok(codeOf(await signInBy(issuer, id)));
  });

  await t.test('stopped, it signs no one in, not even who has left for it', async (t) => {
    const browser = new Browser();
    const page = await openLogin(issuer, { browser });
    const callback = await visitUpstream(browser, page, id);
    t.match(await change({ enabled: false }), { status: 200, body: { enabled: false } });
    t.match(await browser.open(callback), { status: 400 });
    t.equal((await browser.open(`${page.url}?with=${id}`)).headers.get('location'), null);
    t.notMatch((await openLogin(issuer)).body, 'Acme');
    const only = new Browser();
    const nothing = await openLogin(issuer, { browser: only, parameters: { client_id: 'only' } });
    t.match(
      nothing,
      { status: 503, body: 'can’t be reached right now' },
      'a client that accepts no other way',
    );
    t.equal(
      redirectParameters(await only.submit(nothing, { back: 'unavailable' })).get('error'),
      'temporarily_unavailable',
    );
    t.match(await change({ enabled: true }), { status: 200 });
    t.ok(codeOf(await signInBy(issuer, id)));
  });

  await t.test('removed, it signs no one in; added again, it leads to the same accounts', async (t) => {
    await server.app.services.clients.remove('only');
    const signedIn = () =>
      server.events.findLast(({ type, outcome }) => type === 'sign-in' && outcome === 'ok')?.account;
    const before = signedIn();
    const browser = new Browser();
    const callback = await visitUpstream(browser, await openLogin(issuer, { browser }), id);
    t.match(await call('DELETE', `/upstreams/${id}`, { caller, headers: anyVersion }), { status: 204 });
    t.match(await browser.open(callback), { status: 400 });
    t.notMatch((await openLogin(issuer)).body, 'Acme');
    const body = settingsOf(fake, { id, create: true });
    t.match(await call('POST', '/upstreams', { caller, body }), { status: 201 });
    t.ok(codeOf(await signInBy(issuer, id)));
    t.equal(signedIn(), before);
  });
});

t.test('another Postern becomes an upstream of a running server', async (t) => {
  const parent = await startInProcess(t, {
    accounts: [{ username: 'grace', password, name: 'Grace Hopper' }],
  });
  const port = await freePort();
  const { server, issuer, call, machine } = await startHere(t, { listen: { port } });
  const added = await call('POST', '/upstreams', {
    caller: await machine(),
    body: {
      id: 'store.parent',
      name: 'Parent',
      preset: 'postern',
      issuer: parent.issuer,
      client_id: 'downstream',
      client_secret: secret,
      create: true,
      link: 'never',
      logout: 'upstream',
    },
  });
  const at = `${issuer}/upstream/store.parent`;
  t.equal(added.body.redirect_uri, `${at}/callback`);
  await parent.addClient({
    id: 'downstream',
    secret,
    metadata: {
      redirect_uris: [added.body.redirect_uri],
      post_logout_redirect_uris: [`${at}/signed-out`],
      backchannel_logout_uri: `${at}/backchannel-logout`,
      backchannel_logout_session_required: true,
      first_party: true,
    },
  });
  const [here, there] = [new Browser(), new Browser()];
  const login = await openLogin(issuer, { browser: here });
  const left = await here.request(`${login.url}?with=store.parent`);
  const back = await there.submit(await there.open(locationOf(left)), { login: 'grace', password });
  t.ok(codeOf(await here.open(locationOf(back))));
  const { account = '' } = server.events.filter(({ type }) => type === 'sign-in').at(-1) ?? {};
  t.match(await server.app.services.accounts.find(account), { claims: { name: 'Grace Hopper' } });

  const asks = await here.open(`${issuer}/oauth/logout`);
  const going = await here.submit(asks, { logout: 'yes' });
  t.match(going.body, `${parent.issuer}/oauth/logout`, 'a sign-out goes on there');

  const sessions = async () => (await server.app.services.sessions.list(account)).items.length;
  const again = new Browser();
  const page = await openLogin(issuer, { browser: again });
  const out = await again.request(`${page.url}?with=store.parent`);
  t.ok(codeOf(await again.open(locationOf(await there.open(locationOf(out))))));
  t.equal(await sessions(), 1);
  await there.submit(await there.open(`${parent.issuer}/oauth/logout`), { logout: 'yes' });
  await waitFor('the session to end', async () => (await sessions()) === 0);
});

t.test('what breaks a rule since the configuration changed is not offered', async (t) => {
  const fake = await startFakeUpstream(t);
  const folder = await openCommandFolder(t);
  const store = { url: `sqlite:${join(folder.cwd, 'store.db')}` };
  const first = await startHere(t, { store });
  const caller = await first.machine();
  const body = settingsOf(fake, { id, domains: ['acme.example'] });
  t.match(await first.call('POST', '/upstreams', { caller, body }), { status: 201 });
  await first.server.stop();

  const same = await startInProcess(t, { ...usualConfig, store });
  t.match((await openLogin(same.issuer)).body, 'Continue with Acme', 'a restart keeps it');
  await same.stop();

  const corp = { ...settingsOf(fake), id: 'corp', name: 'Corp', domains: ['acme.example'] };
  const other = await startInProcess(t, { ...usualConfig, store, upstreams: [corp] });
  const login = await openLogin(other.issuer);
  t.match(login.body, 'Continue with Corp');
  t.notMatch(login.body, 'Continue with Acme');
  t.match(await other.app.services.storedUpstreams.find(id), {
    problems: [{ field: 'domains.0', message: /Is listed twice/ }],
  });
  const { storedUpstreams } = other.app.services;
  await t.rejects(storedUpstreams.update(id, { name: 'Other' }), { code: 'upstream_refused' });
  t.match(await storedUpstreams.update(id, {}, { enabled: false }), { after: { enabled: false } });
  await storedUpstreams.update(id, { domains: ['other.example'] }, { enabled: true });
  t.match((await openLogin(other.issuer)).body, 'Continue with Acme', 'without the domain it is offered');
});

t.test('two processes on one Redis', async (t) => {
  const fake = await startFakeUpstream(t);
  const redis = await ensureRedis();
  t.teardown(redis.close);
  const prefix = freshPrefix();
  const config = { ...usualConfig, admin: { enabled: true, bearer_tokens: true } };
  const fleet = await startFleet(t, { store: redis.url, prefix, count: 2, config });
  const [one, two] = fleet.members;
  if (!one || !two) throw new Error('no members');
  const run = async (...args: readonly string[]) => {
    const result = await runPostern(fleet.cwd, args);
    if (result.exit !== 0) throw new Error(result.err);
    return result;
  };
  const property = `resources=["${fleet.issuer}/api/admin"]`;
  const made = await run(
    ...['client', 'add', '--json', '--type', 'machine', '--id', 'machine'],
    ...['--property', property],
  );
  const { client_secret: machineSecret } = made.json<{ client_secret: string }>();
  const response = await fetch(`${one.url}/oauth/token`, {
    method: 'POST',
    headers: { authorization: `Basic ${Buffer.from(`machine:${machineSecret}`).toString('base64')}` },
    body: new URLSearchParams({ grant_type: 'client_credentials', scope: 'admin:read admin:roles' }),
  });
  const { access_token: token } = Object(await response.json());
  const call = (url: string, method: string, path: string, body?: unknown) =>
    fetch(`${url}/api/admin/v1${path}`, {
      method,
      headers: {
        authorization: `Bearer ${token}`,
        ...anyVersion,
        ...(body !== undefined && { 'content-type': 'application/json' }),
      },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
  const isOffered = async (url: string) => (await openLogin(url)).body.includes('Continue with Acme');

  const body = settingsOf(fake, { id, create: true, link: 'never' });
  t.equal((await call(one.url, 'POST', '/upstreams', body)).status, 201);
  t.ok(await isOffered(one.url), 'on the process that added it, at once');
  const began = performance.now();
  await waitFor('the other process to offer it', () => isOffered(two.url));
  t.ok(performance.now() - began < 10_000, 'on the other within ten seconds');

  fake.person = { sub: 'u1', preferred_username: 'grace' };
  const signIn = async (url: string): Promise<string | null> => {
    const browser = new Browser();
    const login = await openLogin(url, { browser });
    const callback = await visitUpstream(browser, login, id);
    // The engine and the upstream name the issuer; both processes serve it.
    const here = (to: string) => to.replace(fleet.issuer, url);
    let page = await browser.request(here(callback));
    for (let hops = 0; hops < 8 && page.headers.has('location'); hops += 1) {
      const to = new URL(locationOf(page), page.url);
      if (to.searchParams.has('code')) return to.searchParams.get('code');
      page = await browser.request(here(to.href));
    }
    return null;
  };
  t.ok(await signIn(two.url), 'people sign in on the other process');

  t.equal(
    (await call(two.url, 'PATCH', `/upstreams/${id}`, { client_secret: 'wrong-0123456789' })).status,
    200,
  );
  await waitFor('the first process to use the new secret', async () => (await signIn(one.url)) === null);
  const right = { client_secret: fake.clientSecret };
  t.equal((await call(two.url, 'PATCH', `/upstreams/${id}`, right)).status, 200);
  await waitFor('the first process to use it', async () => (await signIn(one.url)) !== null);

  const browser = new Browser();
  const left = await visitUpstream(browser, await openLogin(one.url, { browser }), id);
  t.equal((await call(two.url, 'DELETE', `/upstreams/${id}`)).status, 204);
  t.notOk(await isOffered(two.url));
  await waitFor('the first process to offer it no more', async () => !(await isOffered(one.url)));
  t.equal((await browser.request(left.replace(fleet.issuer, one.url))).status, 400);

  await t.test('an export carries it with its encrypted secret, and the links', async (t) => {
    t.equal((await call(one.url, 'POST', '/upstreams', body)).status, 201);
    await Promise.all(fleet.members.map((member) => member.kill()));
    const file = join(fleet.cwd, 'export.ndjson');
    const { out: text } = await run('export');
    await writeFile(file, text);
    t.match(text, id);
    t.notMatch(text, fake.clientSecret);
    const target = `sqlite:${join(fleet.cwd, 'imported.db')}`;
    await run('--set', `store.url=${target}`, 'import', file);
    const key = Buffer.alloc(32, 9).toString('base64url');
    const imported = await startInProcess(t, {
      ...usualConfig,
      issuer: fleet.issuer,
      listen: { port: Number(new URL(fleet.issuer).port) },
      store: { url: target },
      security: { key_encryption_key: key },
    });
    t.ok(codeOf(await signInBy(imported.issuer, id)), 'the same person signs in to the same account');
  });
});
