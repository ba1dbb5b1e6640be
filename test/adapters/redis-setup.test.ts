import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import t, { type Test } from 'tap';
import { openRedis } from '#adapters/redis/index.ts';
import { StoreUnavailable, StoreUnusable } from '#src/store/errors.ts';
import type { Store } from '#src/store/port.ts';
import { freePort } from '#src/testing/free-port.ts';
import { freshPrefix } from '../support/redis.ts';
import { startSentinel } from '../support/redis-sentinel.ts';
import { redisCommand, startRedis } from '../support/redis-server.ts';
import { rejectionOf } from '../support/rejection-of.ts';
import { waitFor } from '../support/wait-for.ts';

const clock = { now: () => Date.now() };
const key = { kind: 'code', family: 'f', id: 'c' };

const opened = async (t: Test, url: string, prefix = freshPrefix()): Promise<Store> => {
  const store = await openRedis({ url, clock, prefix });
  t.teardown(() => store.close());
  return store;
};

/** A server that refuses has time to say so; an address without a server uses up `deadlineMs`. */
const refusal = (url: string, prefix = 'p', deadlineMs = 10_000): Promise<unknown> =>
  rejectionOf(openRedis({ url, clock, prefix, deadlineMs, operationTimeoutMs: deadlineMs / 2 }));

const openssl = (args: readonly string[], tool = 'openssl'): void => {
  const { error, status, stderr } = spawnSync(tool, args, { encoding: 'utf8' });
  if (error)
    throw new Error('the certificates of this test are made by openssl: install it', { cause: error });
  if (status !== 0) throw new Error(stderr);
};

const codes = async (store: Store): Promise<string[]> =>
  (await store.inspect()).map(({ code }) => code).sort();

await t.test('a wrong address is refused with the expected form, and without the password', async (t) => {
  for (const [url, says] of [
    ['http://127.0.0.1', /redis:\/\//],
    ['redis://', /names no host/],
    ['redis://a,b/0', /redis\+sentinel/],
    ['redis://u:s3cret@h/x', /not a number/],
    ['redis://u:s3cret@h?colour=1', /unknown parameter "colour"/],
    ['redis://only-a-user@h', /without a password/],
    ['redis://h?ca=/x.pem', /without TLS/],
    ['rediss://h?ca=/no/such/file.pem', /can't be read/],
    ['redis+unix://', /no socket/],
    ['redis+sentinel://h:1', /primary/],
    ['redis+cluster://h:1/3', /only one/],
    ['redis+cluster://h:1,:2', /names no host/],
  ] as const) {
    const fault = await refusal(url);
    t.ok(fault instanceof StoreUnusable, url);
    t.match(fault, { message: says });
    t.notMatch(String(fault), /s3cret/);
  }
  t.ok(
    (await refusal('redis://127.0.0.1:1', 'a{b}')) instanceof StoreUnusable,
    'a prefix that would break hash tags',
  );
});

await t.test(
  'an unreachable store may still come up; one that refuses the connection needs fixing',
  async (t) => {
    const unknown = await refusal(`redis://127.0.0.1:${await freePort()}`, 'p', 400);
    t.ok(unknown instanceof StoreUnavailable);
    const guarded = await startRedis();
    t.teardown(() => guarded.close());
    await redisCommand(guarded.port, 'config', 'set', 'requirepass', 's3cret word');
    for (const user of ['', 'default:wrong@', ':wrong@']) {
      const fault = await refusal(`redis://${user}127.0.0.1:${guarded.port}`);
      t.ok(fault instanceof StoreUnusable, user);
      t.match(fault, { message: /user name or password/ });
    }
    const store = await opened(t, `redis://default:s3cret%20word@127.0.0.1:${guarded.port}/3`);
    await store.commit([{ op: 'put', key, body: 'a' }]);
    t.equal((await store.read([key]))[0]?.body, 'a');
  },
);

await t.test('findings name what an operator should fix', async (t) => {
  const server = await startRedis();
  const replica = await startRedis({ args: ['--replicaof', `127.0.0.1 ${server.port}`] });
  t.teardown(() => Promise.all([server.close(), replica.close()]));
  const store = await opened(t, server.url);
  t.same(await codes(store), ['store_not_durable', 'store_unlimited']);
  t.equal(await store.space(), undefined, 'without maxmemory there is no limit');
  await redisCommand(server.port, 'config', 'set', 'maxmemory', '100mb');
  const space = await store.space();
  t.equal(space?.totalBytes, 100 * 1024 * 1024);
  t.ok(space && space.freeBytes > 90_000_000 && space.freeBytes < space.totalBytes);
  await redisCommand(server.port, 'config', 'set', 'maxmemory-policy', 'allkeys-lru');
  const evicts = (await store.inspect()).find(({ code }) => code === 'store_evicts');
  t.equal(evicts?.fatal, true);
  t.match(evicts, { message: /allkeys-lru/, fix: /noeviction/ });
  await redisCommand(server.port, 'config', 'set', 'maxmemory-policy', 'noeviction');
  await redisCommand(server.port, 'config', 'set', 'appendonly', 'yes');
  await waitFor('no findings', async () => (await codes(store)).length === 0);
  await redisCommand(server.port, 'acl', 'setuser', 'plain', 'on', '>word', '~*', '&*', '+@all', '-info');
  const plain = await opened(t, `redis://plain:word@127.0.0.1:${server.port}`);
  t.same(await codes(plain), ['store_not_checked']);
  t.ok((await codes(await opened(t, replica.url))).includes('store_is_replica'));
  const fault = await (await opened(t, replica.url))
    .commit([{ op: 'put', key, body: 'a' }])
    .catch((e: unknown) => e);
  t.ok(fault instanceof StoreUnavailable, 'a replica takes no writes');

  const asksFor = (count: string) =>
    redisCommand(replica.port, 'config', 'set', 'min-replicas-to-write', count);
  await redisCommand(replica.port, 'replicaof', 'no', 'one');
  await asksFor('1');
  const alone = await opened(t, replica.url);
  t.match(
    (await alone.inspect()).find(({ code }) => code === 'store_lacks_replicas'),
    { fatal: true, fix: /^Bring its replicas back/ },
  );
  await asksFor('0');
  t.notOk((await codes(alone)).includes('store_lacks_replicas'));
});

await t.test('TLS connects when the certificate authority is trusted, and only then', async (t) => {
  const dir = mkdtempSync(join(tmpdir(), 'postern-tls-'));
  t.teardown(() => rmSync(dir, { recursive: true, force: true }));
  const [certificate, secret] = [join(dir, 'cert.pem'), join(dir, 'key.pem')];
  const subject = ['-subj', '/CN=postern test', '-addext', 'subjectAltName=IP:127.0.0.1'];
  const curve = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-x509', '-days', '2'];
  openssl(['req', ...curve, ...subject, '-keyout', secret, '-out', certificate]);
  const server = await startRedis({
    tls: { ca: readFileSync(certificate, 'utf8') },
    args: [
      '--tls-cert-file',
      certificate,
      '--tls-key-file',
      secret,
      '--tls-auth-clients',
      'no',
      '--tls-ca-cert-file',
      certificate,
    ],
  });
  t.teardown(() => server.close());
  const store = await opened(t, `${server.url}?ca=${encodeURIComponent(certificate)}`);
  await store.commit([{ op: 'put', key, body: 'a' }]);
  t.equal((await store.read([key]))[0]?.body, 'a');
  const heard: (string | undefined)[] = [];
  store.subscribe('topic', (message) => heard.push(message));
  await waitFor('a message over TLS', async () => {
    await store.publish('topic', 'm');
    return heard.includes('m');
  });
  const fault = await refusal(server.url);
  t.ok(fault instanceof StoreUnusable);
  t.match(fault, { message: /certificate/ });
});

await t.test('a server that was killed and restarted is used again, with its data', async (t) => {
  const server = await startRedis({ args: ['--appendonly', 'yes', '--appendfsync', 'always'] });
  t.teardown(() => server.close());
  const store = await opened(t, server.url);
  await store.commit([{ op: 'put', key, body: 'a' }]);
  await store.commit([{ op: 'consume', key, at: 1 }]);
  await server.kill();
  for (let i = 0; i < 3; i++)
    t.ok((await store.read([key]).catch((error: unknown) => error)) instanceof StoreUnavailable, 'down');
  await server.start();
  await waitFor('recovery', async () =>
    store.read([key]).then(
      () => true,
      () => false,
    ),
  );
  t.equal((await store.read([key]))[0]?.consumption?.at, 1);
  await store.commit([{ op: 'merge', key, fields: { p: '1' }, ifAbsent: 'refuse' }]);
});

await t.test('sentinels name the new primary after the old one died', async (t) => {
  const set = await startSentinel();
  t.teardown(() => set.close());
  const store = await opened(t, set.url);
  await store.commit([{ op: 'put', key, body: 'a' }]);
  const heard: (string | undefined)[] = [];
  store.subscribe('topic', (message) => heard.push(message));
  const old = await set.primary();
  await waitFor(
    'replicas that have it',
    async () => Number(await redisCommand(old.port, 'wait', '2', '1000')) === 2,
  );
  await old.kill();
  await waitFor('a new primary', async () => (await set.primary()) !== old);
  await waitFor('recovery', async () =>
    store.commit([{ op: 'consume', key, at: 1 }]).then(
      () => true,
      (error: unknown) => {
        if (!(error instanceof StoreUnavailable)) throw error;
        return false;
      },
    ),
  );
  t.equal((await store.read([key]))[0]?.body, 'a');
  await waitFor('a message by way of the new primary', async () => {
    await store.publish('topic', 'm').catch(() => {});
    return heard.includes('m');
  });
});
