import { once } from 'node:events';
import { createServer } from 'node:http';
import { decodeJwt, decodeProtectedHeader } from 'jose';
import t from 'tap';
import {
  Browser,
  codeFor,
  newVerifier,
  RelyingParty,
  redirectParameters,
  redirectUri,
  secret,
  startInProcess,
  usualConfig,
} from '../support/setup/index.ts';

// With token_typ: JWT the header does not tell an access token from the other JWTs of this server (RFC 9068 §2.1, CWE-347).

const api = 'https://api.example.com';

const logoutTokens: string[] = [];
const receiver = createServer(async (request, response) => {
  let body = '';
  for await (const chunk of request) body += chunk;
  logoutTokens.push(new URLSearchParams(body).get('logout_token') ?? '');
  response.end();
}).listen(0, '127.0.0.1');
await once(receiver, 'listening');
t.teardown(() => receiver.close());
const address = receiver.address();
const port = typeof address === 'object' ? address?.port : undefined;

const config = {
  ...usualConfig,
  accounts: usualConfig.accounts.map((account) => ({
    ...account,
    // Claims that make an id token look like an access token.
    claims: { client_id: 'app', gty: 'client_credentials' },
  })),
  claims: { odd: ['client_id', 'gty'] },
  resources: [{ audience: api, scopes: ['read'], token_typ: 'JWT', introspection_clients: ['app'] }],
  clients: [
    {
      ...usualConfig.clients[0],
      id_token_claims: 'all',
      userinfo_signed_response_alg: 'RS256',
      introspection_signed_response_alg: 'RS256',
      authorization_signed_response_alg: 'RS256',
      backchannel_logout_uri: `http://127.0.0.1:${port}/logout`,
      resources: [api],
    },
  ],
};

const server = await startInProcess(t, config);
const { issuer } = server;
const app = new RelyingParty(issuer);
const introspect = async (token: string) => (await app.post('/oauth/introspect', { token })).body;
const userinfo = (token: string) =>
  fetch(`${issuer}/userinfo`, { headers: { authorization: `Bearer ${token}` } });

const everyOtherJwt = async (): Promise<Readonly<Record<string, string>>> => {
  const browser = new Browser();
  const { code, verifier } = await codeFor(app, browser, { scope: 'openid odd read' });
  const { body } = await app.redeem(code, verifier);
  const signed = await app.post(
    '/oauth/introspect',
    { token: String(body['access_token']) },
    { accept: 'application/token-introspection+jwt' },
  );
  const answer = await browser.open(app.authorizationUrl(newVerifier(), { response_mode: 'query.jwt' }));
  const person = await userinfo(String(body['access_token']));
  const page = await browser.open(`${issuer}/oauth/logout`);
  await browser.submit(page, { logout: 'yes' });
  for (let waited = 0; logoutTokens.length === 0 && waited < 100; waited++)
    await new Promise((resolve) => setTimeout(resolve, 50));
  return {
    'an id token': String(body['id_token']),
    'an introspection response': String(signed.body['text']),
    'an authorization response (JARM)': redirectParameters(answer).get('response') ?? '',
    'a userinfo response': await person.text(),
    'a logout token': logoutTokens[0] ?? '',
  };
};

t.test('an API can have tokens with typ JWT, which work everywhere', async (t) => {
  const { code, verifier } = await codeFor(app, new Browser(), { scope: 'openid read' });
  const { body } = await app.redeem(code, verifier);
  const token = String(body['access_token']);
  t.match(decodeProtectedHeader(token), { typ: 'JWT', alg: 'ES256' });
  t.match(await introspect(token), { active: true, aud: [api, issuer] });
  t.equal((await userinfo(token)).status, 200);
  t.match(await app.post('/oauth/revoke', { token }), { status: 200 });
  t.same(await introspect(token), { active: false });
  const machine = await app.post('/oauth/token', {
    grant_type: 'client_credentials',
    scope: 'read',
    resource: api,
  });
  const own = String(machine.body['access_token']);
  t.match(decodeProtectedHeader(own), { typ: 'JWT' });
  t.match(await introspect(own), { active: true, aud: api });
  const plain = await codeFor(app, new Browser(), { scope: 'openid' });
  const forUserinfo = await app.redeem(plain.code, plain.verifier);
  t.match(decodeProtectedHeader(String(forUserinfo.body['access_token'])), { typ: 'at+jwt' });
});

t.test('every other JWT that this server signs is no access token', async (t) => {
  const others = await everyOtherJwt();
  t.match(decodeJwt(others['an id token'] ?? ''), { client_id: 'app', gty: 'client_credentials' });
  for (const [name, token] of Object.entries(others)) {
    t.equal(token.split('.').length, 3, `${name} is there`);
    for (const token_type_hint of ['access_token', 'refresh_token', '']) {
      const answer = await app.post('/oauth/introspect', { token, token_type_hint });
      t.same(answer.body, { active: false }, `${name} at introspection`);
    }
    t.equal((await userinfo(token)).status, 401, `${name} at userinfo`);
    const documents = async () => {
      let count = 0;
      for (let cursor: string | undefined; ; ) {
        const page = await server.store.dump(cursor);
        count += page.entries.filter((entry) => entry.type === 'document' && entry.key.kind === 'rv').length;
        cursor = page.next;
        if (cursor === undefined) return count;
      }
    };
    const before = await documents();
    t.match(await app.post('/oauth/revoke', { token }), { status: 200 }, `${name} at revocation`);
    t.equal(await documents(), before, `${name} is not marked as revoked`);
  }
});

t.test('an audience with such tokens is the id of no client', async (t) => {
  const clients = [{ ...usualConfig.clients[0], client_id: api }];
  await t.rejects(startInProcess(t, { ...config, clients }), { message: /use at\+jwt, or another audience/ });
  await t.rejects(
    server.app.services.clients.add({ id: api, metadata: { redirect_uris: [redirectUri] }, secret }),
    { message: /audience of a resource with token_typ: JWT/ },
  );
});
