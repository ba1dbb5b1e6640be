import { setTimeout as sleep } from 'node:timers/promises';
import t, { type Test } from 'tap';
import { ensureRedis, freshPrefix } from '../support/redis.ts';
import { startCluster } from '../support/redis-cluster.ts';
import { startAdminServer } from './admin-server.ts';

t.setTimeout(180_000);

const rounds = 60;

const races = async (t: Test, store: Readonly<Record<string, string>>): Promise<void> => {
  const { server, call, machine } = await startAdminServer(t, { store });
  const caller = await machine();
  const helper = await machine('admin:read admin:accounts');

  /** Sends a removal at another moment of a change each time. Returns the rounds in which not exactly one succeeded. */
  const raceAll = async (
    prepare: (round: number) => Promise<{
      readonly remove: () => Promise<{ readonly status: number }>;
      readonly change: () => Promise<{ readonly status: number }>;
    }>,
  ) => {
    const wrong: string[] = [];
    for (let round = 0; round < rounds; round += 1) {
      const { remove, change } = await prepare(round);
      const changing = change();
      await sleep(round % 5);
      const statuses = (await Promise.all([remove(), changing])).map(({ status }) => status);
      if (statuses.filter((status) => status < 300).length !== 1) wrong.push(statuses.join(' and '));
    }
    return wrong;
  };

  await t.test('an account is removed as the caller has seen it, or not at all', async (t) => {
    const wrong = await raceAll(async (round) => {
      const made = await call('POST', '/accounts', { caller, body: { username: `person${round}` } });
      const path = `/accounts/${made.body.id}`;
      const headers = { 'if-match': made.headers.get('etag') ?? '' };
      return {
        remove: () => call('DELETE', path, { caller, headers }),
        change: () => call('PATCH', path, { caller, headers, body: { claims: { name: 'Ada' } } }),
      };
    });
    t.same(wrong, []);
  });

  await t.test('an account that has got a role meanwhile is removed by admin:roles only', async (t) => {
    await call('POST', '/groups', { caller, body: { name: 'postern-admins' } });
    const wrong = await raceAll(async (round) => {
      const made = await call('POST', '/accounts', { caller, body: { username: `admin${round}` } });
      return {
        remove: () =>
          call('DELETE', `/accounts/${made.body.id}`, { caller: helper, headers: { 'if-match': '*' } }),
        change: () => call('PUT', `/groups/postern-admins/members/${made.body.id}`, { caller }),
      };
    });
    t.same(wrong, []);
  });

  await t.test(
    'an account is a member of a group that is removed meanwhile, or of its former one',
    async (t) => {
      t.equal((await call('POST', '/groups', { caller, body: { name: 'former' } })).status, 201);
      const membersOf = async (name: string): Promise<readonly string[]> => {
        const { body } = await call('GET', `/accounts?group=${name}&limit=100`, { caller });
        return body.items.map(({ id }: { readonly id: string }) => id);
      };
      const moves: { readonly id: string; readonly group: string; readonly isMoved: boolean }[] = [];
      for (let round = 0; round < rounds; round += 1) {
        const group = `next${round}`;
        await call('POST', '/groups', { caller, body: { name: group } });
        const username = `member${round}`;
        const made = await call('POST', '/accounts', { caller, body: { username, groups: ['former'] } });
        const moving = call('PATCH', `/accounts/${made.body.id}`, {
          caller,
          headers: { 'if-match': '*' },
          body: { groups: [group] },
        });
        await sleep(round % 5);
        const removed = await call('DELETE', `/groups/${group}`, { caller, headers: { 'if-match': '*' } });
        t.ok([204, 409].includes(removed.status), `${removed.status}`);
        moves.push({ id: made.body.id, group, isMoved: (await moving).status === 200 });
      }
      const former = await membersOf('former');
      t.same(
        moves.filter(({ id, isMoved }) => former.includes(id) === isMoved),
        [],
      );
    },
  );

  await t.test('a client is removed as the caller has seen it, or not at all', async (t) => {
    const wrong = await raceAll(async () => {
      const made = await call('POST', '/clients', { caller, body: { type: 'machine', metadata: {} } });
      const path = `/clients/${made.body.client_id}`;
      const headers = { 'if-match': made.headers.get('etag') ?? '' };
      return {
        remove: () => call('DELETE', path, { caller, headers }),
        change: () => call('PATCH', path, { caller, headers, body: { metadata: { client_name: 'Other' } } }),
      };
    });
    t.same(wrong, []);
  });

  await t.test('a client that is stopped while it is removed leaves nothing behind', async (t) => {
    const left: string[] = [];
    for (let round = 0; round < rounds; round += 1) {
      const client = { type: 'machine', client_id: `again${round}`, metadata: {} };
      const path = `/clients/${client.client_id}`;
      t.equal((await call('POST', '/clients', { caller, body: client })).status, 201);
      const stopping = call('POST', `${path}/stop`, { caller });
      await sleep(round % 5);
      const removed = await call('DELETE', path, { caller, headers: { 'if-match': '*' } });
      t.ok([200, 404].includes((await stopping).status));
      t.equal(removed.status, 204);
      const added = await call('POST', '/clients', { caller, body: client });
      const { body } = await call('GET', path, { caller });
      if (added.status !== 201 || body.stopped_at !== undefined) left.push(client.client_id);
    }
    t.same(left, []);
  });

  await t.test('of many who stop a client at once one does, and so of many who start it', async (t) => {
    const { body } = await call('POST', '/clients', { caller, body: { type: 'machine', metadata: {} } });
    const count = (type: string): number =>
      server.events.filter((event) => event.type === type && event.client === body.client_id).length;
    for (const [action, type] of [
      ['stop', 'client.stopped'],
      ['start', 'client.started'],
    ] as const) {
      const answers = await Promise.all(
        Array.from({ length: 8 }, () => call('POST', `/clients/${body.client_id}/${action}`, { caller })),
      );
      for (const { status } of answers) t.equal(status, 200);
      t.equal(count(type), 1);
      t.equal(count(`admin.client.${action}`), 1);
    }
  });

  await t.test(
    'what an account was called is kept once it is removed, also when it was renamed at the same time',
    async (t) => {
      const left: string[] = [];
      for (let round = 0; round < rounds; round += 1) {
        const [former, next] = [`before${round}`, `after${round}`];
        const { body } = await call('POST', '/accounts', { caller, body: { username: former } });
        const headers = { 'if-match': '*' };
        const renaming = call('PATCH', `/accounts/${body.id}`, { caller, headers, body: { username: next } });
        await sleep(round % 10);
        const removed = await call('DELETE', `/accounts/${body.id}`, { caller, headers });
        await renaming;
        t.equal(removed.status, 204);
        for (const username of [former, next]) {
          const add = () => call('POST', '/accounts', { caller, body: { username } });
          const added = await add();
          const isKept = added.body.code === 'username_kept';
          if (isKept) await server.app.services.accounts.releaseName(username);
          // A new name is kept where the account has had it.
          if (username === former && !isKept) left.push(username);
          if (added.status !== 201 && (await add()).status !== 201) left.push(username);
        }
      }
      t.same(left, []);
    },
  );
};

t.test('on Redis', async (t) => {
  const redis = await ensureRedis();
  t.teardown(redis.close);
  await races(t, { url: redis.url, prefix: freshPrefix() });
});

t.test('on a Redis Cluster', async (t) => {
  const cluster = await startCluster();
  t.teardown(cluster.close);
  await races(t, { url: cluster.url, prefix: freshPrefix() });
});
