import { freePort } from 'postern/testing';
import t from 'tap';
import { startInProcess } from '../support/setup/index.ts';
import { adminPath, allScopes, startAdminServer } from './admin-server.ts';

const wellKnown = '/.well-known/oauth-protected-resource/api/admin';

t.test(
  'the API says where its tokens come from, and its challenges say where it does (RFC 9728)',
  async (t) => {
    const { issuer, call, machine, person } = await startAdminServer(t);
    const answer = await fetch(`${issuer}${wellKnown}`);
    const body = Object(await answer.json());
    t.equal(answer.status, 200);
    t.match(answer.headers.get('content-type'), 'application/json');
    const authorizationServer = await fetch(`${issuer}/.well-known/openid-configuration`);
    t.match(body, {
      resource: `${issuer}/api/admin`,
      authorization_servers: [Object(await authorizationServer.json()).issuer],
      bearer_methods_supported: ['header'],
      tls_client_certificate_bound_access_tokens: false,
    });
    t.equal(body.scopes_supported.join(' '), allScopes);
    const named = `resource_metadata="${issuer}${wellKnown}"`;
    const viewer = await person('viewer');
    const old = await person('admin', { ago: 16 * 60 });
    const { token } = await machine();
    for (const [what, refused] of [
      ['no token', await call('GET', '/accounts')],
      ['a bad token', await call('GET', '/accounts', { caller: { token: 'nothing' } })],
      [
        'a bad proof',
        await call('GET', '/accounts', { headers: { authorization: `DPoP ${token}`, dpop: 'x' } }),
      ],
      ['too few rights', await call('POST', '/keys/rotate', { caller: viewer, body: {} })],
      ['an old sign-in', await call('POST', '/keys/rotate', { caller: old, body: {} })],
    ] as const)
      t.match(refused.headers.get('www-authenticate'), named, what);
    t.equal(
      (await fetch(`${issuer}/.well-known/oauth-protected-resource`)).status,
      404,
      'for no other resource',
    );
  },
);

t.test('without the API, or with a port of its own, there is no metadata', async (t) => {
  const off = await startInProcess(t, { admin: { enabled: false } });
  t.equal((await fetch(`${off.issuer}${wellKnown}`)).status, 404);
  const port = await freePort();
  const apart = await startAdminServer(t, { admin: { enabled: true, listen: { port } } });
  t.equal((await fetch(`${apart.issuer}${wellKnown}`)).status, 404);
  const own = `http://127.0.0.1:${port}`;
  t.equal((await fetch(`${own}${wellKnown}`)).status, 421, 'as for all that is not there');
  const refused = await fetch(`${own}${adminPath}/accounts`);
  t.equal(refused.status, 401);
  t.notMatch(refused.headers.get('www-authenticate'), 'resource_metadata');
});
