import t, { type Test } from 'tap';
import { startAdminServer } from '../admin/admin-server.ts';
import { ensureRedis, freshPrefix } from '../support/redis.ts';
import { startCluster } from '../support/redis-cluster.ts';

const rounds = 8;

const upstream = {
  id: 'acme',
  name: 'Acme',
  issuer: 'https://login.acme.example',
  client_id: 'postern',
  client_secret: 'a-secret-of-the-provider-0123456789',
};

const by = {
  address: '127.0.0.1',
  correlation: 'test',
  notice: { language: 'en', address: '127.0.0.1', agent: '' },
};

/** A link ends once, however many ask for it at the same time. */
const race = async (t: Test, store: Readonly<Record<string, string>>): Promise<void> => {
  const { server, call, machine } = await startAdminServer(t, {
    store,
    groups: [{ name: 'staff' }],
    upstreams: [{ ...upstream, groups: { map: { theirs: 'staff' } } }],
  });
  const caller = await machine();
  const { accounts, linking, provisioning, upstreamLinks } = server.app.services;
  const link = async (round: string, groups?: readonly string[]) => {
    const { id } = await server.addAccount({
      username: `person-${round}`,
      password: 'a password of 20 letters',
    });
    const account = await accounts.find(id);
    if (!account) throw new Error('no account');
    const identity = { upstream: 'acme', subject: id, profile: {}, assigned: {}, amr: [] };
    await provisioning.link(account, { ...identity, ...(groups && { groups }) }, []);
    const [stored] = await upstreamLinks.listOf(id);
    const linked = await accounts.find(id);
    if (!stored || !linked) throw new Error('no link');
    return { account: linked, identity, stored, path: `/accounts/${id}/factors/${stored.key.family}` };
  };

  await t.test('by the API', async (t) => {
    for (let round = 0; round < rounds; round += 1) {
      const { account, path } = await link(`api-${round}`, round % 2 === 0 ? ['staff'] : undefined);
      const answers = await Promise.all([1, 2, 3].map(() => call('DELETE', path, { caller })));
      t.same(answers.map(({ status }) => status).sort(), [204, 404, 404]);
      t.match(
        answers.filter(({ status }) => status === 404).map(({ body }) => body.code),
        ['factor_not_found', 'factor_not_found'],
      );
      const recorded = server.events.filter(
        ({ type, account: of }) => type === 'admin.account.factor_remove' && of === account.id,
      );
      t.equal(recorded.length, 1, 'the record has it once');
      t.same((await accounts.find(account.id))?.groups, [], 'and its memberships are gone');
    }
  });

  await t.test('by its owner and an administrator', async (t) => {
    for (let round = 0; round < rounds; round += 1) {
      const { account, stored, path } = await link(`owner-${round}`, ['staff']);
      const [byOwner, answer] = await Promise.all([
        linking.unlink(account, stored, by),
        call('DELETE', path, { caller }),
      ]);
      t.ok(
        (byOwner === 'removed' && answer.status === 404) || (byOwner === 'gone' && answer.status === 204),
        `${byOwner}, ${answer.status}`,
      );
      t.same(await upstreamLinks.listOf(account.id), [], 'it is not restored');
    }
  });

  await t.test('a link that another account has got meanwhile stays', async (t) => {
    const { account, identity, stored } = await link('former');
    const next = await accounts.find((await server.addAccount({ username: 'next-person' })).id);
    if (!next) throw new Error('no account');
    t.equal(await provisioning.unlink(account, stored, []), 'removed');
    await provisioning.link(next, identity, []);
    t.equal(await provisioning.unlink(account, stored, []), 'gone');
    t.equal((await upstreamLinks.listOf(next.id)).length, 1);
  });

  await t.test('a link that a sign-in has changed meanwhile ends all the same', async (t) => {
    const { account, identity, stored } = await link('changed');
    await provisioning.update(stored, account, { ...identity, profile: { name: 'New Name' } }, []);
    t.equal(await provisioning.unlink(account, stored, []), 'removed');
    t.same(await upstreamLinks.listOf(account.id), []);
  });
};

t.test('on SQLite', (t) => race(t, { url: `sqlite:${t.testdir({})}/store.db` }));

t.test('on Redis', async (t) => {
  const redis = await ensureRedis();
  t.teardown(redis.close);
  await race(t, { url: redis.url, prefix: freshPrefix() });
});

t.test('on a Redis Cluster', async (t) => {
  const cluster = await startCluster();
  t.teardown(cluster.close);
  await race(t, { url: cluster.url, prefix: freshPrefix() });
});
