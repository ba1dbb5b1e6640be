import t from 'tap';
import { createAccounts } from '#src/features/accounts/index.ts';
import { createClients } from '#src/features/clients/index.ts';
import { assertNoDemo, demoResource, ensureDemo } from '#src/features/demo/index.ts';
import { handClock, openCounted, recordedEvents, testConfig } from '../support/people.ts';

const open = async (over: Partial<ReturnType<typeof testConfig>> = {}) => {
  const clock = handClock();
  const { store } = await openCounted(clock);
  const { events } = recordedEvents();
  const config = { ...testConfig(), ...over };
  const accounts = createAccounts({ store, config, clock, events });
  const clients = createClients({ store, config, clock, events });
  const close = async () => {
    accounts.close();
    clients.close();
    await store.close();
  };
  return {
    accounts,
    clients,
    close,
    config,
    ensure: () => ensureDemo({ store, config, clock, accounts, clients }),
    store,
  };
};

t.test('an empty store in development gets a person and a client of each type, once', async (t) => {
  const { accounts, clients, close, config, ensure, store } = await open();
  t.teardown(close);
  await assertNoDemo(store);
  const results = await Promise.all([ensure(), ensure(), ensure()]);
  const [made, ...others] = results.filter((one) => one !== undefined);
  t.same(others, [], 'processes that start together make it once');
  t.same(
    made?.clients.map(({ id }) => id),
    ['demo-web', 'demo-spa', 'demo-native', 'demo-machine', 'demo-device', 'demo-issuer'],
  );
  t.same(
    made?.clients.filter(({ secret }) => secret !== undefined).map(({ type }) => type),
    ['web', 'machine'],
  );
  t.ok(await accounts.authenticate('demo', made?.password ?? ''));
  for (const { id, secret } of made?.clients ?? []) {
    if (secret !== undefined) t.ok(await clients.verifySecret(id, secret), id);
  }
  const entries = JSON.stringify((await store.dump()).entries);
  for (const told of [made?.password, ...(made?.clients ?? []).map(({ secret }) => secret)]) {
    if (told !== undefined) t.notMatch(entries, told, 'only hashes are kept');
  }
  t.match((await clients.find('demo-web'))?.redirect_uris, [`${config.issuer}/playground/callback`]);
  t.equal((await clients.find('demo-issuer'))?.audience, demoResource(config.issuer).audience);
  t.equal(await ensure(), undefined, 'a restart makes and tells nothing');
});

t.test('no demo data in production, on a store in use, or when it is not wanted', async (t) => {
  for (const over of [{ mode: 'production' }, { demo: false }] as const) {
    const { close, ensure, store } = await open(over);
    t.equal(await ensure(), undefined, JSON.stringify(over));
    t.same((await store.dump()).entries, []);
    await close();
  }
  const { accounts, close, ensure } = await open();
  t.teardown(close);
  await accounts.add({ username: 'ada' });
  t.equal(await ensure(), undefined);
});

t.test('production refuses a store with demo data, until the last of it is deleted', async (t) => {
  const { accounts, clients, close, ensure, store } = await open();
  t.teardown(close);
  await ensure();
  await t.rejects(assertNoDemo(store), {
    code: 'demo_data',
    exit: 78,
    message: /account demo.*client demo-web/,
  });
  await clients.update('demo-web', { client_name: 'Renamed' });
  for (const { id } of (await clients.list()).items) await clients.remove(id);
  await t.rejects(assertNoDemo(store), { message: /\(account demo\)/ });
  const demo = await accounts.findByUsername('demo');
  await accounts.resetPassword(demo?.id ?? '');
  await accounts.update(demo?.id ?? '', { username: 'renamed' });
  await t.rejects(assertNoDemo(store), { message: /\(account renamed\)/ });
  await accounts.remove(demo?.id ?? '');
  await assertNoDemo(store);
});
