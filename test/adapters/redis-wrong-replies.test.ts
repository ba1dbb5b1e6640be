import t from 'tap';
import { openRedis } from '#adapters/redis/index.ts';
import { StoreUnavailable } from '#src/store/errors.ts';
import type { Key, Store } from '#src/store/port.ts';
import { startLyingRedis } from '../support/lying-redis.ts';
import { freshPrefix } from '../support/redis.ts';
import { startRedis } from '../support/redis-server.ts';
import { rejectionOf } from '../support/rejection-of.ts';
import { newVerifier, RelyingParty, startInProcess, usualConfig } from '../support/setup/index.ts';

const redis = await startRedis();
t.teardown(() => redis.close());

const key: Key = { kind: 'code', family: 'f', id: 'c' };

/** A text, a number, nothing, an error in a list, and lists of another length or with other members. */
const wrongReplies = [
  '+OK\r\n',
  ':1\r\n',
  '$-1\r\n',
  '*0\r\n',
  '*2\r\n$1\r\na\r\n$1\r\nb\r\n',
  '*1\r\n*1\r\n$1\r\na\r\n',
  '*1\r\n:-1\r\n',
  '*3\r\n$1\r\na\r\n$1\r\n1\r\n$1\r\nb\r\n',
];

interface Operation {
  readonly name: string;
  readonly command: string;
  readonly run: (store: Store) => Promise<unknown>;
  /** What is a right answer to this one. */
  readonly right?: readonly string[];
}

const operations: readonly Operation[] = [
  { name: 'read', command: 'mget', run: (store) => store.read([key]) },
  {
    name: 'list',
    command: 'zrange',
    run: (store) => store.list('i', 'o', { limit: 5 }),
    right: ['*0\r\n'],
  },
  {
    name: 'find',
    command: 'zrange',
    run: (store) => store.find('i', '', { limit: 5 }),
    // Any list of texts is of the right form. The driver makes a flat one of it.
    right: wrongReplies.filter((reply) => reply.startsWith('*') && !reply.includes(':')),
  },
  { name: 'increment', command: 'evalsha', run: (store) => store.increment(['c'], 1_000) },
  {
    name: 'commit',
    command: 'evalsha',
    run: (store) => store.commit([{ op: 'insert', key, body: '' }]),
    right: [':1\r\n'],
  },
];

t.test('a wrong answer of Redis makes an operation fail as one without an answer', async (t) => {
  const lying = await startLyingRedis(t, redis.port);
  const store = await openRedis({ url: lying.url, clock: Date, prefix: freshPrefix() });
  t.teardown(() => store.close());
  for (const { name, command, run, right = [] } of operations)
    for (const reply of wrongReplies.filter((one) => !right.includes(one))) {
      lying.lies = { [command]: reply };
      t.ok((await rejectionOf(run(store))) instanceof StoreUnavailable, `${name}: ${JSON.stringify(reply)}`);
    }
  lying.lies = {};
  t.same(await store.read([key]), [undefined], 'and it goes on with right ones');
  t.same(await store.increment(['c'], 1_000), [1]);
});

t.test('callers are told to come back, and no limit is lifted', async (t) => {
  const lying = await startLyingRedis(t, redis.port);
  const server = await startInProcess(t, {
    ...usualConfig,
    store: { url: lying.url, prefix: freshPrefix() },
  });
  const app = new RelyingParty(server.issuer);
  // Two texts may be two records, which are damaged then: an error that doesn't go away.
  for (const reply of wrongReplies.filter((one) => !one.startsWith('*2'))) {
    lying.lies = { mget: reply, zrange: reply, evalsha: reply };
    const answers = await Promise.all([
      fetch(app.authorizationUrl(newVerifier()), { redirect: 'manual' }),
      fetch(`${server.issuer}/account`, { headers: { cookie: '_session=x' }, redirect: 'manual' }),
      app.post('/oauth/token', { grant_type: 'client_credentials' }),
      app.redeem('x'.repeat(43), newVerifier()),
    ]);
    for (const { status, headers } of answers) {
      t.ok(status < 500 || status === 503, `${status} after ${JSON.stringify(reply)}`);
      t.equal(headers.has('retry-after'), status === 503);
    }
    t.ok(answers.some(({ status }) => status === 503));
  }
  lying.lies = {};
  t.equal((await app.post('/oauth/token', { grant_type: 'client_credentials' })).status, 200);
});
