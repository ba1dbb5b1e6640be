import t from 'tap';
import { startAdminServer } from './admin-server.ts';

const limit = 4;
const from = (address: string) => ({ 'x-forwarded-for': address });

t.test('requests of one address to the API are limited together, with and without a token', async (t) => {
  const { call, machine, server } = await startAdminServer(t, {
    proxy: { trusted: ['127.0.0.1'] },
    security: { throttle: { token_per_address: limit } },
  });
  const caller = await machine();
  const ask = (address: string, method = 'GET', path = '/accounts') =>
    call(method, path, { caller, headers: from(address) });
  t.equal((await ask('192.0.2.1')).status, 200);
  t.equal((await ask('192.0.2.1', 'GET', '/clients')).status, 200, 'another path');
  t.equal((await ask('192.0.2.1', 'DELETE', '/keys/none')).status, 404, 'a request that fails');
  t.equal((await call('GET', '/accounts', { headers: from('192.0.2.1') })).status, 401, 'or has no token');

  const refused = await ask('192.0.2.1');
  t.match(refused, { status: 429, body: { code: 'temporarily_unavailable', status: 429 } });
  t.match(refused.headers.get('content-type'), 'application/problem+json');
  t.match(refused.headers.get('retry-after'), /^([1-9]|[1-5]\d|60)$/, 'RFC 6585 §4');
  const added = await call('POST', '/groups', {
    caller,
    body: { name: 'staff' },
    headers: from('192.0.2.1'),
  });
  t.equal(added.status, 429);
  t.equal(await server.app.services.groups.find('staff'), undefined, 'nothing is done');
  t.equal((await call('GET', '/accounts', { headers: from('192.0.2.1') })).status, 429, 'before the token');
  t.equal((await ask('192.0.2.2')).status, 200, 'a neighbour is not held up');
  t.match(
    server.events.findLast(({ type }) => type === 'limit.reached'),
    { reason: 'too_many_requests', address: '192.0.2.1', details: { endpoint: 'administration' } },
  );
  server.clock.advance(61);
  t.equal((await ask('192.0.2.1')).status, 200, 'a minute later');
});
