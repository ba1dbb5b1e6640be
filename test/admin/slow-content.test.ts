import { type IncomingMessage, request } from 'node:http';
import { text } from 'node:stream/consumers';
import t from 'tap';
import { type ClientKey, proof } from '../support/proofs.ts';
import { adminPath, type Caller, groupOf, startAdminServer } from './admin-server.ts';

const { server, issuer, call, machine, person } = await startAdminServer(t);
const { accounts, clients } = server.app.services;

/** Sends the headers and the first byte of a request; the result sends the rest. */
const beginRequest = async (
  { token, key }: { readonly token: string; readonly key?: ClientKey },
  method: string,
  path: string,
  body: object,
): Promise<() => Promise<{ status: number | undefined; code: unknown }>> => {
  const url = `${issuer}${adminPath}${path}`;
  const content = JSON.stringify(body);
  const sent = request(url, {
    method,
    headers: {
      authorization: `${key ? 'DPoP' : 'Bearer'} ${token}`,
      'content-type': 'application/json',
      'content-length': Buffer.byteLength(content),
      ...(key && { dpop: await proof(key, url, { htm: method, token }) }),
    },
  });
  const answered = new Promise<IncomingMessage>((resolve, reject) => {
    sent.once('response', resolve);
    sent.once('error', reject);
  });
  sent.write(content.slice(0, 1));
  // The server has seen the headers when it answers a later request on another connection.
  await fetch(`${issuer}/readyz`);
  await new Promise((resolve) => setTimeout(resolve, 100));
  return async () => {
    sent.end(content.slice(1));
    const response = await answered;
    const { code } = Object(JSON.parse((await text(response)) || '{}'));
    return { status: response.statusCode, code };
  };
};

const idOf = async (username: string): Promise<string> => {
  const account = await accounts.findByUsername(username);
  if (account === undefined) throw new Error(`${username} is missing`);
  return account.id;
};

/** A further administrator, whose right may be taken. */
const addAdministrator = async (username: string): Promise<Caller> => {
  await accounts.add({ username, groups: [groupOf.admin] }, { mayChangeRoles: true });
  return person(username);
};

const backdoor = (username: string) => ({ username, groups: [groupOf.admin] });

t.test('a right that is taken while the content of a request arrives is gone', async (t) => {
  const former = await addAdministrator('former');
  const finish = await beginRequest(former, 'POST', '/accounts', backdoor('backdoor'));
  const path = `/groups/${groupOf.admin}/members/${await idOf('former')}`;
  t.equal((await call('DELETE', path, { caller: await machine() })).status, 204);
  t.same(await finish(), { status: 403, code: 'insufficient_scope' });
  t.equal(await accounts.findByUsername('backdoor'), undefined);
});

t.test('so is the right of an account that is disabled', async (t) => {
  const disabled = await addAdministrator('disabled');
  const finish = await beginRequest(disabled, 'POST', '/accounts', backdoor('backdoor'));
  const path = `/accounts/${await idOf('disabled')}/disable`;
  const { status } = await call('POST', path, { caller: await machine(), headers: { 'if-match': '*' } });
  t.equal(status, 200);
  t.same(await finish(), { status: 401, code: 'invalid_token' });
  t.equal(await accounts.findByUsername('backdoor'), undefined);
});

t.test('and that of a client that is stopped', async (t) => {
  const caller = await machine();
  const finish = await beginRequest(caller, 'POST', '/accounts', { username: 'backdoor' });
  await clients.stop('machine');
  t.same(await finish(), { status: 401, code: 'invalid_token' });
  await clients.start('machine');
  t.equal(await accounts.findByUsername('backdoor'), undefined);
});

t.test('a request with slow content goes on where nothing has changed, also with a proof', async (t) => {
  const finish = await beginRequest(await machine(), 'POST', '/accounts', { username: 'patient' });
  t.match(await finish(), { status: 201 });
  const finishOther = await beginRequest(await person('admin'), 'POST', '/accounts', { username: 'other' });
  t.match(await finishOther(), { status: 201 });
});
