import { join } from 'node:path';
import t, { type Test } from 'tap';
import { reservationKey } from '#src/services/accounts/name-record.ts';
import { runPosternInProcess, startInProcess } from '../support/setup/index.ts';
import { startAdminServer } from './admin-server.ts';

// Applications that know people by `preferred_username` would take one account for another one with the same.

const invalid = { status: 422, body: { code: 'claim_invalid' } };

const open = async (t: Test) => {
  const folder = t.testdir({});
  const url = `sqlite:${join(folder, 'store.db')}`;
  const { server, call, person } = await startAdminServer(t, {
    store: { url },
    accounts: [{ username: 'root', preferred_username: 'chief', password: 'a tin of paint by the door' }],
  });
  const caller = await person('admin');
  const send = (method: string, path: string, body: unknown) =>
    call(method, path, { caller, body, headers: method === 'PATCH' ? { 'if-match': '*' } : {} });
  return {
    server,
    url,
    send,
    add: (username: string, preferred?: string) =>
      send('POST', '/accounts', {
        username,
        ...(preferred !== undefined && { claims: { preferred_username: preferred } }),
      }),
    run: (...args: string[]) => runPosternInProcess(folder, ['--set', `store.url=${url}`, ...args]),
  };
};

t.test('no account gets a name that another one has as preferred_username', async (t) => {
  const { add, send, run } = await open(t);
  t.match(await add('ada', 'lovelace'), { status: 201 });
  t.match(await add('eve', 'Lovelace'), invalid, 'as its own claim');
  t.match(await add('LOVELACE'), { status: 409, body: { code: 'account_exists' } }, 'as its user name');
  const { id } = (await add('eve')).body;
  t.match(await send('PATCH', `/accounts/${id}`, { username: 'lovelace' }), { status: 409 });
  t.match(await send('PATCH', `/accounts/${id}`, { claims: { preferred_username: 'lovelace' } }), invalid);
  t.match(await add('mallory', 'chief'), invalid, 'of an account of the configuration');
  t.match(await add('chief'), { status: 409 });
  t.match(await run('account', 'add', 'lovelace', '--generate'), { exit: 4 });
});

t.test('an invitation with a name of another account is refused when it is made', async (t) => {
  const { add, send, run } = await open(t);
  await add('ada', 'lovelace');
  const invite = (more: object) => send('POST', '/invitations', { email: 'eve@example.com', ...more });
  for (const name of ['ada', 'lovelace', 'chief'])
    t.match(await invite({ claims: { preferred_username: name } }), invalid, name);
  t.match(await invite({ username: 'lovelace' }), { status: 409 });
  const cli = ['account', 'invite', 'eve@example.com', '--print'];
  t.match(await run(...cli, '--claim', 'preferred_username=lovelace'), { exit: 2, err: /another account/ });
  t.match(await invite({ claims: { preferred_username: 'eve' } }), { status: 201 });
});

t.test('of requests at the same time, one gets the name', async (t) => {
  const { add, send } = await open(t);
  const ids = await Promise.all(['one', 'two', 'three'].map(async (name) => (await add(name)).body.id));
  for (const name of ['x1', 'x2', 'x3']) {
    const claims = { preferred_username: name };
    const answers = await Promise.all([
      ...ids.map((id) => send('PATCH', `/accounts/${id}`, { claims })),
      add(`${name}-new`, name),
      add(name),
    ]);
    const statuses = answers.map(({ status }) => status);
    t.equal(statuses.filter((status) => status < 300).length, 1, statuses.join(' '));
  }
});

t.test('a claim that an account has left is kept for it', async (t) => {
  const { add, send } = await open(t);
  const { id } = (await add('ada', 'lovelace')).body;
  const set = (name: string | null) =>
    send('PATCH', `/accounts/${id}`, { claims: { preferred_username: name } });
  t.match(await set(null), { status: 200 });
  t.match(await add('eve', 'lovelace'), { status: 409, body: { code: 'username_kept' } });
  t.match(await set('lovelace'), { status: 200 });
  t.match(await send('PATCH', `/accounts/${id}`, { username: 'lovelace' }), { status: 200 });
  t.match(await set('ada'), { status: 200 }, 'the two can change places');
});

t.test('a claim that an earlier release has stored is reserved at the next start', async (t) => {
  const { server, url, add } = await open(t);
  const { id } = (await add('ada', 'lovelace')).body;
  await add('bob', 'king');
  await server.store.commit([
    { op: 'remove', key: reservationKey('lovelace') },
    { op: 'remove', key: reservationKey('king') },
    { op: 'remove', key: { kind: 'reserved-emails', family: 'preferred-usernames', id: '' } },
  ]);
  await server.app.services.accounts.add({ username: 'king' });
  await server.stop();
  const next = await startInProcess(t, { store: { url } });
  const { accounts } = next.app.services;
  await accounts.reserveNames();
  await t.rejects(accounts.add({ username: 'lovelace' }), { code: 'account_exists' });
  const shared = next.events.filter(({ type }) => type === 'account.preferred_username_shared');
  t.ok(shared.length > 0, 'one that another account has as its user name is reported');
  t.notOk(shared.some(({ account }) => account === id));
});

t.test('no server starts on two accounts of the configuration with the same name', async (t) => {
  const password = 'a tin of paint by the door';
  for (const preferred_username of ['Chief', 'root'])
    await t.rejects(
      startInProcess(t, {
        accounts: [
          { username: 'root', preferred_username: 'chief', password },
          { username: 'bob', preferred_username, password },
        ],
      }),
      { code: 'bad_configuration', message: /the same preferred_username/ },
    );
});
