import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import t, { type Test } from 'tap';
import { kinds } from '#src/store/record-kinds.ts';
import { startFakeUpstream } from '../support/fake-upstream.ts';
import {
  Browser,
  newVerifier,
  password,
  RelyingParty,
  redirectUri,
  runPosternInProcess,
} from '../support/setup/index.ts';
import { documentsOf } from '../support/stored-entries.ts';
import { settingsOf, signInBy } from '../support/upstream-sign-in.ts';
import { startAdminServer } from './admin-server.ts';

// Applications that know people by their user name would take the next person with a freed name for the former one.

const day = 86_400;
const kept = { status: 409, body: { code: 'username_kept' } };

const open = async (t: Test, settings: Readonly<Record<string, unknown>> = {}) => {
  const folder = t.testdir({});
  const url = `sqlite:${join(folder, 'store.db')}`;
  const { server, issuer, call, person } = await startAdminServer(t, {
    store: { url },
    pages: { create_account: true },
    ...settings,
  });
  const { accounts } = server.app.services;
  await server.addClient({
    type: 'spa',
    id: 'app',
    metadata: { redirect_uris: [redirectUri] },
  });
  const operator = async (method: string, path: string, body?: unknown) =>
    call(method, path, {
      caller: await person('admin'),
      headers: method === 'PATCH' || method === 'DELETE' ? { 'if-match': '*' } : {},
      ...(body !== undefined && { body }),
    });
  return {
    server,
    issuer,
    operator,
    add: (username: string, claims: object = {}) => operator('POST', '/accounts', { username, claims }),
    rename: (id: string, username: string) => operator('PATCH', `/accounts/${id}`, { username }),
    remove: (id: string) => operator('DELETE', `/accounts/${id}`),
    idOf: async (username: string) => (await accounts.findByUsername(username))?.id,
    run: (...args: string[]) => runPosternInProcess(folder, ['--set', `store.url=${url}`, ...args]),
    file: async (name: string, text: string) => {
      await writeFile(join(folder, name), text);
      return join(folder, name);
    },
    async signUp(login: string) {
      const party = new RelyingParty(issuer, 'app', '');
      const browser = new Browser();
      const page = await browser.open(party.authorizationUrl(newVerifier(), { prompt: 'create' }));
      return browser.submit(page, { login, email: `${login}@example.org`, name: 'New', password });
    },
  };
};

t.test('the next person can not take the name of an account that was renamed or deleted', async (t) => {
  const { server, add, rename, remove, run, file, signUp, idOf, operator } = await open(t);
  const ada = (await add('Ada')).body.id;
  const bob = (await add('bob')).body.id;
  t.match(await rename(ada, 'ada.lovelace'), { status: 200 });
  t.match(await remove(bob), { status: 204 });

  for (const name of ['ada', 'ＡＤＡ', 'bob']) {
    const { status, body } = await add(name);
    t.match({ status, body }, kept, name);
    t.match(body.detail, /kept until \d{4}-\d\d-\d\d.*account release-name/);
  }
  const page = await signUp('bob');
  t.equal(page.status, 422, 'at the sign-up');
  t.notMatch(
    page.body,
    /was that of another account|release-name/,
    'where a person learns no more than of a taken name',
  );
  const carl = (await add('carl')).body.id;
  t.match(await rename(carl, 'ada'), kept, 'by a new name');
  t.match(await run('account', 'add', 'bob', '--generate'), { exit: 4, err: /account release-name bob/ });
  t.match(await run('account', 'invite', 'b@example.org', '--print', '--username', 'bob'), { exit: 4 });
  const body = { email: 'b@example.org', username: 'bob' };
  t.match(await operator('POST', '/invitations', body), kept, 'by an invitation');
  const people = await file('people.ndjson', '{"username":"bob"}\n{"username":"dora"}\n');
  t.match(await run('account', 'import', people, '--dry-run'), { out: /bob was that of another account/ });
  t.match(await run('account', 'import', people, '--skip-bad'), { out: /bob was that of another account/ });
  t.equal(await idOf('bob'), undefined);
  t.ok(await idOf('dora'), 'the other line is imported');

  t.match(await rename(ada, 'ada'), { status: 200 }, 'the account takes its name back');
  t.match(await rename(ada, 'ada.king'), { status: 200 });
  t.match(await rename(ada, 'Ada.Lovelace'), { status: 200 }, 'each of its names');
  server.clock.advance(89 * day);
  t.match(await add('bob'), kept);
  t.match(await add('ada.king'), kept);
  server.clock.advance(day);
  t.match(await add('bob'), { status: 201 }, 'after 90 days it is free');
  t.match(await add('ada.king'), { status: 201 });
  t.match(await add('ada.lovelace'), { status: 409, body: { code: 'account_exists' } }, 'it has no end');
});

t.test('of requests at the same time as the deletion, none gets the name', async (t) => {
  const { add, remove, rename, idOf, signUp } = await open(t, {
    security: { throttle: { registration_per_address: 1000 } },
  });
  const other = (await add('other')).body.id;
  for (const name of ['ada', 'bob', 'carl']) {
    const id = (await add(name)).body.id;
    const answers = await Promise.all([
      add(name),
      remove(id),
      add(name),
      rename(other, name),
      signUp(name).then(({ status }) => ({ status })),
      add(name),
    ]);
    t.strictSame(
      answers.map(({ status }) => status),
      [409, 204, 409, 409, 422, 409],
    );
    t.equal(await idOf(name), undefined);
  }
});

t.test('a deleted account leaves a hash of its name, and an end', async (t) => {
  const { server, add, remove } = await open(t);
  const { id } = (await add('grace')).body;
  t.match(await remove(id), { status: 204 });
  const names = (await documentsOf(server.store)).filter(({ key }) => key.kind === kinds.accountName);
  const [left, ...others] = names.filter(({ document }) => document.expiresAt !== undefined);
  t.equal(others.length, 0);
  const days = ((left?.document.expiresAt ?? 0) - server.clock.now()) / (day * 1000);
  t.ok(days > 89 && days <= 90, `${days} days`);
  t.notMatch(JSON.stringify(left), new RegExp(`grace|${id}`));
});

t.test('an operator frees a name by a command', async (t) => {
  const { add, remove, run } = await open(t);
  t.match(await run('account', 'release-name', 'bob'), { exit: 3, err: /not kept/ });
  const { id } = (await add('bob')).body;
  t.match(await run('account', 'release-name', 'bob'), { exit: 3 }, 'an account has it');
  await remove(id);
  t.match(await run('account', 'release-name', 'BOB'), { exit: 0 });
  t.match(await add('bob'), { status: 201 });
});

t.test('a name is free at once where the setting says so', async (t) => {
  const { add, rename, remove } = await open(t, { security: { former_username_days: 0 } });
  const { id } = (await add('ada')).body;
  t.match(await rename(id, 'grace'), { status: 200 });
  t.match(await add('ada'), { status: 201 });
  await remove(id);
  t.match(await add('grace'), { status: 201 });
});

t.test('the owner of an address may take it as a name', async (t) => {
  const { add, remove } = await open(t, { sign_in: { identifiers: ['username', 'email'] } });
  const email = 'ada@example.com';
  const claims = { email, email_verified: true };
  await remove((await add(email, claims)).body.id);
  t.match(await add(email), { status: 422 }, 'of which the address is not verified');
  const again = await add(email, claims);
  t.match(again, { status: 201 });
  await remove(again.body.id);
  t.match(await add('ada', claims), { status: 201 }, 'to sign in by it');
});

t.test('a person of an upstream gets another name', async (t) => {
  const fake = await startFakeUpstream(t);
  fake.person = { sub: 'u1', preferred_username: 'grace' };
  const { issuer, add, remove, idOf } = await open(t, {
    upstreams: [settingsOf(fake, { create: true, link: 'never' })],
  });
  await remove((await add('grace')).body.id);
  t.match((await signInBy(issuer, 'acme')).status, /^(?:200|303)$/);
  t.equal(await idOf('grace'), undefined);
});
