import { randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import t, { type Test } from 'tap';
import { assertEach } from '../support/assert-each.ts';
import { flood, type Statuses } from '../support/flood.ts';
import { redisCommand, startRedis } from '../support/redis-server.ts';
import {
  Browser,
  newVerifier,
  password,
  RelyingParty,
  redirectParameters,
  redirectUri,
  startServerProcess,
  usualConfig,
} from '../support/setup/index.ts';
import { waitFor } from '../support/wait-for.ts';

// Fails without src/provider/overrides/admission.ts.

/** At the default limits, on a Redis of 24 MB: what unauthenticated callers can make the store keep (CWE-770). */

t.setTimeout(180_000);

const maxMemory = 24 * 1024 * 1024;
const people = Array.from({ length: 25 }, (_, number) => `person-${number}`);
/** What each of them ran into. */
const everyone = people.map(() => 'signed in');

const redis = await startRedis({
  args: ['--maxmemory', String(maxMemory), '--maxmemory-policy', 'noeviction'],
});
t.teardown(() => redis.close());
const server = await startServerProcess(t, {
  config: {
    store: { url: redis.url },
    log: { level: 'warn', format: 'json' },
    proxy: { trusted: ['127.0.0.1'] },
    // Each signs in from new addresses a few times only: strangers to an account wait for each other.
    accounts: [...people, 'watcher', 'late'].map((username) => ({ username, password })),
    clients: [
      ...usualConfig.clients,
      {
        client_id: 'spa',
        token_endpoint_auth_method: 'none',
        redirect_uris: [redirectUri],
        grant_types: ['authorization_code', 'urn:ietf:params:oauth:grant-type:device_code'],
      },
    ],
  },
});
const party = new RelyingParty(server.url);
const { host } = new URL(server.url);
const { port } = server;

const usedMemory = async (): Promise<number> =>
  Number(/used_memory:(\d+)/.exec(String(await redisCommand(redis.port, 'info', 'memory')))?.[1]);

/** The used part of the memory, in tenths. */
const usedShare = async (): Promise<number> => Math.round((10 * (await usedMemory())) / maxMemory) / 10;

/** The keys of records of one kind. */
const keysOf = async (kind: string): Promise<string[]> => {
  const keys = await redisCommand(redis.port, 'keys', `postern:*}${kind}:*`);
  return Array.isArray(keys) ? keys.map(String) : [];
};

const secondsLeft = async (key: string): Promise<number> =>
  Number(await redisCommand(redis.port, 'ttl', key));

const bytesOf = async (key: string): Promise<number> =>
  Number(await redisCommand(redis.port, 'memory', 'usage', key, 'samples', '0'));

/** Signs a person in from an address of their own, and redeems the code. Returns what came of it. */
const signIn = async (username: string, address: string): Promise<string> => {
  const browser = new Browser({ 'x-forwarded-for': address });
  const verifier = newVerifier();
  const state = randomBytes(16).toString('base64url');
  const login = await browser.open(party.authorizationUrl(verifier, { state, nonce: newVerifier() }));
  if (!login.body.includes('login-submit')) return `no sign-in page: ${login.status}`;
  const answer = await browser.submit(login, { login: username, password });
  if (!answer.headers.has('location')) return `no code: ${answer.status}`;
  const code = redirectParameters(answer).get('code');
  if (code === null) return `no code: ${redirectParameters(answer)}`;
  const tokens = await party.redeem(code, verifier);
  return tokens.status === 200 ? 'signed in' : `no tokens: ${tokens.status}`;
};

const signInAll = async (network: string): Promise<string[]> => {
  const outcomes: string[] = [];
  for (const [at, username] of people.entries())
    outcomes.push(await signIn(username, `${network}.${at + 1}`).catch(String));
  return outcomes;
};

const refreshToken = async (): Promise<string> => {
  const browser = new Browser({ 'x-forwarded-for': '203.0.113.1' });
  const verifier = newVerifier();
  const parameters = { scope: 'openid offline_access', prompt: 'consent' };
  const login = await browser.open(party.authorizationUrl(verifier, parameters));
  const consent = await browser.submit(login, { login: 'watcher', password });
  const answer = await browser.submit(consent, { decision: 'allow' });
  const tokens = await party.redeem(redirectParameters(answer).get('code') ?? '', verifier);
  return String(tokens.body.refresh_token);
};

let token = '';

/** Refreshes tokens and asks for readiness as long as `work` takes. Returns the statuses. */
const whileWatching = async <T>(work: () => Promise<T>) => {
  if (token === '') token = await refreshToken();
  let ended = false;
  const statuses: { refresh: number; ready: number }[] = [];
  const watching = (async () => {
    do {
      const [refreshed, ready] = await Promise.all([party.refresh(token), fetch(`${server.url}/readyz`)]);
      await ready.body?.cancel();
      token = String(refreshed.body.refresh_token ?? token);
      statuses.push({ refresh: refreshed.status, ready: ready.status });
      await sleep(50);
    } while (!ended);
  })();
  try {
    return { result: await work(), statuses: () => statuses };
  } finally {
    ended = true;
    await watching;
  }
};

const get = (target: string, headers = ''): string =>
  `GET ${target} HTTP/1.1\r\nHost: ${host}\r\nX-Forwarded-For: {address}\r\n${headers}\r\n`;

const post = (target: string, fields: Readonly<Record<string, string>>): string => {
  const body = new URLSearchParams(fields).toString();
  return `POST ${target} HTTP/1.1\r\nHost: ${host}\r\nX-Forwarded-For: {address}\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: ${body.length}\r\n\r\n${body}`;
};

/** An authorization request whose free parameters have this many characters. */
const requestOf = (client: string, length: number): Record<string, string> => ({
  ...Object.fromEntries(new URL(party.authorizationUrl(newVerifier())).searchParams),
  client_id: client,
  state: 'x'.repeat(length - 43),
  nonce: newVerifier(),
});

const authorize = (length: number): string =>
  get(`/oauth/authorize?${new URLSearchParams(requestOf('app', length))}`);

/** Sends the flood while people sign in, tokens are refreshed and readiness is asked for. All of that must succeed. */
const holdsUpNoOne = async (
  t: Test,
  network: string,
  attack: Pick<Parameters<typeof flood>[0], 'count' | 'requests' | 'addresses'>,
): Promise<Statuses> => {
  const watched = await whileWatching(() =>
    Promise.all([flood({ port, ...attack }), signInAll(`${network}.1`)]),
  );
  const [statuses, problems] = watched.result;
  t.comment(JSON.stringify(statuses));
  t.equal(
    Object.values(statuses).reduce((sum, count) => sum + count, 0),
    attack.count,
  );
  t.same(problems, everyone, '25 of 25 people sign in during the flood');
  assertEach(t, watched.statuses(), ({ refresh, ready }) => refresh === 200 && ready === 200);
  t.same(await signInAll(`${network}.2`), everyone, 'and after it');
  t.equal((await fetch(`${server.url}/readyz`)).status, 200);
  return statuses;
};

t.test(
  'an ordinary request that is abandoned is kept for ten minutes, in less than a kilobyte',
  async (t) => {
    await flood({ port, count: 200, requests: [authorize(86)], addresses: 200 });
    const kept = await keysOf('in');
    t.equal(kept.length, 200);
    const sizes = await Promise.all(kept.map(bytesOf));
    const average = sizes.reduce((sum, size) => sum + size, 0) / sizes.length;
    t.comment(`${average} bytes each`);
    t.ok(average <= 1024, `${average} bytes`);
    assertEach(t, await Promise.all(kept.map(secondsLeft)), (seconds) => seconds > 500 && seconds <= 600);
  },
);

t.test('20,000 authorization requests from one address hold up no one else', async (t) => {
  const before = await usedMemory();
  const statuses = await holdsUpNoOne(t, '198.51', {
    count: 20_000,
    requests: [authorize(86), authorize(86), authorize(86), authorize(4000)],
    addresses: ['192.0.2.66'],
  });
  t.ok((statuses[429] ?? 0) > 19_000, 'most of them are refused');
  const grown = (await usedMemory()) - before;
  t.comment(`the memory grew by ${grown} bytes`);
  t.ok(grown < 2_000_000, `${grown} bytes`);
});

t.test('20,000 pushed requests of a public client from one address hold up no one else', async (t) => {
  const before = await usedMemory();
  const statuses = await holdsUpNoOne(t, '203.0', {
    count: 20_000,
    requests: [post('/oauth/par', requestOf('spa', 4000))],
    addresses: ['192.0.2.67'],
  });
  t.ok((statuses[429] ?? 0) > 19_000, 'most of them are refused');
  const grown = (await usedMemory()) - before;
  t.comment(`the memory grew by ${grown} bytes`);
  t.ok(grown < 2_000_000, `${grown} bytes`);
});

/**
 * Records of the flood expire meanwhile, and a newcomer may then have the space. So the flood goes on, in short, until
 * the request meets a full store. Returns the last answer.
 */
const sendWhenFull = async <T extends { readonly status: number }>(send: () => Promise<T>): Promise<T> => {
  for (let left = 10; ; left--) {
    await flood({ port, count: 400, requests: [authorize(4000)], addresses: 6_000 });
    const answer = await send();
    if (answer.status === 503 || left === 0) return answer;
  }
};

t.test('a flood from many addresses stops at the reserve, and what is under way goes on', async (t) => {
  const person = new Browser({ 'x-forwarded-for': '192.0.2.1' });
  const verifier = newVerifier();
  const open = await person.open(party.authorizationUrl(verifier));
  const push = (client: RelyingParty) =>
    client.post('/oauth/par', requestOf(client.id, 86), { 'x-forwarded-for': '192.0.2.2' });
  const watched = await whileWatching(() =>
    flood({ port, count: 6_000, requests: [authorize(4000)], addresses: 6_000 }),
  );
  const statuses = watched.result;
  t.comment(JSON.stringify(statuses));
  t.ok((statuses[303] ?? 0) > 1_000 && (statuses[503] ?? 0) > 100, 'it gets as far as the reserve');
  t.equal(await usedShare(), 0.8, 'a fifth of the memory is left');
  assertEach(t, watched.statuses(), ({ refresh, ready }) => refresh === 200 && ready === 200);

  const refused = await sendWhenFull(() =>
    new Browser({ 'x-forwarded-for': '192.0.2.3' }).open(party.authorizationUrl(verifier)),
  );
  t.equal(refused.status, 503);
  t.match(refused.headers.get('retry-after'), /^\d+$/);
  t.match(refused.body, 'Too many sign-ins right now');
  const publicClient = new RelyingParty(server.url, 'spa', '');
  const unavailable = { status: 503, body: { error: 'temporarily_unavailable' } };
  t.match(await sendWhenFull(() => push(publicClient)), unavailable);
  t.match(
    await sendWhenFull(() => publicClient.post('/oauth/device_authorization', { scope: 'openid' })),
    unavailable,
  );
  t.equal((await push(party)).status, 201, 'a client that has authenticated may go on');

  const answer = await person.submit(open, { login: 'late', password });
  const code = redirectParameters(answer).get('code') ?? '';
  t.equal((await party.redeem(code, verifier)).status, 200, 'a sign-in under way is completed');
  const again = await person.open(party.authorizationUrl(newVerifier()));
  t.ok(redirectParameters(again).get('code'), 'and a person who is signed in gets further codes');

  for (let keys = await keysOf('in'); keys.length > 0; keys = await keysOf('in'))
    await redisCommand(redis.port, 'del', ...keys.slice(0, 1_000));
  await waitFor('new sign-ins', async () => (await signIn('person-1', '192.0.2.4')) === 'signed in');
});
