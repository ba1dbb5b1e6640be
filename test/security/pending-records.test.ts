import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import t, { type Test } from 'tap';
import type { Store } from '#src/store/port.ts';
import { kinds } from '#src/store/record-kinds.ts';
import { assertEach } from '../support/assert-each.ts';
import { newKey, proof } from '../support/proofs.ts';
import {
  Browser,
  type HttpResponse,
  newVerifier,
  type Page,
  password,
  postForm,
  RelyingParty,
  redirectParameters,
  redirectUri,
  startInProcess,
  usualConfig,
} from '../support/setup/index.ts';
import { documentsOf } from '../support/stored-entries.ts';
import { waitFor } from '../support/wait-for.ts';

/** How much each caller can make the store keep, and for how long (CWE-770). At full size: flood.test.ts. */

// Fails without src/provider/overrides/session.ts.

const deviceGrant = 'urn:ietf:params:oauth:grant-type:device_code';
const config = {
  ...usualConfig,
  clients: [
    ...usualConfig.clients,
    {
      client_id: 'spa',
      token_endpoint_auth_method: 'none',
      redirect_uris: [redirectUri],
      grant_types: ['authorization_code', deviceGrant],
    },
  ],
};

const open = async (t: Test, throttle: object = {}, more: object = {}) => {
  const server = await startInProcess(t, {
    ...config,
    proxy: { trusted: ['127.0.0.1'] },
    security: { password: { memory_kib: 8192, passes: 1 }, throttle },
    ...more,
  });
  const party = new RelyingParty(server.issuer);
  return {
    server,
    party,
    issuer: server.issuer,
    start: (browser: Browser, parameters: Readonly<Record<string, string>> = {}) =>
      browser.request(party.authorizationUrl(newVerifier(), parameters)),
  };
};

const from = (address: string) => ({ 'x-forwarded-for': address });
const browserAt = (address: string) => new Browser(from(address));

const recordsOf = async (store: Store, kind: string) =>
  (await documentsOf(store)).filter(({ key }) => key.kind === kind);

const statusesOf = async (count: number, ask: () => Promise<{ readonly status: number }>) => {
  const statuses: number[] = [];
  for (let n = 0; n < count; n++) statuses.push((await ask()).status);
  return statuses;
};

t.test('sign-ins that one address starts without a session are limited', async (t) => {
  const { server, party, issuer, start } = await open(t, { sign_in_start_per_address: 4 });
  const person = browserAt('192.0.2.1');
  const login = await person.open(party.authorizationUrl(newVerifier()));
  t.ok(redirectParameters(await person.submit(login, { login: 'ada', password })).get('code'));

  t.same(await statusesOf(4, () => start(browserAt('192.0.2.1'))), [303, 303, 303, 429]);
  const refused = await start(browserAt('192.0.2.1'));
  t.match(refused.headers.get('retry-after'), /^\d+$/);
  t.match(refused.body, 'Too many requests');
  t.match(server.events.at(-1), { type: 'limit.reached', details: { endpoint: 'authorize' } });
  const forged = new Browser({ ...from('192.0.2.1'), cookie: 'postern_session=x; postern_session.sig=x' });
  const late = await start(forged);
  t.equal(late.status, 429, 'a made-up cookie changes nothing');
  t.match(late.headers.get('retry-after'), /^\d+$/);
  t.notOk(late.headers.get('location'), 'it is a page, not a redirect to the application');
  const silent = await start(forged, { prompt: 'none' });
  t.equal(redirectParameters(silent).get('error'), 'login_required', 'a request that stores nothing passes');

  t.ok(redirectParameters(await start(person)).get('code'), 'a person who is signed in there goes on');
  t.equal((await start(browserAt('192.0.2.2'))).status, 303, 'and so does another address');
  t.equal((await start(browserAt('2001:db8:1:2::1'))).status, 303);
  await statusesOf(3, () => start(browserAt('2001:db8:1:2::2')));
  t.equal((await start(browserAt('2001:db8:1:2::3'))).status, 429, 'a /64 is one address');
  t.equal((await recordsOf(server.store, kinds.interaction)).length, 1 + 3 + 1 + 4);
  const site = await statusesOf(20, () =>
    start(browserAt(`2001:db8:1:${Math.random().toString(16).slice(2, 6)}::1`)),
  );
  t.equal(site.filter((status) => status === 303).length, 12, 'a /48 gets as much as four addresses');

  server.clock.advance(60);
  t.equal((await start(browserAt('192.0.2.1'))).status, 303, 'in the next minute it may start again');
  t.equal((await fetch(`${issuer}/readyz`)).status, 200);
});

t.test('a large request counts once per KiB', async (t) => {
  const { server, start } = await open(t, { sign_in_start_per_address: 9 });
  const large = { state: 'x'.repeat(4000) };
  t.same(await statusesOf(3, () => start(browserAt('192.0.2.1'), large)), [303, 303, 429]);
  const kept = await recordsOf(server.store, kinds.interaction);
  t.ok(kept.reduce((sum, { document }) => sum + document.body.length, 0) <= 10 * 1024);
});

t.test('one account starts a limited number of pages too', async (t) => {
  const { party, start } = await open(t, { sign_in_start_per_account: 3 });
  const person = browserAt('192.0.2.1');
  const login = await person.open(party.authorizationUrl(newVerifier()));
  await person.submit(login, { login: 'ada', password });
  t.same(await statusesOf(4, () => start(person, { prompt: 'login' })), [303, 303, 303, 429]);
  const refused = await start(person, { prompt: 'consent' });
  t.match(refused.body, 'too many requests of this account');
  t.ok(redirectParameters(await start(person)).get('code'), 'what needs no page goes on');
});

t.test('one account gets a limited number of codes that are large', async (t) => {
  const { server, party, start } = await open(t, { sign_in_start_per_account: 6 });
  t.teardown(server.clock.restore);
  const person = browserAt('192.0.2.1');
  const login = await person.open(party.authorizationUrl(newVerifier()));
  await person.submit(login, { login: 'ada', password });
  const ids = Array.from({ length: 300 }, (_, n) => `person-${n}@example.com`);
  const parameters: readonly [object, readonly number[]][] = [
    [{ nonce: 'n'.repeat(4000) }, [303, 303, 429]],
    [{ claims: JSON.stringify({ id_token: { email: { values: ids } } }) }, [303, 429, 429]],
  ];
  for (const [large, statuses] of parameters) {
    const ask = () => start(person, { prompt: 'none', ...large });
    t.same(await statusesOf(3, ask), statuses);
    t.match((await ask()).body, 'too many requests of this account');
    const usual = { prompt: 'none', nonce: 'n'.repeat(43) };
    for (let n = 0; n < 20; n++)
      t.ok(redirectParameters(await start(person, usual)).get('code'), 'codes of the usual size go on');
    server.clock.advance(60);
  }
});

t.test('requests pushed, and device codes, are limited for clients that anyone can be', async (t) => {
  const { server, party, issuer } = await open(
    t,
    { pushed_request_per_address: 2, device_code_per_address: 2 },
    { registration: { enabled: true } },
  );
  const registered = await fetch(`${issuer}/oauth/register`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ redirect_uris: [redirectUri] }),
  });
  const { client_id: id, client_secret: secretOfRegistered } = await registered.json();
  const request = (client: string) => ({
    ...Object.fromEntries(new URL(party.authorizationUrl(newVerifier())).searchParams),
    client_id: client,
  });
  const spa = new RelyingParty(issuer, 'spa', '');
  const stranger = new RelyingParty(issuer, id, secretOfRegistered);
  const push = (client: RelyingParty, address: string, headers = {}): Promise<HttpResponse> =>
    client.post('/oauth/par', request(client.id), { ...from(address), ...headers });

  t.equal((await push(spa, '192.0.2.1')).status, 201);
  t.equal((await push(stranger, '192.0.2.1')).status, 201, 'a client that registered itself counts as well');
  for (const client of [spa, stranger]) {
    const refused = await push(client, '192.0.2.1');
    t.match(refused, { status: 429, body: { error: 'temporarily_unavailable' } });
    t.match(refused.headers.get('retry-after'), /^\d+$/);
  }
  const dpop = await proof(await newKey(), `${issuer}/oauth/par`);
  t.equal((await push(spa, '192.0.2.1', { dpop })).status, 429);
  t.same(await recordsOf(server.store, kinds.replay), [], 'and its proof is not stored');
  t.same(
    await statusesOf(4, () => push(party, '192.0.2.1')),
    [201, 201, 201, 201],
    'an authenticated one goes on',
  );
  t.equal((await push(spa, '192.0.2.2')).status, 201, 'and so does another address');
  t.equal((await recordsOf(server.store, kinds.pushedRequest)).length, 2 + 4 + 1);

  const device = (address: string) =>
    postForm(`${issuer}/oauth/device_authorization`, { client_id: 'spa', scope: 'openid' }, from(address));
  t.same(await statusesOf(3, () => device('192.0.2.1')), [200, 200, 429]);
  t.equal((await device('192.0.2.2')).status, 200);
  t.equal((await recordsOf(server.store, kinds.deviceCode)).length, 3);
});

t.test('a limit on the way does not end the request of a device', async (t) => {
  const { server, issuer, start } = await open(t, { sign_in_start_per_address: 2 });
  const code = await postForm(`${issuer}/oauth/device_authorization`, { client_id: 'spa', scope: 'openid' });
  const enter = async (browser: Browser) => {
    const entry = await browser.open(`${issuer}/oauth/device`);
    const confirm = await browser.submit(entry, { user_code: String(code.body['user_code']) });
    return browser.submit(confirm, { confirm: 'yes' });
  };
  await statusesOf(2, () => start(browserAt('192.0.2.1')));
  const person = browserAt('192.0.2.1');
  t.equal((await enter(person)).status, 429);
  server.clock.advance(60);
  const login = await enter(person);
  t.match(login.body, 'login-submit');
  const consent = await person.submit(login, { login: 'ada', password });
  t.match((await person.submit(consent, { decision: 'allow' })).body, 'Device connected');
});

t.test('a visitor who is not signed in leaves little', async (t) => {
  const { server, party, issuer, start } = await open(t, { sign_in_start_per_address: 3 });
  const { store, clock } = server;
  for (const path of ['/oauth/logout', '/oauth/device']) {
    const address = path === '/oauth/logout' ? '192.0.2.1' : '192.0.2.2';
    const visit = () => browserAt(address).request(`${issuer}${path}`);
    t.same(await statusesOf(4, visit), [200, 200, 200, 429], path);
    const refused = await visit();
    t.match(refused.headers.get('retry-after'), /^\d+$/);
    t.notOk(refused.headers.has('set-cookie'));
    t.match(refused.body, 'Too many requests');
  }
  for (const path of ['/oauth/logout', '/oauth/device']) {
    const again = browserAt(path === '/oauth/logout' ? '192.0.2.4' : '192.0.2.5');
    const visit = () => again.request(`${issuer}${path}`);
    t.same(await statusesOf(4, visit), [200, 200, 200, 429], `${path}, with the cookie of the visit before`);
  }
  const sessions = await recordsOf(store, kinds.session);
  t.equal(sessions.length, 6 + 2);
  assertEach(t, sessions, ({ document }) => (document.expiresAt ?? Infinity) <= clock.now() + 600_000);

  const visitor = browserAt('192.0.2.3');
  await visitor.request(`${issuer}/oauth/device`);
  clock.advance(601);
  t.same(await recordsOf(store, kinds.session), [], 'ten minutes later it is gone');
  t.same(await statusesOf(2, () => start(visitor)), [303, 303]);
  t.equal(redirectParameters(await start(visitor, { prompt: 'none' })).get('error'), 'login_required');
  t.same(await recordsOf(store, kinds.session), [], 'the cookie of a session that ended makes no new one');

  const login = await visitor.open(party.authorizationUrl(newVerifier()));
  t.ok(redirectParameters(await visitor.submit(login, { login: 'ada', password })).get('code'));
  t.ok(redirectParameters(await start(visitor)).get('code'), 'but signs in as any other');
});

t.test('forms that one address posts are limited, whatever name is typed', async (t) => {
  const { issuer, party } = await open(t, { sign_in_start_per_address: 1, sign_in_per_address: 0 });
  const attacker = browserAt('192.0.2.1');
  const login = await attacker.open(party.authorizationUrl(newVerifier()));
  let typed = 0;
  const guess = () => attacker.submit(login, { login: `name-${typed++}`, password: 'wrong password' });
  t.same(await statusesOf(5, guess), [422, 422, 422, 422, 429]);
  t.match((await guess()).headers.get('retry-after'), /^\d+$/);
  t.equal((await attacker.request(login.url)).status, 200, 'the page can still be read');
  t.equal((await fetch(`${issuer}/livez`)).status, 200);
});

t.test('who is not signed in has ten minutes, who is signed in has an hour', async (t) => {
  const { server, issuer } = await open(t);
  const party = new RelyingParty(issuer, 'spa', '');
  const slow = browserAt('192.0.2.1');
  const url = party.authorizationUrl(newVerifier());
  const late = await slow.open(url);
  server.clock.advance(590);
  const consent = await slow.submit(late, { login: 'ada', password });
  t.match(consent.body, 'consent-allow', 'just in time');
  const abandoned = await browserAt('192.0.2.2').open(url);
  t.match(abandoned.body, 'login-submit');
  server.clock.advance(3_500);
  t.ok(redirectParameters(await slow.submit(consent, { decision: 'allow' })).get('code'));

  const tooSlow = browserAt('192.0.2.3');
  const page = await tooSlow.open(url);
  server.clock.advance(601);
  const expired = await tooSlow.submit(page, { login: 'ada', password });
  t.equal(expired.status, 400);
  t.match(expired.body, 'This sign-in has expired');
});

t.test('abandoned sign-ins leave a bounded number of cookies', async (t) => {
  const { party } = await open(t, {}, {});
  const browser = browserAt('192.0.2.1');
  const pages: Page[] = [];
  for (let n = 0; n < 40; n++) pages.push(await browser.open(party.authorizationUrl(newVerifier())));
  t.ok(browser.cookies.size <= 16 * 5 + 1, `${browser.cookies.size} cookies`);
  const longest = Math.max(
    ...['/', '/oauth/authorize', ...pages.map(({ url }) => new URL(url).pathname)].map(
      (path) => browser.cookiesFor(path).length,
    ),
  );
  t.ok(longest < 1_000, `${longest} bytes at most go with a request`);
  const { headers } = await browser.request(party.authorizationUrl(newVerifier()));
  const sent = [...headers].reduce((sum, [name, value]) => sum + name.length + value.length + 4, 0);
  t.ok(sent < 3_000, `${sent} bytes of headers fit into the buffers of proxies`);
  const [first] = pages;
  const last = pages.slice(-15);
  if (first)
    t.match((await browser.submit(first, { login: 'ada', password })).body, 'This sign-in has expired');
  for (const page of last) t.match((await browser.request(page.url)).body, 'login-submit');
  const [oldest] = last;
  if (oldest) t.ok(redirectParameters(await browser.submit(oldest, { login: 'ada', password })).get('code'));
});

t.test('the file of the embedded store grows no further than that', async (t) => {
  const path = join(t.testdir(), 'store.db');
  const { server, start } = await open(t, {}, { store: { url: `sqlite:${path}` } });
  const size = async () => (await stat(path)).size + (await stat(`${path}-wal`)).size;
  const before = await size();
  const flood = async () => {
    for (let n = 0; n < 8; n++)
      await Promise.all(
        Array.from({ length: 20 }, () => start(browserAt('192.0.2.1'), { state: 'x'.repeat(4000) })),
      );
  };
  await flood();
  const kept = await recordsOf(server.store, kinds.interaction);
  t.ok(kept.length < 100, `${kept.length} are kept`);
  t.ok((await size()) - before < 4_000_000, `it grew by ${(await size()) - before} bytes`);
  const { size: once } = await stat(path);
  const file = new DatabaseSync(path, { readOnly: true });
  t.teardown(() => file.close());
  const expired = file.prepare('SELECT count(*) AS count FROM documents WHERE expires_at <= ?');
  // The store rests for up to 16 seconds after it found nothing to remove.
  const isSwept = () => expired.get(server.clock.now())?.['count'] === 0;
  for (let round = 0; round < 2; round++) {
    server.clock.advance(601);
    await waitFor('expired records to be removed', isSwept);
    await flood();
  }
  t.ok((await stat(path)).size <= once + 1_000_000, `${once}, then ${(await stat(path)).size} bytes`);
});
