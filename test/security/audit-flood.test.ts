import t from 'tap';
import { openStore } from '#adapters/index.ts';
import { listRecords } from '#src/services/audit/index.ts';
import { assertEach } from '../support/assert-each.ts';
import { flood } from '../support/flood.ts';
import { redisCommand, startRedis } from '../support/redis-server.ts';
import {
  Browser,
  basicAuthorization,
  codeFor,
  newVerifier,
  password,
  RelyingParty,
  startServerProcess,
  usualConfig,
} from '../support/setup/index.ts';

// Fails without src/services/audit/make-records.ts.

/** At the default limits: what one account and one client can make the audit record keep (CWE-779, CWE-770). */

t.setTimeout(120_000);

const count = 1_500;
const redis = await startRedis({ args: ['--maxmemory', '24mb', '--maxmemory-policy', 'noeviction'] });
t.teardown(() => redis.close());
const server = await startServerProcess(t, {
  config: {
    ...usualConfig,
    store: { url: redis.url },
    log: { level: 'warn', format: 'json' },
    accounts: [...usualConfig.accounts, { username: 'mallory', password }],
  },
});
const party = new RelyingParty(server.url);
const { host } = new URL(server.url);

const browser = new Browser();
await codeFor(party, browser, {}, 'mallory');

const get = (target: string): string =>
  `GET ${target} HTTP/1.1\r\nHost: ${host}\r\nCookie: ${browser.cookiesFor('/oauth/authorize')}\r\n\r\n`;

const post = (target: string, fields: Readonly<Record<string, string>>): string => {
  const body = new URLSearchParams(fields).toString();
  const { authorization } = basicAuthorization(party.id);
  return `POST ${target} HTTP/1.1\r\nHost: ${host}\r\nAuthorization: ${authorization}\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: ${body.length}\r\n\r\n${body}`;
};

const authorize = (parameters: Readonly<Record<string, string>>): string => {
  const { pathname, search } = new URL(party.authorizationUrl(newVerifier(), parameters));
  return get(`${pathname}${search}`);
};

const usedMemory = async (): Promise<number> =>
  Number(/used_memory:(\d+)/.exec(String(await redisCommand(redis.port, 'info', 'memory')))?.[1]);

/** A code of 0.5 KB is stored for a minute. */
const attacks = [
  ['authorization.refused', 303, 100, authorize({ response_type: 'token' })],
  ['logout.refused', 400, 100, get('/oauth/logout?id_token_hint=none')],
  ['authorization.granted', 303, 700, authorize({ prompt: 'none' })],
  ['token.issued', 200, 100, post('/oauth/token', { grant_type: 'client_credentials' })],
] as const;

for (const [type, status, maxBytes, request] of attacks) {
  t.test(`${count} × ${type} of one caller take few records`, async (t) => {
    const before = await usedMemory();
    const statuses = await flood({ port: server.port, count, requests: [request], addresses: ['-'] });
    t.same(statuses, { [status]: count });
    const bytes = ((await usedMemory()) - before) / count;
    t.ok(bytes < maxBytes, `${bytes} bytes of the store for each request`);
  });
}

t.test('each request is counted, and the account is named', async (t) => {
  const page = await codeFor(party, new Browser());
  t.equal((await party.redeem(page.code, page.verifier)).status, 200, 'others sign in');
  await server.stop();
  const store = await openStore(redis.url, { clock: Date });
  t.teardown(() => store.close());
  for (const [type] of attacks) {
    const { items } = await listRecords(store, { type }, { limit: 10_000 });
    const counted = items.reduce((sum, { merged }) => sum + (merged?.count ?? 1), 0);
    t.ok(counted >= count, `${type}: ${counted} are counted`);
    t.ok(items.length < 120, `${items.length} records`);
    const merged = items.filter((record) => record.merged);
    assertEach(t, merged, ({ account, client }) => account ?? client, 'the account or client is named');
  }
});
