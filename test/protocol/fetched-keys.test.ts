import { createServer } from 'node:http';
import t, { type Test } from 'tap';
import { makeCertificate } from '../support/certificates.ts';
import { assertion, assertionType, type ClientKey, newKey } from '../support/proofs.ts';
import { postForm, redirectUri, startInProcess } from '../support/setup/index.ts';

const forAYear = 'public, max-age=31536000, immutable';
const minute = 60;

const first = await newKey();
const second = await newKey();

/** The server of a client, which answers with `answer` and counts what it is asked. */
const openKeyHost = async (t: Test) => {
  const host = {
    answer: { status: 200, keys: [] as readonly object[], cacheControl: forAYear },
    asked: 0,
    uri: '',
  };
  const server = createServer((_, response) => {
    host.asked += 1;
    const { status, keys, cacheControl } = host.answer;
    response.writeHead(status, { 'content-type': 'application/json', 'cache-control': cacheControl });
    response.end(JSON.stringify({ keys }));
  }).listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  t.teardown(() => {
    server.closeAllConnections();
    server.close();
  });
  host.uri = `http://127.0.0.1:${Object(server.address()).port}/jwks`;
  return host;
};

const open = async (t: Test) => {
  const host = await openKeyHost(t);
  const metadata = {
    token_endpoint_auth_method: 'private_key_jwt',
    jwks_uri: host.uri,
    redirect_uris: [redirectUri],
    grant_types: ['authorization_code', 'client_credentials'],
  } as const;
  const { issuer, app, clock } = await startInProcess(t, {
    security: { throttle: { failed_authentication_per_client: 0 } },
    clients: [
      { client_id: 'configured', ...metadata },
      {
        client_id: 'by-certificate',
        ...metadata,
        token_endpoint_auth_method: 'self_signed_tls_client_auth',
      },
    ],
    proxy: { trusted: ['127.0.0.1'], client_certificate_header: 'client-cert' },
  });
  await app.services.clients.add({ id: 'stored', metadata: structuredClone(metadata) });

  /** What the server answers to an assertion by this key, and how often it asked the host for it. */
  const use = async (client: string, key: ClientKey, kid?: string) => {
    const before = host.asked;
    const now = Math.floor(clock.now() / 1000);
    const claims = { iat: now, exp: now + minute };
    const { status } = await postForm(`${issuer}/oauth/token`, {
      grant_type: 'client_credentials',
      client_assertion_type: assertionType,
      client_assertion: await assertion(key, client, issuer, claims, kid === undefined ? {} : { kid }),
    });
    return [status, host.asked - before];
  };
  return { host, clock, issuer, use };
};

for (const client of ['configured', 'stored']) {
  t.test(`a key that its owner withdraws ends within minutes (${client})`, async (t) => {
    const { host, clock, use } = await open(t);
    host.answer = { status: 200, keys: [first.jwk], cacheControl: forAYear };
    t.same(await use(client, first), [200, 1]);
    clock.advance(3 * minute);
    t.same(await use(client, first), [200, 0], 'not each use asks the host');
    host.answer.keys = [second.jwk];
    clock.advance(2 * minute);
    t.same(await use(client, first), [401, 1], 'the withdrawn key');
    t.same(await use(client, second), [200, 0], 'its successor');
    t.same(await use(client, first), [401, 0]);
  });

  t.test(`a failure of the host lasts for seconds, whatever it says (${client})`, async (t) => {
    const { host, clock, use } = await open(t);
    host.answer = { status: 404, keys: [], cacheControl: forAYear };
    t.same(await use(client, first), [401, 1]);
    t.same(await use(client, first), [401, 0], 'the host is not asked at each request');
    host.answer = { status: 200, keys: [first.jwk], cacheControl: 'no-store' };
    clock.advance(6);
    t.same(await use(client, first), [200, 1]);
    for (const status of [500, 403]) {
      host.answer.status = status;
      clock.advance(4.5 * minute);
      t.same(await use(client, first), [200, 1], 'keys are used for a while when they cannot be fetched');
      t.same(await use(client, first), [200, 0]);
      clock.advance(minute);
      t.same(await use(client, first), [401, 1], 'and no longer than that');
      t.same(await use(client, first), [401, 0]);
      host.answer.status = 200;
      clock.advance(6);
      t.same(await use(client, first), [200, 1]);
    }
  });

  t.test(`signatures that fit no key ask the host once a minute (${client})`, async (t) => {
    const { host, clock, use } = await open(t);
    host.answer = { status: 200, keys: [{ ...first.jwk, kid: 'first' }], cacheControl: forAYear };
    t.same(await use(client, first, 'first'), [200, 1]);
    host.answer.keys = [first, second].map(({ jwk }, n) => ({ ...jwk, kid: ['first', 'second'][n] }));
    t.same(await use(client, second, 'second'), [401, 0], 'within the minute');
    clock.advance(minute);
    const before = host.asked;
    const answers = await Promise.all(Array.from({ length: 8 }, () => use(client, second, 'second')));
    t.same([answers.map(([status]) => status), host.asked - before], [Array(8).fill(200), 1]);
    for (let more = 0; more < 5; more += 1) t.same(await use(client, second, 'other'), [401, 0]);
    clock.advance(minute);
    host.answer.status = 500;
    t.same(await use(client, second, 'other'), [401, 1], 'a made-up name while the host is down');
    t.same(await use(client, first, 'first'), [200, 0], 'takes no key away');
  });
}

t.test('certificates behind jwks_uri end as keys do (RFC 8705 §2.2.2)', async (t) => {
  const { host, clock, issuer } = await open(t);
  const certificates = [makeCertificate(), makeCertificate()];
  const keysOf = ({ certificate }: (typeof certificates)[number]) => [
    { ...certificate.publicKey.export({ format: 'jwk' }), x5c: [certificate.raw.toString('base64')] },
  ];
  const [former, latter] = certificates;
  if (!former || !latter) return;
  const use = async ({ certificate }: typeof former) => {
    const headers = { 'client-cert': `:${certificate.raw.toString('base64')}:` };
    const fields = { grant_type: 'client_credentials', client_id: 'by-certificate' };
    return (await postForm(`${issuer}/oauth/token`, fields, headers)).status;
  };
  host.answer = { status: 200, keys: keysOf(former), cacheControl: forAYear };
  t.equal(await use(latter), 401);
  t.equal(await use(former), 200);
  host.answer.keys = keysOf(latter);
  clock.advance(5 * minute);
  t.equal(await use(former), 401, 'withdrawn');
  t.equal(await use(latter), 200);
  host.answer.status = 500;
  clock.advance(6 * minute);
  t.not(await use(latter), 200, 'too old, and the host is down');
  t.equal(await use(latter), 401);
});
