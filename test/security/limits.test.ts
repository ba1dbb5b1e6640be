import { setTimeout as sleep } from 'node:timers/promises';
import t, { type Test } from 'tap';
import type { SecurityEvent } from '#src/events.ts';
import { createCounter } from '#src/services/rate-limits/counter.ts';
import { StoreUnavailable } from '#src/store/errors.ts';
import type { Store } from '#src/store/port.ts';
import { assertEach } from '../support/assert-each.ts';
import { createManualClock } from '../support/clocks.ts';
import { openCountingStore } from '../support/counting-store.ts';
import {
  Browser,
  basicAuthorization,
  codeFor,
  formOf,
  password,
  postForm,
  RelyingParty,
  redirectUri,
  secret,
  startInProcess,
  usualConfig,
} from '../support/setup/index.ts';

// Fails without src/provider/overrides/context-entity.ts.

const from = (address: string) => ({ 'x-forwarded-for': address });
const machine = { grant_type: 'client_credentials' };

const open = async (t: Test, throttle: object, config: object = {}) => {
  const clock = createManualClock(Date.now());
  const server = await startInProcess(
    t,
    {
      ...usualConfig,
      proxy: { trusted: ['127.0.0.1'] },
      // Hashing is expensive enough that many requests have to wait, however slowly they are read.
      security: { password: { memory_kib: 65_536, passes: 1, max_concurrent: 1, max_queued: 2 }, throttle },
      ...config,
    },
    { clock },
  );
  const events: SecurityEvent[] = [];
  server.app.events.listen((event) => events.push(event));
  return { clock, server, events, issuer: server.issuer };
};

t.test('requests of one address to an endpoint are limited (CWE-770)', async (t) => {
  const { clock, server, events, issuer } = await open(t, { token_per_address: 5 });
  const token = (address: string, path = '/oauth/token') =>
    postForm(`${issuer}${path}`, machine, { ...basicAuthorization('app', secret), ...from(address) });

  for (const path of ['/oauth/token', '/token', '/api/v1/oauth/token', '/oauth/token', '/token']) {
    t.equal((await token('192.0.2.1', path)).status, 200);
  }
  const refused = await token('192.0.2.1', '/api/v1/oauth/token');
  t.equal(refused.status, 429);
  t.equal(refused.body.error, 'temporarily_unavailable');
  t.match(refused.headers.get('retry-after'), /^([1-9]|[1-5]\d|60)$/, 'RFC 6585 §4');
  t.equal(refused.headers.get('cache-control'), 'no-store');

  const json = await fetch(`${issuer}/api/v1/tokens`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...from('192.0.2.1') },
    body: JSON.stringify({ authorization_code: 'x'.repeat(43) }),
  });
  t.equal(json.status, 429);
  t.match(await json.json(), {
    name: 'too_many_requests',
    code: 1429,
    statusCode: 429,
    path: '/api/v1/tokens',
  });
  t.match(json.headers.get('retry-after'), /^\d+$/);

  t.equal((await token('192.0.2.2')).status, 200, 'a neighbour is not held up');
  for (let i = 0; i < 5; i++) t.equal((await token(`2001:db8:1:2::${i + 1}`)).status, 200);
  t.equal((await token('2001:db8:1:2:ffff::1')).status, 429, 'an IPv6 subscriber is one /64');
  t.equal((await token('2001:db8:1:3::1')).status, 200);
  t.equal(
    (await token('198.51.100.7, 192.0.2.1')).status,
    429,
    'what a client says of itself counts for nothing',
  );

  for (const path of ['par', 'introspect', 'revoke', 'device_authorization']) {
    const statuses: number[] = [];
    for (let i = 0; i < 6; i++) {
      const { status } = await postForm(
        `${issuer}/oauth/${path}`,
        { token: 'x' },
        { ...basicAuthorization('app', secret), ...from('192.0.2.9') },
      );
      statuses.push(status);
    }
    t.notOk(statuses.slice(0, 5).includes(429), `${path} has a separate limit`);
    t.equal(statuses[5], 429);
  }
  const pages = Array.from({ length: 6 }, () =>
    fetch(new RelyingParty(issuer).authorizationUrl('v'.repeat(43)), {
      headers: from('192.0.2.8'),
      redirect: 'manual',
    }),
  );
  t.strictSame((await Promise.all(pages)).map(({ status }) => status).sort(), [303, 303, 303, 303, 303, 429]);

  const recorded = events.filter(({ type }) => type === 'limit.reached');
  t.match(recorded[0], {
    outcome: 'refused',
    reason: 'too_many_requests',
    address: '192.0.2.1',
    details: { endpoint: 'token' },
  });
  t.equal(recorded.length, 9, 'each of them emits an event');

  clock.advance(60_000);
  t.equal((await token('192.0.2.1')).status, 200, 'a minute later all is well');
  t.ok(server);
});

t.test('guessing a secret is slowed down (CWE-307)', async (t) => {
  const { clock, events, issuer } = await open(t, { failed_authentication_per_client: 3 });
  const token = (id: string, text: string, address: string) =>
    postForm(`${issuer}/oauth/token`, machine, { ...basicAuthorization(id, text), ...from(address) });

  for (let i = 0; i < 3; i++) t.equal((await token('app', `guess-${i}`, '192.0.2.1')).status, 401);
  const right = await token('app', secret, '192.0.2.1');
  t.equal(right.status, 429, 'then even the right one is not looked at');
  t.equal(right.body.error, 'temporarily_unavailable');
  t.match(right.headers.get('retry-after'), /^\d+$/);
  const asked = await postForm(
    `${issuer}/oauth/introspect`,
    { token: 'x' },
    { ...basicAuthorization('app', secret), ...from('192.0.2.1') },
  );
  t.equal(asked.status, 429, 'at no other endpoint either');
  t.match(events.at(-1), { type: 'introspection.refused', reason: 'temporarily_unavailable', client: 'app' });
  const json = await fetch(`${issuer}/api/v1/tokens`, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      ...basicAuthorization('app', secret),
      ...from('192.0.2.1'),
    },
    body: JSON.stringify({ authorization_code: 'x'.repeat(43) }),
  });
  t.equal(json.status, 429);
  t.match(await json.json(), { name: 'too_many_requests', code: 1429 });

  t.equal((await token('app', secret, '192.0.2.2')).status, 200, 'guessing locks no one else out');
  clock.advance(60_000);
  t.equal((await token('app', secret, '192.0.2.1')).status, 200);
});

t.test('a /48 has as much as four addresses, however many networks it uses (CWE-770)', async (t) => {
  const throttle = {
    token_per_address: 3,
    registration_per_address: 2,
    failed_authentication_per_client: 2,
  };
  const { clock, issuer } = await open(t, throttle, { registration: { enabled: true } });
  const network = (at: number, site = '2001:db8:7') => from(`${site}:${at.toString(16)}::1`);
  const token = (headers: Readonly<Record<string, string>>, text = secret) =>
    postForm(`${issuer}/oauth/token`, machine, { ...basicAuthorization('app', text), ...headers });
  const register = (headers: Readonly<Record<string, string>>) =>
    fetch(`${issuer}/oauth/register`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers },
      body: JSON.stringify({ redirect_uris: ['https://app.example/cb'] }),
    });
  const accepted = async (ask: (at: number) => Promise<{ readonly status: number }>) => {
    const answers = [];
    for (let at = 0; at < 16; at++) answers.push(await ask(at));
    return answers.filter(({ status }) => status !== 429).length;
  };
  t.equal(await accepted((at) => token(network(at))), 12, 'requests');
  t.equal((await token(network(1, '2001:db8:8'))).status, 200, 'a neighbouring site is not held up');
  t.equal(await accepted((at) => register(network(at))), 8, 'registrations, which are stored for good');
  clock.advance(60_000);
  t.equal(await accepted((at) => token(network(at), 'wrong')), 8, 'guesses of a secret');
  t.equal((await token(network(99))).status, 429, 'then not even the right one is looked at');
  t.equal((await token(from('192.0.2.1'))).status, 200);
});

t.test('a client has the limit that the operator sets, and no other client uses it up', async (t) => {
  const { issuer } = await open(t, { token_per_client: 3, failed_authentication_per_client: 0 });
  const token = (text: string) => postForm(`${issuer}/oauth/token`, machine, basicAuthorization('app', text));
  for (let i = 0; i < 5; i++) t.equal((await token('wrong')).status, 401);
  for (let i = 0; i < 3; i++) t.equal((await token(secret)).status, 200);
  t.equal((await token(secret)).status, 429);
});

t.test('only requests of a client itself use up its limit', async (t) => {
  const { issuer } = await open(
    t,
    { token_per_client: 5, failed_authentication_per_client: 0 },
    {
      clients: [
        ...usualConfig.clients,
        {
          client_id: 'spa',
          token_endpoint_auth_method: 'none',
          redirect_uris: [redirectUri],
          first_party: true,
        },
      ],
    },
  );
  const foreign = { origin: 'https://evil.example' };
  const code = { grant_type: 'authorization_code', code: 'x', redirect_uri: redirectUri };
  const strangers: readonly (readonly [string, Readonly<Record<string, string>>, object])[] = [
    ['/oauth/token', { ...code, client_id: 'app', client_secret: secret }, foreign],
    ['/oauth/token', { ...code, client_id: 'app', client_secret: 'wrong' }, foreign],
    ['/oauth/token', { ...code, client_id: 'spa' }, foreign],
    ['/oauth/token', { ...code, client_id: 'spa' }, {}],
    ['/oauth/token', { ...machine, client_id: 'spa' }, {}],
    ['/oauth/revoke', { token: 'x', client_id: 'spa' }, {}],
    ['/oauth/introspect', { token: 'x', client_id: 'spa' }, {}],
    ['/oauth/par', { client_id: 'spa', response_type: 'code', redirect_uri: redirectUri }, {}],
  ];
  for (const [path, fields, headers] of strangers) {
    for (let i = 0; i < 6; i++) {
      const { status } = await postForm(`${issuer}${path}`, fields, { ...headers });
      t.not(status, 429, `${path} ${JSON.stringify(fields)}`);
    }
  }
  for (const party of [new RelyingParty(issuer, 'app'), new RelyingParty(issuer, 'spa', '')]) {
    const browser = new Browser();
    for (let i = 0; i < 2; i++) {
      const { code, verifier } = await codeFor(party, browser);
      const { status, body } = await party.redeem(code, verifier);
      t.equal(status, 200, `${party.id} gets its tokens`);
      const { status: introspected } = await party.post('/oauth/introspect', {
        token: body.access_token ?? '',
      });
      t.equal(introspected, 200);
    }
    const revoked = await party.post('/oauth/revoke', { token: 'x' });
    t.equal(revoked.status, 200);
    const { code, verifier } = await codeFor(party, browser);
    const isLimited = (await party.redeem(code, verifier)).status === 429;
    t.equal(
      isLimited,
      party.id === 'app',
      'a request with an unknown token counts if the client authenticated',
    );
  }
});

t.test('registration is limited (RFC 7591 §5)', async (t) => {
  const { issuer } = await open(t, { registration_per_address: 2 }, { registration: { enabled: true } });
  const register = () =>
    fetch(`${issuer}/oauth/register`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ redirect_uris: ['https://app.example/cb'] }),
    });
  const statuses = [await register(), await register(), await register()].map(({ status }) => status);
  t.notOk(statuses.slice(0, 2).includes(429));
  t.equal(statuses[2], 429);
});

t.test(
  'updates of a registration, which may fetch an address of the client, have the same limit',
  async (t) => {
    const { issuer } = await open(t, { registration_per_address: 2 }, { registration: { enabled: true } });
    const send = (method: string, id = '', token = '') =>
      fetch(`${issuer}/oauth/register${id && `/${id}`}`, {
        method,
        headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
        ...(method !== 'GET' && {
          body: JSON.stringify({
            redirect_uris: ['https://app.example/cb'],
            ...(id && { client_id: id, sector_identifier_uri: 'https://127.0.0.1:1/' }),
          }),
        }),
      });
    const registered = await send('POST');
    t.equal(registered.status, 201);
    const { client_id: id, registration_access_token: token } = Object(await registered.json());
    const statuses: number[] = [];
    for (let count = 0; count < 4; count++) statuses.push((await send('PUT', id, token)).status);
    t.same(statuses, [400, 400, 429, 429]);
    for (let count = 0; count < 4; count++)
      t.equal((await send('GET', id, token)).status, 200, 'it is read freely');
  },
);

t.test('a client has no more updates of its registration from many addresses', async (t) => {
  const { issuer, clock } = await open(
    t,
    { registration_per_address: 2 },
    { registration: { enabled: true } },
  );
  const send = (path: string, method: string, at: number, more: object, token = '') =>
    fetch(`${issuer}/oauth/register${path}`, {
      method,
      headers: {
        'content-type': 'application/json',
        authorization: `Bearer ${token}`,
        ...from(`198.51.100.${at}`),
      },
      body: JSON.stringify({ redirect_uris: ['https://app.example/cb'], ...more }),
    });
  const { client_id: id, registration_access_token: token } = Object(
    await (await send('', 'POST', 1, {})).json(),
  );
  const update = (at: number) =>
    send(`/${id}`, 'PUT', at, { client_id: id, sector_identifier_uri: 'https://127.0.0.1:1/' }, token);
  const answers = [await update(2), await update(3), await update(4), await update(5)];
  t.same(
    answers.map(({ status }) => status),
    [400, 400, 429, 429],
  );
  t.ok(Number(answers[3]?.headers.get('retry-after')) > 0);
  clock.advance(60_000);
  t.equal((await update(6)).status, 400);
});

t.test('existing and unknown accounts look the same, and tries are limited (CWE-204, CWE-307)', async (t) => {
  const { server, issuer, events } = await open(t, { sign_in_free_attempts: 3, sign_in_per_address: 100 });
  const prepare = async () => {
    const browser = new Browser();
    const page = await browser.open(new RelyingParty(issuer).authorizationUrl('v'.repeat(43)));
    const { action, hidden } = formOf(page.body);
    return (login: string, text: string, address: string) =>
      browser.request(new URL(action, page.url).href, {
        method: 'POST',
        body: new URLSearchParams({ ...hidden, login, password: text }),
        headers: { origin: issuer, ...from(address) },
      });
  };
  const attempt = async (login: string, text: string, address: string) =>
    (await prepare())(login, text, address);
  const bare = (body: string, login: string) =>
    body
      .replaceAll(login, 'LOGIN')
      .replaceAll(/(value|action|href|content)="[^"]*"/g, '')
      // Each page has a new challenge for passkeys.
      .replaceAll(/&quot;challenge&quot;:&quot;[\w-]+&quot;/g, '')
      .replaceAll(/<code>[^<]*<\/code>/g, '');
  const known = await attempt('ada', 'wrong', '192.0.2.1');
  const unknown = await attempt('bob', 'wrong', '192.0.2.1');
  t.equal(known.status, 422);
  t.equal(unknown.status, 422);
  t.equal(bare(unknown.body, 'bob'), bare(known.body, 'ada'), 'the same page for both');

  for (const login of ['ada', 'bob']) {
    for (let i = 0; i < 2; i++) t.equal((await attempt(login, 'wrong', '192.0.2.1')).status, 422);
    const throttled = await attempt(login, login === 'ada' ? password : 'wrong', '192.0.2.1');
    t.equal(throttled.status, 429, `${login} is delayed, whether there is such a person or not`);
  }
  t.match(events.at(-1), { type: 'sign-in', outcome: 'refused', reason: 'throttled' });
  const reasons = events.filter(({ type }) => type === 'sign-in').map(({ reason }) => reason);
  for (const reason of ['wrong_password', 'unknown_account']) {
    t.equal(reasons.filter((one) => one === reason).length, 3, 'only the log names the reason');
  }

  // CWE-400: hashing is the most expensive operation that an anonymous caller can trigger.
  const ready = await Promise.all(Array.from({ length: 12 }, prepare));
  const attempts = await Promise.all(
    ready.map((submit, i) => submit(`nobody-${i}`, 'wrong', `198.51.100.${i}`)),
  );
  const statuses = attempts.map(({ status }) => status);
  t.ok(statuses.includes(503), 'more sign-ins than can be hashed are sent away');
  assertEach(t, statuses, (status) => status === 422 || status === 503);
  assertEach(
    t,
    attempts.filter(({ status }) => status === 503),
    ({ headers }) => headers.has('retry-after'),
  );
  t.equal((await fetch(`${issuer}/livez`)).status, 200);
  const party = new RelyingParty(issuer);
  t.ok((await codeFor(party, new Browser())).code, 'and the next one gets in');
  t.ok(server);
});

t.test('processes enforce a limit together, without waiting for the store', async (t) => {
  const clock = createManualClock();
  const { store, roundTrips } = await openCountingStore(clock);
  t.teardown(() => store.close());
  const processes = [createCounter({ store, clock }), createCounter({ store, clock })];
  t.teardown(() => Promise.all(processes.map((one) => one.stop())));
  const one = [{ name: 'token 192.0.2.1', limit: 500 }];
  let through = 0;
  for (let i = 0; i < 1500; i++) {
    if (processes[i % 2]?.take(one) === undefined) through += 1;
    if (i % 5 === 0) await sleep(1);
  }
  t.ok(through >= 500, 'the limit is what they get');
  // The overshoot is two fiftieths of 500, plus the requests during a round trip of about 25 ms, at most 5 per millisecond.
  t.ok(through < 800, `together they let through ${through}`);
  t.ok(roundTrips().length < 60, 'in few round trips');

  const away: Store = { ...store, increment: () => Promise.reject(new StoreUnavailable('away')) };
  const alone = createCounter({ store: away, clock });
  t.teardown(() => alone.stop());
  const got = Array.from({ length: 600 }, () => alone.take(one)).filter((wait) => wait === undefined);
  t.equal(got.length, 500, 'without the store each process enforces the limit alone');
});
