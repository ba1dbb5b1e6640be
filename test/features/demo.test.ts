import t from 'tap';
import { grantTypesOf } from '#src/features/declarations.ts';
import { greeting } from '#src/greeting.ts';
import { createAccounts } from '#src/services/accounts/index.ts';
import { createClients } from '#src/services/clients/index.ts';
import { assertNoDemo, demoResource, ensureDemo, withDemoResource } from '#src/services/demo-data/index.ts';
import { StoreUnavailable } from '#src/store/errors.ts';
import type { Store } from '#src/store/port.ts';
import { languages } from '#src/views/languages/index.ts';
import { createManualClock } from '../support/clocks.ts';
import { openCountingStore } from '../support/counting-store.ts';
import { recordEvents } from '../support/recorded-events.ts';
import { Browser, password, startServerProcess, testConfig } from '../support/setup/index.ts';

type Over = Partial<ReturnType<typeof testConfig>>;

const open = async (over: Over = {}, through = (store: Store) => store) => {
  const clock = createManualClock();
  const store = through((await openCountingStore(clock)).store);
  const { events } = recordEvents();
  const config = { ...testConfig(), ...over };
  const accounts = createAccounts({ store, config, clock, events });
  const clients = createClients({ store, config, clock, events, grantTypes: grantTypesOf() });
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

t.test('an empty store in development gets an account and a client of each type, once', async (t) => {
  const { accounts, clients, close, config, ensure, store } = await open();
  t.teardown(close);
  await assertNoDemo(store);
  const results = await Promise.all([ensure(), ensure(), ensure()]);
  const [made, ...others] = results.filter((one) => typeof one === 'object');
  t.same(others, [], 'processes that start together make it once');
  t.same(
    made?.clients.map(({ id }) => id),
    ['demo-web', 'demo-spa', 'demo-native', 'demo-machine', 'demo-device', 'demo-issuer'],
  );
  t.same(
    made?.clients.filter(({ secret }) => secret !== undefined).map(({ type }) => type),
    ['web', 'machine'],
  );
  t.equal(made?.person?.username, 'demo');
  t.ok(await accounts.authenticate('demo', made?.person?.password ?? ''));
  for (const { id, secret } of made?.clients ?? []) {
    if (secret !== undefined) t.ok(await clients.verifySecret(id, secret), id);
  }
  const entries = JSON.stringify((await store.dump()).entries);
  for (const recorded of [made?.person?.password, ...(made?.clients ?? []).map(({ secret }) => secret)]) {
    if (recorded !== undefined) t.notMatch(entries, recorded, 'only hashes are kept');
  }
  t.match((await clients.find('demo-web'))?.redirect_uris, [`${config.issuer}/playground/callback`]);
  t.equal((await clients.find('demo-issuer'))?.audience, demoResource(config.issuer).audience);
  t.equal(await ensure(), 'made before', 'a restart creates and prints nothing');
});

/** A store that accepts so many commits and then fails, as if its process had died. */
const expiring = (lifetimes: number, store: Store): Store => {
  let left = lifetimes;
  return Object.assign(Object.create(store), {
    commit: async (writes: Parameters<Store['commit']>[0]) => {
      if (left-- <= 0) throw new StoreUnavailable('killed');
      await store.commit(writes);
    },
  });
};

t.test('a start that is killed leaves all demo data, whose secrets can be replaced, or none', async (t) => {
  const { store } = await openCountingStore(createManualClock());
  t.teardown(() => store.close());
  const killed = await open({}, () => expiring(0, store));
  await t.rejects(killed.ensure(), StoreUnavailable);
  t.same((await store.dump()).entries, []);

  const late = await open({}, () => expiring(1, store));
  await late.ensure().catch(() => {});
  const next = await open({}, () => store);
  t.equal(await next.ensure(), 'made before');
  t.match(greeting(next.config, 'made before'), /account reset-password demo/);
  const demo = await next.accounts.findByUsername('demo');
  const password = await next.accounts.resetPassword(demo?.id ?? '');
  t.ok(await next.accounts.authenticate('demo', password));
  const { secret } = await next.clients.rotateSecret('demo-machine');
  t.ok(await next.clients.verifySecret('demo-machine', secret));
});

t.test('the consent page of the demo describes what the demo API offers, in every language', async (t) => {
  const { scopes, resources } = withDemoResource(testConfig());
  // The administration API is a resource as well.
  const demo = resources.find(({ audience }) => audience.endsWith('/demo-api'));
  for (const scope of demo?.scopes ?? []) {
    const description = scopes[scope];
    for (const { tag } of languages) t.match(Object(description)[tag], / /, `${scope} in ${tag}`);
  }
  t.strictSame(demo?.scopes, ['demo:read', 'demo:write']);
  const own = withDemoResource({ ...testConfig(), scopes: { 'demo:read': 'Mine' } });
  t.equal(own.scopes['demo:read'], 'Mine', 'unless the operator has described it');
  t.same(withDemoResource(testConfig(['demo=false'])).scopes, {});

  const { url } = await startServerProcess(t, {
    config: { demo: true, accounts: [{ username: 'ada', password }] },
  });
  const browser = new Browser({ 'accept-language': 'de' });
  const query = new URLSearchParams({
    client_id: 'demo-spa',
    response_type: 'code',
    redirect_uri: `${url}/playground/callback`,
    scope: 'openid demo:read',
    resource: `${url}/demo-api`,
    code_challenge: 'x'.repeat(43),
    code_challenge_method: 'S256',
  });
  const login = await browser.open(`${url}/oauth/authorize?${query}`);
  const consent = await browser.submit(login, { login: 'ada', password });
  t.match(consent.body, 'consent-allow');
  t.match(consent.body, 'Aus der Demo-API lesen');
  t.notMatch(consent.body, 'demo:read');
});

t.test("existing records with the demo's names stay, and their secrets are not printed", async (t) => {
  const { clients, close, config, ensure } = await open(
    testConfig(['demo=true', 'accounts=[{"username":"demo","password":"a phrase of my own"}]']),
  );
  t.teardown(close);
  await clients.add({ type: 'machine', id: 'demo-machine', metadata: { client_name: 'Mine' } });
  const made = await ensure();
  t.match(made, {
    person: undefined,
    clients: [{ id: 'demo-web' }, { id: 'demo-spa' }, { id: 'demo-native' }],
  });
  t.equal((await clients.get('demo-machine'))?.metadata.client_name, 'Mine');
  t.match(greeting(config, made), /demo-web \/ /);
  t.notMatch(greeting(config, made), /undefined|Sign in|A first token/);
});

t.test('production, a store in use, and a disabled demo get no demo data', async (t) => {
  for (const over of [{ mode: 'production' }, { demo: false }] as const) {
    const { close, ensure, store } = await open(over);
    t.equal(await ensure(), undefined, JSON.stringify(over));
    t.same((await store.dump()).entries, []);
    await close();
  }
  const { accounts, close, config, ensure } = await open();
  t.teardown(close);
  await accounts.add({ username: 'ada' });
  const none = await ensure();
  t.equal(none, undefined);
  t.notMatch(greeting(config, none), /demo/, 'the greeting names no secrets of missing records');
});

t.test('the greeting says how to become an administrator', (t) => {
  const config = testConfig(['store.url=sqlite:here.db', 'admin.enabled=true']);
  t.match(
    greeting(config, undefined),
    /^ {2}Console {5}\S+\/admin\n {14}to become an administrator: npx postern admin invite you@example\.com$/m,
  );
  t.notMatch(greeting({ ...config, mode: 'production' }, undefined), /admin invite/);
  t.end();
});

t.test('production refuses a store with demo data until all of it is deleted', async (t) => {
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
