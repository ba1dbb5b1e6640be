import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import t, { type Test } from 'tap';
import { assertion, assertionType, type ClientKey, newKey } from '../support/proofs.ts';
import { postForm, redirectUri, startInProcess } from '../support/setup/index.ts';

setFlagsFromString('--expose-gc');
const collectGarbage: () => void = runInNewContext('gc');

const honest = await newKey();
const other = await newKey();

/** Almost as many keys as the server reads: 256 KB. */
const largeSet = Array.from({ length: 2_500 }, () => ({
  kty: 'OKP',
  crv: 'Ed25519',
  kid: randomBytes(8).toString('base64url'),
  x: generateKeyPairSync('ed25519').publicKey.export({ format: 'jwk' }).x,
}));

const openKeyHost = async (t: Test) => {
  const host = { asked: 0, uri: '' };
  const large = JSON.stringify({ keys: [...largeSet, other.jwk] });
  const small = JSON.stringify({ keys: [honest.jwk] });
  const server = createServer((request, response) => {
    host.asked += 1;
    response.writeHead(200, { 'content-type': 'application/json' });
    response.end(request.url?.startsWith('/small') ? small : large);
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.teardown(() => server.close());
  host.uri = `http://127.0.0.1:${Object(server.address()).port}`;
  return host;
};

t.test('self-registered clients can not fill the memory with keys (CWE-770)', async (t) => {
  const host = await openKeyHost(t);
  const { issuer, clock } = await startInProcess(t, {
    registration: { enabled: true },
    security: { throttle: { registration_per_address: 0, failed_authentication_per_client: 0 } },
    clients: [
      {
        client_id: 'configured',
        token_endpoint_auth_method: 'private_key_jwt',
        jwks_uri: `${host.uri}/configured`,
        redirect_uris: [redirectUri],
        grant_types: ['authorization_code', 'client_credentials'],
      },
    ],
  });

  const register = async (path: string): Promise<string> => {
    const response = await fetch(`${issuer}/oauth/register`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({
        redirect_uris: ['https://app.example/callback'],
        token_endpoint_auth_method: 'private_key_jwt',
        jwks_uri: `${host.uri}/${path}`,
      }),
    });
    t.equal(response.status, 201);
    return Object(await response.json()).client_id;
  };
  /** The error of the answer: `invalid_grant` for the made-up code once the keys have proved who the client is. */
  const use = async (client: string, key: ClientKey): Promise<unknown> => {
    const now = Math.floor(clock.now() / 1000);
    const { body } = await postForm(`${issuer}/oauth/token`, {
      grant_type: 'authorization_code',
      code: 'a-made-up-code',
      redirect_uri: 'https://app.example/callback',
      client_assertion_type: assertionType,
      client_assertion: await assertion(key, client, issuer, { iat: now, exp: now + 60 }),
    });
    return body.error;
  };
  const heapInMegabytes = (): number => {
    collectGarbage();
    return process.memoryUsage().heapUsed / 1e6;
  };

  const small = await register('small');
  t.equal(await use(small, honest), 'invalid_grant');
  t.equal(await use('configured', other), 'invalid_grant');
  const before = heapInMegabytes();

  const large: string[] = [];
  for (let n = 0; n < 120; n += 1) large.push(await register(`large-${n}`));
  for (const client of large) await use(client, other);
  t.ok(heapInMegabytes() - before < 40, 'where 120 of these sets take 78 MB');

  const asked = host.asked;
  t.equal(await use(small, honest), 'invalid_grant', 'a small set is still there');
  t.equal(await use('configured', other), 'invalid_grant', 'and that of a client of the operator');
  t.equal(host.asked, asked, 'without another request for them');
  const answers = await Promise.all(large.map((client) => use(client, other)));
  t.ok(answers.includes('invalid_client'), 'some of the large sets are not');
  t.equal(host.asked, asked, 'and they are not fetched at each request');

  clock.advance(6 * 60);
  const [first = ''] = large;
  t.equal(await use(first, other), 'invalid_grant', 'what is too old to be used leaves its room to others');
});
