import { join } from 'node:path';
import t, { type Test } from 'tap';
import { StoreUnavailable } from '#src/store/errors.ts';
import { kinds } from '#src/store/record-kinds.ts';
import { startAdminServer } from '../admin/admin-server.ts';
import { addPasskey } from '../support/passkeys.ts';
import { password, signedInBrowser, startInProcess, type TestServer } from '../support/setup/index.ts';

// An account is removed in one commit, and what it had in others. A store that fails in between must not make the answer a lie.

const settings = { profile: { delete_account: true }, admin: { enabled: true } };

/** From the removal of an account on, the store takes no other commit. */
const failBehindRemovals = ({ store }: TestServer) => {
  const commit = store.commit.bind(store);
  let isRemoved = false;
  store.commit = async (writes) => {
    if (isRemoved) throw new StoreUnavailable('the disk is full');
    await commit(writes);
    isRemoved = writes.some(({ op, key: { kind } }) => op === 'remove' && kind === kinds.account);
  };
  return () => {
    store.commit = commit;
  };
};

const addPerson = async (server: TestServer, username: string): Promise<string> => {
  const { id } = await server.addAccount({ username, password });
  await addPasskey(server, username);
  await server.signIn(username);
  return id;
};

const leftOf = async ({ app, store }: TestServer, id: string) => {
  const { passkeys, sessions } = app.services;
  const removals = await store.list('account-removals', 'all', { limit: 10 });
  return {
    passkeys: (await passkeys.list(id)).length,
    sessions: (await sessions.list(id, { limit: 10 })).items.length,
    removals: removals.items.length,
  };
};

const nothing = { passkeys: 0, sessions: 0, removals: 0 };

const isFinishedBy = async (t: Test, store: object, id: string): Promise<void> => {
  const next = await startInProcess(t, { ...settings, store });
  await next.stop();
  const reader = await startInProcess(t, { ...settings, store });
  t.strictSame(await leftOf(reader, id), nothing, 'the next start finishes it');
  await reader.stop();
};

t.test('an account that an operator deletes is gone, whatever fails behind it', async (t) => {
  const store = { url: `sqlite:${join(t.testdir(), 'postern.db')}` };
  const { server, call, machine } = await startAdminServer(t, { ...settings, store });
  const id = await addPerson(server, 'grace');
  t.not((await leftOf(server, id)).passkeys, 0);
  const caller = await machine();
  const send = () => call('DELETE', `/accounts/${id}`, { caller, headers: { 'if-match': '*' } });
  const repair = failBehindRemovals(server);
  t.equal((await send()).status, 204);
  repair();
  t.ok(server.events.some(({ type, account }) => type === 'admin.account.remove' && account === id));
  t.match(await send(), { status: 404, body: { code: 'account_not_found' } });
  t.not((await leftOf(server, id)).passkeys, 0);
  await server.stop();
  await isFinishedBy(t, store, id);
});

t.test('an account that its owner deletes is gone, whatever fails behind it', async (t) => {
  const store = { url: `sqlite:${join(t.testdir(), 'postern.db')}` };
  const server = await startInProcess(t, { ...settings, store });
  const id = await addPerson(server, 'grace');
  const browser = await signedInBrowser(server, 'grace', { how: { amr: ['swk', 'user', 'mfa'] } });
  const page = await browser.open(`${server.issuer}/account/delete`);
  const repair = failBehindRemovals(server);
  const done = await browser.submit(page, { login: 'grace' });
  repair();
  t.equal(done.url, `${server.issuer}/account/deleted`);
  t.equal(await server.app.services.accounts.find(id), undefined);
  t.not((await leftOf(server, id)).passkeys, 0);
  await server.stop();
  await isFinishedBy(t, store, id);
});

t.test('a deletion that the store refuses leaves everything as it is', async (t) => {
  const { server, call, machine } = await startAdminServer(t, settings);
  const id = await addPerson(server, 'grace');
  const before = await leftOf(server, id);
  const caller = await machine();
  const send = () => call('DELETE', `/accounts/${id}`, { caller, headers: { 'if-match': '*' } });
  const commit = server.store.commit.bind(server.store);
  server.store.commit = () => Promise.reject(new StoreUnavailable('the disk is full'));
  const refused = await send();
  server.store.commit = commit;
  t.equal(refused.status, 503);
  t.strictSame(await leftOf(server, id), before);
  t.equal((await send()).status, 204);
  t.strictSame(await leftOf(server, id), nothing);
});

t.test('the last administrator does not delete the own account', async (t) => {
  const { server, issuer } = await startAdminServer(t, settings);
  const { accounts } = server.app.services;
  const browser = await signedInBrowser(server, 'admin');
  const page = await browser.open(`${issuer}/account/delete`);
  const refused = await browser.submit(page, { login: 'admin' });
  t.match(refused, { status: 409, body: /last_administrator/ });
  t.ok(await accounts.findByUsername('admin'));
  t.equal((await browser.open(`${issuer}/account`)).url, `${issuer}/account`, 'nothing has ended');
  await accounts.add({ username: 'other', groups: ['postern-admins'] }, { mayChangeRoles: true });
  const done = await browser.submit(await browser.open(`${issuer}/account/delete`), { login: 'admin' });
  t.equal(done.url, `${issuer}/account/deleted`);
});
