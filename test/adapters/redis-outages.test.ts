import { once } from 'node:events';
import { connect, createServer } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import t, { type Test } from 'tap';
import { openRedis } from '#adapters/redis/index.ts';
import { Conflict, StoreUnavailable } from '#src/store/errors.ts';
import type { Key, Store, Write } from '#src/store/port.ts';
import { assertEach } from '../support/assert-each.ts';
import { measure } from '../support/measure.ts';
import { freshPrefix } from '../support/redis.ts';
import { redisCommand, startRedis } from '../support/redis-server.ts';
import { rejectionOf } from '../support/rejection-of.ts';
import { startTcpProxy, type TcpProxy } from '../support/tcp-proxy.ts';
import { longTimeouts, waitFor } from '../support/wait-for.ts';

const clock = { now: () => Date.now() };
const server = await startRedis();
const direct = server.url;
t.teardown(() => server.close());

const code: Key = { kind: 'code', family: 'f', id: 'c' };
const token: Key = { kind: 'token', family: 'f', id: 't' };
const exchange: readonly Write[] = [
  { op: 'consume', key: code, at: 1 },
  { op: 'put', key: token, body: 'token', index: [{ index: 'tokens', of: 'anna', at: 1 }] },
  { op: 'merge', key: code, fields: { seen: '1' }, ifAbsent: 'refuse' },
];

interface Stage {
  readonly proxy: TcpProxy;
  /** The store behind the proxy. */
  readonly store: Store;
  /** A store of another process, with a healthy connection. */
  readonly other: Store;
}

/** A store with short timeouts, for tests that are about time. */
const hasty = { operationTimeoutMs: 250, deadlineMs: 1_000 };

const stage = async (t: Test, times = longTimeouts): Promise<Stage> => {
  const proxy = await startTcpProxy({ port: server.port });
  const prefix = freshPrefix();
  const store = await openRedis({ url: `redis://127.0.0.1:${proxy.port}`, clock, prefix, ...times });
  const other = await openRedis({ url: direct, clock, prefix, ...longTimeouts });
  t.teardown(async () => {
    proxy.heal();
    await Promise.all([store.close(), other.close()]);
    await proxy.close();
  });
  await other.commit([{ op: 'put', key: code, body: 'code', expiresAt: Date.now() + 60_000 }]);
  return { proxy, store, other };
};

const isUnavailable = async (t: Test, work: Promise<unknown>, what: string): Promise<void> =>
  void t.ok((await rejectionOf(work)) instanceof StoreUnavailable, what);

const recovered = (store: Store): Promise<void> =>
  waitFor('the store to answer', async () => (await rejectionOf(store.ping())) === undefined);

await t.test('a commit whose request or reply was lost is sent again and takes effect once', async (t) => {
  const { proxy, store, other } = await stage(t);
  proxy.dropNextReply();
  await store.commit(exchange);
  const [consumed, made] = await store.read([code, token]);
  t.equal(consumed?.consumption?.at, 1);
  t.equal(made?.body, 'token');
  const second = await rejectionOf(other.commit(exchange));
  t.ok(
    second instanceof Conflict && second.reason === 'consumed',
    'a second use is distinguished from a resend',
  );

  const fresh: Key = { kind: 'jti', family: 'g', id: 'j' };
  proxy.dropNextReply();
  await store.commit([{ op: 'insert', key: fresh, body: '1' }]);
  proxy.dropNextReply();
  await store.commit([{ op: 'replace', key: fresh, expected: '1', body: '2' }]);
  proxy.dropNextRequest();
  await store.commit([{ op: 'replace', key: fresh, expected: '2', body: '3' }]);
  t.equal((await other.read([fresh]))[0]?.body, '3');
  proxy.dropNextReply();
  t.equal((await store.read([fresh]))[0]?.body, '3', 'a read is asked again as well');
});

await t.test(
  'a race over faulty connections has one winner, and no caller is refused without one',
  async (t) => {
    const { proxy, store, other } = await stage(t);
    for (let round = 0; round < 15; round++) {
      const key: Key = { kind: 'code', family: `r${round}`, id: 'c' };
      await recovered(store);
      await other.commit([{ op: 'put', key, body: 'code' }]);
      if (round % 3 === 0) proxy.dropNextReply();
      if (round % 3 === 1) proxy.dropNextRequest();
      const use = (by: Store, i: number): Promise<unknown> =>
        rejectionOf(
          by.commit([
            { op: 'consume', key, at: i },
            { op: 'insert', key: { ...key, kind: 'token', id: `${i}` }, body: 't' },
          ]),
        );
      const racing = [use(store, 0), use(store, 1), use(other, 2), use(store, 3), use(other, 4)];
      if (round % 3 === 2) proxy.cut();
      const results = await Promise.all(racing);
      const winners = results.flatMap((fault, i) => (fault === undefined ? [i] : []));
      const consumption = (await other.read([key]))[0]?.consumption;
      if (winners.length !== 1 || consumption?.at !== winners[0])
        t.fail(`round ${round}: ${winners} against ${consumption?.at}`);
      const tokens = await other.read(results.map((_, i) => ({ ...key, kind: 'token', id: `${i}` })));
      t.same(
        tokens.flatMap((document, i) => (document ? [i] : [])),
        winners,
        `round ${round}`,
      );
      t.notOk(results.some((fault) => fault !== undefined && !(fault instanceof Conflict)));
    }
  },
);

await t.test(
  'a commit whose outcome stays unknown is rolled back, and the code is usable again',
  async (t) => {
    const { proxy, store, other } = await stage(t);
    proxy.dropNextReply('refuse');
    await isUnavailable(t, store.commit(exchange), 'not decided within the deadline');
    t.ok((await other.read([code]))[0]?.consumption, 'the server had applied it');
    proxy.heal();
    const seen: unknown[] = [];
    await waitFor('the consumption to be rolled back', async () => {
      const [mine] = await Promise.all([store.read([code]).catch((error: unknown) => error)]);
      if (Array.isArray(mine)) seen.push(mine[0]?.consumption);
      return (await other.read([code]))[0]?.consumption === undefined;
    });
    // A slow machine may roll it back before the first read, which leaves nothing to check.
    t.same(
      seen.filter((consumption) => consumption !== undefined),
      [],
      'its own process never saw the code as used',
    );
    const [good, gone] = await other.read([code, token]);
    t.equal(good?.body, 'code');
    t.ok(good?.expiresAt, 'with the lifetime it had');
    t.equal(gone, undefined, 'what the commit made is gone');
    t.same((await other.list('tokens', 'anna', { limit: 5 })).items, []);
    await other.commit(exchange);
  },
);

await t.test(
  'after an outage for all processes, a consumption that another process rolls back is not a second use',
  async (t) => {
    const prefix = freshPrefix();
    const open = async () => {
      const wire = await startTcpProxy({ port: server.port });
      const url = `redis://127.0.0.1:${wire.port}`;
      const store = await openRedis({ url, clock, prefix, ...hasty });
      t.teardown(() => store.close().then(wire.close));
      return { wire, store };
    };
    const [first, second] = [await open(), await open()];
    const spent: Key = { kind: 'code', family: 'g', id: 'spent' };
    await first.store.commit([code, spent].map((key): Write => ({ op: 'put', key, body: 'code' })));
    await first.store.commit([{ op: 'consume', key: spent, at: 1 }]);
    await second.store.ping();
    first.wire.dropNextReply('refuse');
    second.wire.refuse();
    await isUnavailable(t, first.store.commit(exchange), 'not decided within the deadline');

    second.wire.heal();
    await recovered(second.store);
    for (let i = 0; i < 5; i++) {
      await isUnavailable(t, second.store.commit(exchange), 'a use that may be the first');
      await isUnavailable(t, second.store.read([code]), 'a read of the code');
      await sleep(20);
    }
    first.wire.heal();
    await waitFor('the code to be good', async () => {
      const fault = await rejectionOf(second.store.commit(exchange));
      if (fault instanceof Conflict) throw fault;
      return fault === undefined;
    });
    await waitFor('what was spent before to count', async () => {
      const fault = await rejectionOf(second.store.commit([{ op: 'consume', key: spent, at: 2 }]));
      return fault instanceof Conflict && fault.consumption?.at === 1;
    });
  },
);

await t.test('an insert or replace whose outcome stays unknown is rolled back', async (t) => {
  const { proxy, store, other } = await stage(t, hasty);
  const fresh: Key = { kind: 'jti', family: 'g', id: 'j' };
  proxy.dropNextReply('refuse');
  await isUnavailable(
    t,
    store.commit([
      { op: 'insert', key: fresh, body: '1' },
      { op: 'replace', key: code, expected: 'code', body: 'changed', fields: { p: '1' } },
    ]),
    'unknown',
  );
  t.equal((await other.read([code]))[0]?.body, 'changed');
  proxy.heal();
  await waitFor('both to be taken back', async () => {
    const [inserted, replaced] = await other.read([fresh, code]);
    return inserted === undefined && replaced?.body === 'code';
  });
});

await t.test(
  'an indexed document whose replacement stays unknown is put back as it was, unless it was replaced again',
  async (t) => {
    const { proxy, store, other } = await stage(t, hasty);
    const [ada, grace]: Key[] = ['ada', 'grace'].map((id) => ({ kind: 'account', family: id, id }));
    const listedIn = (of: string) => [{ index: 'members', of, at: 1 }];
    const members = async (group: string) =>
      (await other.list('members', group, { limit: 5 })).items.map(({ key }) => key.id);
    const accounts = [ada, grace].flatMap((key) => (key ? [key] : []));
    const content = {
      body: 'a',
      fields: { p: '1' },
      expiresAt: Date.now() + 600_000,
      index: listedIn('former'),
    };
    await other.commit(accounts.map((key) => ({ op: 'put', key, ...content })));
    const before = await other.read(accounts);
    proxy.dropNextReply('refuse');
    const next = { expected: 'a', body: 'b', fields: { p: '2' }, index: listedIn('next') };
    const expiresAt = Date.now() + 60_000;
    await isUnavailable(
      t,
      store.commit(accounts.map((key) => ({ op: 'replace', key, ...next, expiresAt }))),
      'unknown',
    );
    t.same(await members('next'), ['ada', 'grace'], 'the server had applied it');
    await other.commit(
      accounts
        .slice(1)
        .map((key) => ({ op: 'replace', key, expected: 'b', body: 'c', index: listedIn('third') })),
    );
    proxy.heal();
    await waitFor('it to be taken back', async () => (await other.read(accounts))[0]?.body === 'a');
    t.same((await other.read(accounts))[0], before[0]);
    t.same(await members('former'), ['ada']);
    t.same(await members('next'), []);
    t.same(await members('third'), ['grace']);
    t.equal((await other.read(accounts))[1]?.body, 'c');
  },
);

await t.test('a commit that arrives after it was abandoned is not applied', async (t) => {
  const { proxy, store, other } = await stage(t, hasty);
  proxy.holdNextRequest();
  await isUnavailable(t, store.commit(exchange), 'given up');
  await sleep(100);
  proxy.heal();
  await recovered(store);
  await sleep(300);
  const [still, none] = await other.read([code, token]);
  t.equal(still?.consumption, undefined);
  t.equal(none, undefined);
  await store.commit(exchange);
});

await t.test('a commit that arrives after its process looked for it is not applied either', async (t) => {
  const { proxy, store, other } = await stage(t, hasty);
  proxy.holdNextRequest();
  await isUnavailable(t, store.commit(exchange), 'given up');
  proxy.accept();
  await recovered(store);
  // The process undoes what the commit may have written, which is nothing so far.
  await sleep(hasty.deadlineMs);
  proxy.heal();
  await sleep(500);
  const [still, none] = await other.read([code, token]);
  t.equal(still?.consumption, undefined);
  t.equal(none, undefined);
});

await t.test("a commit that can't be sent is refused early and leaves nothing", async (t) => {
  const { proxy, store, other } = await stage(t, { operationTimeoutMs: 250, deadlineMs: 5_000 });
  proxy.refuse();
  await isUnavailable(t, store.ping(), 'the loss is known');
  const { ms } = await measure(() => isUnavailable(t, store.commit(exchange), 'refused'));
  t.ok(ms < 4_000, `well before the deadline for what may have arrived: ${Math.round(ms)} ms`);
  await isUnavailable(t, store.increment(['c'], 1_000), 'tally');
  await isUnavailable(t, store.list('i', 'o', { limit: 1 }), 'list');
  t.same(
    (await store.inspect()).map(({ code: name, fatal }) => [name, fatal]),
    [['store_unreachable', true]],
  );
  proxy.heal();
  await recovered(store);
  t.equal((await other.read([code]))[0]?.consumption, undefined);
});

await t.test(
  'with a frozen server every operation fails in time, and a code sent meanwhile stays usable',
  async (t) => {
    const { store, other } = await stage(t, hasty);
    server.freeze();
    const { result: faults, ms } = await measure(() =>
      Promise.all([
        rejectionOf(store.read([code])),
        rejectionOf(store.commit(exchange)),
        rejectionOf(store.increment(['c'], 1_000)),
        rejectionOf(store.ping()),
        rejectionOf(store.publish('topic', 'message')),
        rejectionOf(store.dump()),
      ]),
    );
    t.ok(ms < 3_000, `in time: ${Math.round(ms)} ms`);
    assertEach(t, faults, (fault) => fault instanceof StoreUnavailable);
    await sleep(300);
    server.thaw();
    await Promise.all([recovered(store), recovered(other)]);
    await waitFor('the code to be good', async () => {
      const fault = await rejectionOf(store.commit(exchange));
      if (fault instanceof Conflict) throw fault;
      return fault === undefined;
    });
    t.equal((await other.read([token]))[0]?.body, 'token');
  },
);

await t.test(
  'with replies two seconds late reads are refused and commits still take effect once',
  async (t) => {
    const { proxy, store, other } = await stage(t, { operationTimeoutMs: 500, deadlineMs: 10_000 });
    proxy.delay(1_000);
    const deciding = rejectionOf(store.commit(exchange));
    await isUnavailable(t, store.read([code]), 'a late read');
    t.equal(await deciding, undefined, 'the late answer counts');
    proxy.heal();
    await recovered(store);
    const second = await rejectionOf(store.commit(exchange));
    t.ok(second instanceof Conflict && second.reason === 'consumed');
    t.equal((await other.read([code]))[0]?.consumption?.at, 1);
  },
);

await t.test('scripts that the server no longer has are loaded again', async (t) => {
  const { store } = await stage(t);
  await redisCommand(server.port, 'script', 'flush');
  await Promise.all([store.commit(exchange), store.increment(['c', 'd'], 1_000)]);
  await redisCommand(server.port, 'script', 'flush');
  const second = await rejectionOf(store.commit(exchange));
  t.ok(second instanceof Conflict);
});

await t.test('a subscriber receives messages again after its connection was lost', async (t) => {
  const { proxy, store, other } = await stage(t);
  const heard: (string | undefined)[] = [];
  store.subscribe('keys', (message) => heard.push(message));
  await waitFor('the first message', async () => {
    await other.publish('keys', 'before');
    await sleep(20);
    return heard.includes('before');
  });
  proxy.cut();
  await waitFor('a message after', async () => {
    await other.publish('keys', 'after');
    await sleep(20);
    return heard.includes('after');
  });
});

await t.test('a message arrives once after a subscription while the connection was lost', async (t) => {
  const { proxy, store, other } = await stage(t);
  const heard: (string | undefined)[] = [];
  store.subscribe('keys', (message) => heard.push(message));
  const publishUntilHeard = (message: string): Promise<void> =>
    waitFor(`a message ${message}`, async () => {
      await other.publish('keys', message);
      await sleep(20);
      return heard.some((each) => each?.startsWith(message));
    });
  await publishUntilHeard('before');
  proxy.cut();
  // One of these falls into the pause before the store connects again.
  for (let topic = 0; topic < 20; topic++) {
    store.subscribe(`topic ${topic}`, () => {});
    await sleep(10);
  }
  await publishUntilHeard('after');
  await sleep(200);
  heard.length = 0;
  await other.publish('keys', 'once');
  await sleep(200);
  t.same(heard, ['once']);
});

await t.test('a full memory is reported as such, and existing records can be read and removed', async (t) => {
  const { store } = await stage(t);
  await redisCommand(server.port, 'config', 'set', 'maxmemory', '1');
  try {
    const fault = await rejectionOf(store.commit(exchange));
    t.ok(fault instanceof StoreUnavailable);
    t.match(fault, { message: /maxmemory/ });
    const [kept] = await store.read([code]);
    t.equal(kept?.consumption, undefined, 'nothing of the commit is there');
    t.match(
      (await store.inspect()).find(({ code }) => code === 'store_full'),
      { fatal: true },
    );
    const used = /used_memory:(\d+)/.exec(String(await redisCommand(server.port, 'info', 'memory')))?.[1];
    await redisCommand(server.port, 'config', 'set', 'maxmemory', String(Math.round(Number(used) * 1.05)));
    t.ok((await store.inspect()).some((finding) => finding.code === 'store_nearly_full' && !finding.fatal));
  } finally {
    await redisCommand(server.port, 'config', 'set', 'maxmemory', '0');
  }
  await store.commit(exchange);
});

await t.test('a server that says of each script that it knows none makes a commit fail', async (t) => {
  const unaware = createServer((client) => {
    const redis = connect(server.port, '127.0.0.1').on('error', () => {});
    redis.pipe(client);
    client
      .on('error', () => {})
      .on('close', () => redis.destroy())
      .on('data', (bytes) => {
        if (/\r\nevalsha\r\n|\r\neval\r\n/i.test(bytes.toString())) client.write('-NOSCRIPT No script.\r\n');
        else redis.write(bytes);
      });
  }).listen(0, '127.0.0.1');
  t.teardown(() => unaware.close());
  await once(unaware, 'listening');
  const url = `redis://127.0.0.1:${Object(unaware.address()).port}`;
  const store = await openRedis({ url, clock, prefix: freshPrefix(), ...hasty });
  t.teardown(() => store.close());
  await isUnavailable(t, store.commit([{ op: 'put', key: code, body: 'x' }]), 'and no promise is left alone');
});

await t.test('an index drops entries of missing documents, and ends with its last document', async (t) => {
  const prefix = freshPrefix();
  const store = await openRedis({ url: direct, clock, prefix });
  t.teardown(() => store.close());
  const name = `${prefix}:x:{tokens|anna}`;
  const ask = (...words: string[]): Promise<unknown> => redisCommand(server.port, ...words);
  const file = (id: number, lifeMs?: number): Promise<void> =>
    store.commit([
      {
        op: 'put',
        key: { kind: 'token', family: `f${id}`, id: '' },
        body: 't',
        ...(lifeMs && { expiresAt: Date.now() + lifeMs }),
        index: [{ index: 'tokens', of: 'anna', at: id }],
      },
    ]);
  for (let id = 0; id < 20; id++) await file(id, 60_000 - id);
  await file(99, 30_000);
  const left = Number(await ask('pttl', name));
  t.ok(left > 50_000 && left <= 60_000, 'as long as its longest document');
  await store.commit(
    [0, 1, 2].map((id) => ({ op: 'remove', key: { kind: 'token', family: `f${id}`, id: '' } })),
  );
  t.equal((await store.list('tokens', 'anna', { limit: 50 })).items.length, 18);
  await waitFor('the listing to clear up', async () => Number(await ask('zcard', name)) === 18);
  for (let id = 3; id < 20; id++)
    await store.commit([{ op: 'remove', key: { kind: 'token', family: `f${id}`, id: '' } }]);
  for (let id = 100; id < 130; id++) await file(id);
  t.equal(await ask('pttl', name), -1, 'for ever, like a document without an end');
  t.ok(Number(await ask('zcard', name)) <= 34, 'writing also removes stale entries, without a list');
});
