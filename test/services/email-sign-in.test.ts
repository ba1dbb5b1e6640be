import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import t, { type Test } from 'tap';
import { openStore } from '#adapters/index.ts';
import { type Accounts, createAccounts } from '#src/services/accounts/index.ts';
import { accountKey, readAccount, replaceAccount } from '#src/services/accounts/record.ts';
import type { Store } from '#src/store/port.ts';
import { recordEvents } from '../support/recorded-events.ts';
import { ensureRedis, freshPrefix } from '../support/redis.ts';
import {
  Browser,
  newVerifier,
  openCommandFolder,
  type Page,
  password,
  RelyingParty,
  redirectParameters,
  startInProcess,
  testConfig,
  usualConfig,
} from '../support/setup/index.ts';

const setting = 'sign_in.identifiers=["username","email"]';
const verified = (email: string) => ({ email, email_verified: true });
const unverified = (email: string) => ({ email, email_verified: false });

const open = async (t: Test, store?: Store, settings: readonly string[] = [setting]) => {
  const { events, seen } = recordEvents();
  const opened = store ?? (await openStore('memory:', { clock: Date }));
  let ahead = 0;
  const clock = { now: () => Date.now() + ahead };
  const accounts = createAccounts({ store: opened, config: testConfig(settings), clock, events });
  t.teardown(async () => {
    accounts.close();
    if (!store) await opened.close();
  });
  return { accounts, store: opened, events: seen, advance: (ms: number) => (ahead += ms) };
};

t.test('a verified address names its account, in any case, and an unverified one names none', async (t) => {
  const { accounts } = await open(t);
  const ada = await accounts.add({ username: 'ada', password, claims: verified('Ada@Example.com') });
  await accounts.add({ username: 'bob', password, claims: unverified('bob@example.com') });
  for (const login of ['ada', 'ADA', 'ada@example.com', ' ADA@EXAMPLE.COM '])
    t.equal((await accounts.authenticate(login, password))?.id, ada.id, login);
  t.equal(await accounts.authenticate('bob@example.com', password), undefined);
  t.equal(await accounts.authenticate('unknown@example.com', password), undefined);
  t.equal((await accounts.findForSignIn('ADA@example.com')).account?.id, ada.id);
  t.equal((await accounts.findForSignIn('bob@example.com')).account, undefined);

  const eve = await accounts.add({ username: 'eve', password, claims: unverified('ada@example.com') });
  t.equal((await accounts.authenticate('ada@example.com', password))?.id, ada.id, 'reserves nothing');
  await t.rejects(accounts.update(eve.id, { claims: { email_verified: true } }), {
    code: 'email_taken',
    exit: 4,
  });
  await t.rejects(accounts.add({ username: 'mallory', claims: verified('ADA@example.com') }), {
    code: 'email_taken',
  });
  t.equal(await accounts.findByUsername('mallory'), undefined, 'and nothing of it is stored');

  await accounts.update(ada.id, { claims: verified('countess@example.com') });
  t.equal(await accounts.authenticate('ada@example.com', password), undefined);
  t.equal((await accounts.authenticate('countess@example.com', password))?.id, ada.id);
  await accounts.update(eve.id, { claims: { email_verified: true } });
  t.equal((await accounts.authenticate('ada@example.com', password))?.id, eve.id, 'a free address');
  await accounts.remove(eve.id);
  const zoe = await accounts.add({ username: 'zoe', password, claims: verified('ada@example.com') });
  t.equal((await accounts.authenticate('ada@example.com', password))?.id, zoe.id);
  await accounts.disable(zoe.id);
  t.equal(await accounts.authenticate('ada@example.com', password), undefined);
});

t.test(
  'an address in another spelling than plain letters is refused, and one that is there stays',
  async (t) => {
    const { accounts, store } = await open(t);
    const { id } = await accounts.add({ username: 'ada', password, claims: verified('ada@example.com') });
    for (const email of [
      'ａda@example.com',
      'ada@ｅxample.com',
      'o\u0301@example.com',
      '\u212aay@example.com',
    ]) {
      const refused = { code: 'claim_invalid', status: 422 };
      await t.rejects(accounts.update(id, { claims: { email } }), refused, email);
      await t.rejects(accounts.add({ username: 'mallory', claims: unverified(email) }), refused, email);
    }
    await accounts.update(id, { claims: { email: 'jörg@bücher.example' } });
    t.equal(
      (await accounts.authenticate('ＪÖRG@BÜCHER.example', password))?.id,
      id,
      'as a name any is accepted',
    );

    const [held] = await store.read([accountKey(id)]);
    if (!held) throw new Error('the account is gone');
    const former = readAccount(held);
    const claims = { ...former.claims, email: 'ａda@example.com' };
    await store.commit([replaceAccount({ ...former, claims }, held.body)]);
    await accounts.update(id, { claims: { name: 'Ada' } });
    t.match(readAccount((await store.read([accountKey(id)]))[0] ?? held).claims, {
      name: 'Ada',
      email: claims.email,
    });
  },
);

t.test('a user name has an @ only if it is the verified address of the account', async (t) => {
  const { accounts } = await open(t);
  await t.rejects(accounts.add({ username: 'ada@example.com' }), { code: 'username_invalid' });
  await t.rejects(accounts.add({ username: 'ada@example.com', claims: unverified('ada@example.com') }), {
    code: 'username_invalid',
  });
  await t.rejects(accounts.add({ username: 'bob@example.com', claims: verified('ada@example.com') }), {
    code: 'username_invalid',
  });
  const ada = await accounts.add({
    username: 'Ada@example.com',
    password,
    claims: verified('ada@example.com'),
  });
  t.equal((await accounts.authenticate('ada@example.com', password))?.id, ada.id);
  await t.rejects(accounts.update(ada.id, { claims: { email: 'new@example.com' } }), {
    code: 'username_invalid',
  });
  await t.rejects(accounts.update(ada.id, { claims: { email_verified: false } }), {
    code: 'username_invalid',
  });
  await accounts.update(ada.id, { claims: { name: 'Ada' } });
  await accounts.update(ada.id, { username: 'ada' });
  t.equal((await accounts.authenticate('ada@example.com', password))?.id, ada.id, 'the address stays hers');
  await accounts.update(ada.id, { username: 'ada@example.com' });
  await accounts.update(ada.id, { username: 'ada', claims: unverified('ada@example.com') });
  t.equal(await accounts.authenticate('ada@example.com', password), undefined);
});

const races = async (
  t: Test,
  stores: readonly [Store, Store, Store],
  settings: readonly string[] = [setting],
): Promise<void> => {
  const processes = await Promise.all(stores.map((store) => open(t, store, settings)));
  const on = (at: number) => {
    const one = processes[at % 3];
    if (!one) throw new Error('three processes');
    return one.accounts;
  };
  const added = await Promise.allSettled(
    Array.from({ length: 12 }, (_, i) =>
      on(i).add({
        username: `p${i}`,
        password,
        claims: verified(i % 2 ? 'one@example.com' : 'ONE@example.com'),
      }),
    ),
  );
  t.equal(added.filter(({ status }) => status === 'fulfilled').length, 1, 'one of those who are added');
  for (const result of added)
    if (result.status === 'rejected') t.match(result.reason, { code: 'email_taken' });

  const people = await Promise.all(
    Array.from({ length: 9 }, (_, i) =>
      on(i).add({ username: `q${i}`, password, claims: unverified('two@example.com') }),
    ),
  );
  const proofs = await Promise.allSettled(
    people.map(({ id }, i) => on(i + 1).update(id, { claims: { email_verified: true } })),
  );
  t.equal(proofs.filter(({ status }) => status === 'fulfilled').length, 1, 'one of those who prove it');
  const winner = people[proofs.findIndex(({ status }) => status === 'fulfilled')];
  t.equal((await on(0).findByEmail('two@example.com'))?.id, winner?.id);
  if (settings.length === 0) return;
  t.equal((await on(0).authenticate('two@example.com', password))?.id, winner?.id);

  const names = await Promise.allSettled([
    on(0).add({ username: 'three@example.com', claims: verified('three@example.com') }),
    on(1).add({ username: 'r1', claims: verified('three@example.com') }),
    on(2).add({ username: 'r2', claims: verified('Three@example.com') }),
  ]);
  t.equal(names.filter(({ status }) => status === 'fulfilled').length, 1, 'a name and an address');
};

for (const settings of [[setting], []])
  t.test(`on SQLite an address goes to one account with ${settings.join() || 'the defaults'}`, async (t) => {
    const url = `sqlite:${join(t.testdir(), 'store.db')}`;
    const stores = await Promise.all([1, 2, 3].map(() => openStore(url, { clock: Date })));
    t.teardown(() => Promise.all(stores.map((store) => store.close())));
    await races(t, stores as [Store, Store, Store], settings);
  });

for (const settings of [[setting], []])
  t.test(`on Redis an address goes to one account with ${settings.join() || 'the defaults'}`, async (t) => {
    const redis = await ensureRedis();
    t.teardown(redis.close);
    const prefix = freshPrefix();
    const stores = await Promise.all([1, 2, 3].map(() => openStore(redis.url, { clock: Date, prefix })));
    t.teardown(() => Promise.all(stores.map((store) => store.close())));
    await races(t, stores as [Store, Store, Store], settings);
  });

t.test('by default an address that is verified belongs to one account, and names it nowhere', async (t) => {
  const { accounts, store } = await open(t, undefined, []);
  const ada = await accounts.add({ username: 'ada', password, claims: verified('Ada@Example.com') });
  const mallory = { username: 'mallory', claims: verified('ada@example.com') };
  await t.rejects(accounts.add(mallory), { code: 'email_taken', message: /has verified ada@example.com/ });
  await accounts.add({ username: 'ada@example.com', password });
  t.not((await accounts.authenticate('ada@example.com', password))?.id, ada.id, 'a user name is apart');
  for (const login of ['\nada@example.com', ' \nAda@Example.com'])
    t.not((await accounts.findByUsername(login))?.id, ada.id);
  await accounts.update(ada.id, { claims: verified('countess@example.com') });
  const { id } = await accounts.add(mallory);
  t.equal((await accounts.findByEmail('ada@example.com'))?.id, id, 'a free address');
  await accounts.remove(id);
  await accounts.add({ username: 'eve', claims: verified('ada@example.com') });

  const [bob, rob] = await Promise.all(['bob', 'rob'].map((name) => storeAsBefore(store, accounts, name)));
  await accounts.setPassword(bob?.id ?? '', 'a lantern by the harbour');
  await t.rejects(accounts.add({ username: 'zoe', claims: verified('shared@example.com') }), {
    code: 'email_taken',
  });
  await accounts.update(rob?.id ?? '', { claims: { email_verified: false } });
  await accounts.update(bob?.id ?? '', { claims: { name: 'Bob' } });
  await t.rejects(accounts.update(rob?.id ?? '', { claims: { email_verified: true } }), {
    code: 'email_taken',
  });
  t.equal((await accounts.findByEmail('shared@example.com'))?.id, bob?.id);
});

/** Former versions reserved no address without the setting, so two accounts could verify the same one. */
const storeAsBefore = async (store: Store, accounts: Accounts, username: string) => {
  const { id } = await accounts.add({ username, password });
  const document = (await store.read([accountKey(id)]))[0];
  if (!document) throw new Error('the account was stored');
  const account = readAccount(document);
  await store.commit([replaceAccount({ ...account, claims: verified('shared@example.com') }, document.body)]);
  return { id };
};

t.test('addresses of accounts that are older than the setting are reserved at the start', async (t) => {
  const { accounts: before, store } = await open(t, undefined, []);
  const ada = await before.add({ username: 'ada', password, claims: verified('ada@example.com') });
  const twins = await Promise.all(['bob', 'rob'].map((username) => storeAsBefore(store, before, username)));
  t.equal(await before.authenticate('ada@example.com', password), undefined, 'not without the setting');

  const { accounts, events } = await open(t, store);
  await t.rejects(accounts.add({ username: 'eve', claims: verified('ada@example.com') }), {
    code: 'email_taken',
  });
  await accounts.reserveNames();
  await accounts.reserveNames();
  t.equal((await accounts.authenticate('ada@example.com', password))?.id, ada.id);
  t.equal(await accounts.authenticate('shared@example.com', password), undefined, 'it is of neither');
  t.same(
    events
      .filter(({ type }) => type === 'account.email_shared')
      .map(({ account }) => account)
      .toSorted(),
    twins.map(({ id }) => id).toSorted(),
  );
  t.equal((await accounts.authenticate('bob', password))?.username, 'bob');
  await accounts.remove(twins[1]?.id ?? '');
  await accounts.update(twins[0]?.id ?? '', { claims: { name: 'Bob' } });
  t.equal((await accounts.authenticate('shared@example.com', password))?.username, 'bob');
});

t.test('the sign-in page takes an address, and counts attempts for what was typed', async (t) => {
  const server = await startInProcess(t, {
    ...usualConfig,
    accounts: [{ username: 'root', password, email: 'root@example.com', email_verified: true }],
    sign_in: { identifiers: ['username', 'email'] },
    security: { throttle: { sign_in_free_attempts: 2 } },
  });
  await server.addAccount({ username: 'ada', password, claims: verified('ada@example.com') });
  const app = new RelyingParty(server.issuer);
  const submit = async (login: string, typed: string): Promise<Page> => {
    const browser = new Browser();
    const page = await browser.open(app.authorizationUrl(newVerifier()));
    t.match(page.body, /Username or email address/);
    return browser.submit(page, { login, password: typed });
  };
  t.ok(redirectParameters(await submit('root@EXAMPLE.com', password)).has('code'), 'of the configuration');
  t.match((await submit('', 'x')).body, /Enter your username or your email address/);
  const unknown = await submit('nobody@example.com', password);
  const wrong = await submit('ada@example.com', 'wrong password');
  t.equal(unknown.status, 422);
  t.equal(
    unknown.body.replaceAll(/nobody@example\.com|[\w-]{20,}|<code>.*<\/code>/g, ''),
    wrong.body.replaceAll(/ada@example\.com|[\w-]{20,}|<code>.*<\/code>/g, ''),
    'the same answer',
  );
  t.equal((await submit('ADA@example.com', 'wrong password')).status, 422);
  t.equal((await submit('Ada@example.com', 'wrong password')).status, 429, 'each spelling counts');
  t.equal((await submit('ada', 'wrong password')).status, 422, 'the wait tells no other name');
  server.clock.advance(3_600);
  t.ok(redirectParameters(await submit('ada@example.com', password)).has('code'));
});

t.test('the configuration and an import can not name one address twice', async (t) => {
  const { runInProcess, cwd } = await openCommandFolder(t);
  const accounts = [
    { username: 'ada', password, email: 'a@example.com', email_verified: true },
    { username: 'bob', password, email: 'A@example.com', email_verified: true },
    { username: 'eve@example.com', password },
  ];
  const check = ['config', 'check', '--set', setting, '--set', `accounts=${JSON.stringify(accounts)}`];
  const { exit, err } = await runInProcess(check);
  t.equal(exit, 78);
  t.match(err, /accounts\.1\.email: Is the verified address of another account too/);
  t.match(err, /accounts\.2\.username: .*must be the verified email/);
  t.match(
    (await runInProcess(['config', 'check', '--set', 'sign_in.identifiers=["email"]'])).err,
    /Needs username/,
  );

  const file = join(cwd, 'people.ndjson');
  const people = [
    { username: 'ada', ...verified('a@example.com') },
    { username: 'bob', ...verified('A@example.com') },
    { username: 'zoe', ...verified('b@example.com') },
  ];
  await writeFile(file, people.map((person) => JSON.stringify(person)).join('\n'));
  const set = ['--set', setting];
  t.equal(
    (
      await runInProcess([
        'account',
        'add',
        'zed',
        '--generate',
        ...set,
        '--claim',
        'email=b@example.com',
        '--claim',
        'email_verified=true',
      ])
    ).exit,
    0,
  );
  const { out } = await runInProcess(['account', 'import', file, '--skip-bad', '--json', ...set]);
  t.match(JSON.parse(out), {
    added: 1,
    problems: [
      { line: 2, message: /address a@example.com appears twice/ },
      { line: 3, message: /Another account has verified b@example.com/ },
    ],
  });
});
