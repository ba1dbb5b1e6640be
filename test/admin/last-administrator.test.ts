import t from 'tap';
import { ensureRedis, freshPrefix } from '../support/redis.ts';
import { startCluster } from '../support/redis-cluster.ts';
import { type Caller, groupOf, startAdminServer } from './admin-server.ts';

t.setTimeout(180_000);

const redis = await ensureRedis();
t.teardown(redis.close);
const cluster = await startCluster();
t.teardown(cluster.close);

const stores = {
  embedded: () => ({ url: 'memory:' }),
  redis: () => ({ url: redis.url, prefix: freshPrefix() }),
  cluster: () => ({ url: cluster.url, prefix: freshPrefix() }),
};

type Way = (id: string) => readonly [method: string, path: string, body?: unknown];

/** Every way to take the role from an account. The account is gone after the last one. */
const ways: Readonly<Record<string, Way>> = {
  'take out of the group': (id) => ['DELETE', `/groups/${groupOf.admin}/members/${id}`],
  'replace the groups': (id) => ['PATCH', `/accounts/${id}`, { groups: ['crew'] }],
  disable: (id) => ['POST', `/accounts/${id}/disable`],
  delete: (id) => ['DELETE', `/accounts/${id}`],
};

for (const [name, storeOf] of Object.entries(stores)) {
  t.test(`${name}: the last administrator stays`, async (t) => {
    const { server, call, machine, person } = await startAdminServer(t, { store: storeOf() });
    const { accounts, groups } = server.app.services;
    await groups.add({ name: 'crew' });
    const first = await accounts.findByUsername('admin');
    const byMachine = await machine();
    const send = async (way: Way, id: string, caller: Caller) => {
      const [method, path, body] = way(id);
      return call(method, path, { caller, body, headers: { 'if-match': '*' } });
    };
    const administrators = async () =>
      (await accounts.members(groupOf.admin, { limit: 100 })).items.filter(({ enabled }) => enabled);

    await t.test('each way to take the role away', async (t) => {
      const own = await person('admin');
      for (const [way, request] of Object.entries(ways))
        for (const caller of [own, byMachine])
          t.match(
            await send(request, first?.id ?? '', caller),
            { status: 409, body: { code: 'last_administrator' } },
            way,
          );
      t.match(
        await call('DELETE', `/groups/${groupOf.admin}`, { caller: own, headers: { 'if-match': '*' } }),
        { status: 409, body: { code: 'last_administrator' } },
        'with the group',
      );
      t.match(
        await send((id) => ['PATCH', `/accounts/${id}`, { claims: { name: 'Ada' } }], first?.id ?? '', own),
        {
          status: 200,
        },
      );
      t.same(
        (await administrators()).map(({ username }) => username),
        ['admin'],
      );
    });

    await t.test('of two who take it from each other at the same moment, one keeps it', async (t) => {
      let number = 0;
      for (const [way, request] of Object.entries(ways)) {
        for (let round = 0; round < 6; round += 1) {
          const pair = await Promise.all(
            ['one', 'other'].map(async (which) => {
              const username = `${which}-${number}`;
              const { id } = await accounts.add(
                { username, groups: [groupOf.admin] },
                { mayChangeRoles: true },
              );
              return { id, caller: await person(username) };
            }),
          );
          number += 1;
          for (const { id } of await administrators())
            if (pair.every((one) => one.id !== id))
              await accounts.changeGroups(id, { remove: [groupOf.admin] }, { mayChangeRoles: true });
          const [one, other] = pair;
          if (!one || !other) throw new Error('there are two');
          const answers = await Promise.all([
            send(request, other.id, one.caller),
            send(request, one.id, other.caller),
          ]);
          const statuses = answers.map(({ status }) => status);
          t.equal(statuses.filter((status) => status < 300).length, 1, `${way}: ${statuses}`);
          t.equal((await administrators()).length, 1, way);
        }
      }
    });

    await t.test('one who is not the last may go, also when the role came back a moment ago', async (t) => {
      const { id } = await accounts.add(
        { username: 'back-again', groups: [groupOf.admin] },
        { mayChangeRoles: true },
      );
      for (let round = 0; round < 3; round += 1) {
        const out = await send((one) => ['DELETE', `/groups/${groupOf.admin}/members/${one}`], id, byMachine);
        t.equal(out.status, 204);
        await accounts.changeGroups(id, { add: [groupOf.admin] }, { mayChangeRoles: true });
      }
      const [stays] = (await administrators()).filter((one) => one.id !== id);
      const gone = await send((one) => ['DELETE', `/accounts/${one}`], stays?.id ?? '', byMachine);
      t.equal(gone.status, 204, 'because the other one has it again');
    });
  });
}
