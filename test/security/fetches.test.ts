import type { RequestListener } from 'node:http';
import { createServer as createSecureServer } from 'node:https';
import { createServer } from 'node:net';
import { getCACertificates, setDefaultCACertificates } from 'node:tls';
import { gzipSync } from 'node:zlib';
import t, { type Test } from 'tap';
import type { SecurityEvent } from '#src/events.ts';
import { makeCertificate, san } from '../support/certificates.ts';
import { assertion, assertionType, newKey } from '../support/proofs.ts';
import { rawRequest, sendRaw } from '../support/raw-http.ts';
import {
  Browser,
  codeFor,
  password,
  postForm,
  RelyingParty,
  redirectUri,
  secret,
  startInProcess,
  startServerProcess,
  type TestServer,
} from '../support/setup/index.ts';
import { waitFor } from '../support/wait-for.ts';

const issuer = 'https://id.example';
const key = await newKey();

/** A server inside the network that must receive no request. */
const openBait = async (t: Test) => {
  let heard = 0;
  const bait = createServer((socket) => {
    heard += 1;
    socket.destroy();
  }).listen(0);
  await new Promise((resolve) => bait.once('listening', resolve));
  t.teardown(() => bait.close());
  const { port } = Object(bait.address());
  return { port: Number(port), heard: () => heard };
};

const inside = (port: number): string[] =>
  [
    '127.0.0.1',
    'localhost',
    'localhost.',
    '127.1',
    '2130706433',
    '0x7f.0.0.1',
    '0177.0.0.1',
    '0.0.0.0',
    '[::1]',
    '[::]',
    '[::ffff:127.0.0.1]',
    '[::ffff:7f00:1]',
    '[64:ff9b::7f00:1]',
    '10.0.0.1',
    '169.254.169.254',
    '[fd00:ec2::254]',
    '[fe80::1]',
    '１２７.0.0.1',
  ].flatMap((host) => [`https://${host}:${port}/x`, `http://${host}:${port}/x`]);

const production = {
  mode: 'production',
  issuer,
  store: { url: `sqlite:${t.testdir()}/fetches.db` },
  security: {
    key_encryption_key: Buffer.alloc(32, 7).toString('base64url'),
    throttle: { registration_per_address: 0 },
  },
  registration: { enabled: true },
};

const post = (origin: string, path: string, body: string, type: string) =>
  sendRaw(
    origin,
    rawRequest(
      'POST',
      path,
      { Host: 'id.example', 'Content-Type': type, 'Content-Length': String(Buffer.byteLength(body)) },
      body,
    ),
  );

t.test('a URL that a client names never points into the network (CWE-918)', async (t) => {
  const bait = await openBait(t);
  const uris = inside(bait.port).filter((uri) => URL.canParse(uri));
  const fits = uris.filter(
    (uri) => uri.startsWith('https:') || /\/\/(localhost|127\.0\.0\.1|\[::1\]):/.test(uri),
  );
  const postern = await startInProcess(t, {
    ...production,
    clients: fits.map((jwks_uri, i) => ({
      client_id: `client-${i}`,
      token_endpoint_auth_method: 'private_key_jwt',
      grant_types: ['client_credentials'],
      response_types: [],
      jwks_uri,
    })),
  });
  const address = postern.app.server.server.address();
  const origin = `http://127.0.0.1:${Object(address).port}`;

  const answers = await Promise.all(
    fits.map(async (uri, i) => {
      const body = new URLSearchParams({
        grant_type: 'client_credentials',
        client_assertion_type: assertionType,
        client_assertion: await assertion(key, `client-${i}`, issuer),
      });
      return {
        uri,
        ...(await post(origin, '/oauth/token', String(body), 'application/x-www-form-urlencoded')),
      };
    }),
  );
  for (const { uri, status, body } of answers) {
    t.ok(status === 401 || status === 400, `jwks_uri ${uri}: ${status}`);
    t.notMatch(body, /127\.|ECONN|169\.|EHOST|ENET|timeout/i, 'the response is not disclosed');
  }
  t.equal(bait.heard(), 0);

  const fields = [
    'jwks_uri',
    'sector_identifier_uri',
    'logo_uri',
    'client_uri',
    'policy_uri',
    'tos_uri',
    'initiate_login_uri',
    'backchannel_logout_uri',
    'backchannel_client_notification_endpoint',
  ];
  for (const field of fields) {
    for (const uri of [
      `https://127.0.0.1:${bait.port}/`,
      `https://[::ffff:127.0.0.1]:${bait.port}/`,
      `http://169.254.169.254/`,
      'file:///etc/passwd',
      'gopher://127.0.0.1/',
      'javascript:alert(1)',
      `https://user:pw@127.0.0.1:${bait.port}/`,
      '//127.0.0.1/',
      'data:text/html,x',
    ]) {
      const metadata = {
        redirect_uris: ['https://app.example/callback'],
        ...(field === 'sector_identifier_uri' && { subject_type: 'pairwise' }),
        ...(field === 'jwks_uri' && { token_endpoint_auth_method: 'private_key_jwt' }),
        [field]: uri,
      };
      const { status, body } = await post(
        origin,
        '/oauth/register',
        JSON.stringify(metadata),
        'application/json',
      );
      t.ok([201, 400].includes(status), `${field} ${uri}: ${status}`);
      if (!uri.startsWith('https://127') && !uri.startsWith('https://['))
        t.equal(status, 400, `${field} is no ${uri}`);
      t.notMatch(body, /\bE(CONN|HOST)[A-Z]+\b|root:|timeout/);
    }
  }
  t.equal(bait.heard(), 0, 'nor is anything fetched because a client registered it');
});

t.test('URLs that are only shown to people are not fetched', async (t) => {
  const bait = await openBait(t);
  const uri = `http://127.0.0.1:${bait.port}/x`;
  const postern = await startInProcess(t, {
    clients: [
      {
        client_id: 'app',
        client_secret: 'x'.repeat(43),
        redirect_uris: [redirectUri],
        logo_uri: uri,
        client_uri: uri,
        policy_uri: uri,
        tos_uri: uri,
      },
    ],
  });
  const challenge = { code_challenge: 'a'.repeat(43), code_challenge_method: 'S256' };
  const query = new URLSearchParams({
    client_id: 'app',
    response_type: 'code',
    redirect_uri: redirectUri,
    scope: 'openid',
    ...challenge,
  });
  const page = await fetch(`${postern.issuer}/oauth/authorize?${query}`, { redirect: 'manual' });
  t.equal(page.status, 303);
  const given = await fetch(
    `${postern.issuer}/oauth/authorize?${query}&request_uri=${encodeURIComponent(uri)}`,
    { redirect: 'manual' },
  );
  t.match(
    given.headers.get('location') ?? '',
    /error=request_uri_not_supported/,
    'nor is a request by reference (RFC 9101 §10.4)',
  );
  t.equal(bait.heard(), 0);
});

/** A relying party inside the network, with TLS that this process trusts. */
const openNeighbour = async (t: Test) => {
  const { certificate, privateKey } = makeCertificate({ alternative: [san.ip(127, 0, 0, 1)] });
  const trusted = getCACertificates('default');
  setDefaultCACertificates([...trusted, certificate.toString()]);
  t.teardown(() => setDefaultCACertificates(trusted));
  const own = { cert: certificate.toString(), key: privateKey.export({ type: 'pkcs8', format: 'pem' }) };
  const asked: string[] = [];
  const answers: Record<string, RequestListener> = {};
  const usual: RequestListener = (_, response) => response.end('{}');
  let connections = 0;
  const server = createSecureServer(own, (request, response) => {
    const path = request.url ?? '';
    asked.push(path);
    request.resume().once('end', () => (answers[path] ?? usual)(request, response));
  }).listen(0, '127.0.0.1');
  server.on('connection', () => {
    connections += 1;
  });
  await new Promise((resolve) => server.once('listening', resolve));
  t.teardown(() => {
    server.closeAllConnections();
    server.close();
  });
  const { port } = Object(server.address());
  return { origin: `https://127.0.0.1:${port}`, asked, answers, connections: () => connections };
};

const ciba = 'urn:openid:params:grant-type:ciba';

const openAtHome = async (t: Test, allowed_networks: readonly string[]) => {
  const { issuer: _, ...settings } = production;
  const postern = await startInProcess(t, {
    ...settings,
    store: { url: `sqlite:${t.testdir()}/at-home.db` },
    security: { ...production.security, outbound: { allowed_networks } },
  });
  const events: SecurityEvent[] = [];
  postern.app.events.listen((event) => events.push(event));
  return { ...postern, events };
};

const byKeysAt = (jwks_uri: string) => ({
  token_endpoint_auth_method: 'private_key_jwt',
  grant_types: ['client_credentials'],
  response_types: [],
  jwks_uri,
});

const tokenByKey = async (issuer: string, client: string) =>
  postForm(`${issuer}/oauth/token`, {
    grant_type: 'client_credentials',
    client_assertion_type: assertionType,
    client_assertion: await assertion(key, client, issuer),
  });

/** Every URL that a client may register, with the action that makes the server request it. */
const provoke = async ({ app, issuer }: Pick<TestServer, 'app' | 'issuer'>, origin: string) => {
  const { clients, accounts } = app.services;
  await accounts.add({ username: 'ada', password });
  await clients.add({ id: 'by-keys', metadata: byKeysAt(`${origin}/jwks_uri`) });
  const shown = ['logo_uri', 'client_uri', 'policy_uri', 'tos_uri', 'initiate_login_uri'];
  await clients.add({
    id: 'app',
    secret,
    metadata: {
      redirect_uris: [redirectUri],
      grant_types: ['authorization_code', ciba],
      first_party: true,
      backchannel_token_delivery_mode: 'ping',
      backchannel_client_notification_endpoint: `${origin}/backchannel_client_notification_endpoint`,
      backchannel_logout_uri: `${origin}/backchannel_logout_uri`,
      ...Object.fromEntries(shown.map((name) => [name, `${origin}/${name}`])),
    },
  });
  const keys = await tokenByKey(issuer, 'by-keys');
  const registered = await fetch(`${issuer}/oauth/register`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({
      redirect_uris: ['https://app.example/callback'],
      subject_type: 'pairwise',
      sector_identifier_uri: `${origin}/sector_identifier_uri`,
    }),
  });
  const party = new RelyingParty(issuer);
  const browser = new Browser();
  await codeFor(party, browser);
  const request = { scope: 'openid', login_hint: 'ada', client_notification_token: 'token' };
  const begun = await party.post('/oauth/ciba', request);
  await browser.submit(await browser.open(`${issuer}/account/requests`), { decision: 'allow' });
  await browser.submit(await browser.open(`${issuer}/oauth/logout`), { logout: 'yes' });
  return { keys: keys.status, sector: registered.status, begun: begun.status };
};

const fetched = [
  '/backchannel_client_notification_endpoint',
  '/backchannel_logout_uri',
  '/jwks_uri',
  '/sector_identifier_uri',
];

t.test('in production no registered URL leads into the network, now or later (CWE-918)', async (t) => {
  const neighbour = await openNeighbour(t);
  const postern = await openAtHome(t, ['10.0.0.0/8', '127.0.0.2', 'fd00::/8']);
  t.same(await provoke(postern, neighbour.origin), { keys: 401, sector: 400, begun: 200 });
  const refused = () => postern.events.filter(({ type }) => type === 'fetch.refused');
  await waitFor('each refusal', () => refused().length >= fetched.length);
  for (const event of refused()) {
    t.match(event, { outcome: 'refused', reason: 'address_refused', details: { host: '127.0.0.1' } });
  }
  t.equal(neighbour.connections(), 0);
});

t.test('a network that the operator named is reached, with the minimum of requests', async (t) => {
  const neighbour = await openNeighbour(t);
  const { answers, asked } = neighbour;
  answers['/jwks_uri'] = (_, response) => response.end(JSON.stringify({ keys: [key.jwk] }));
  answers['/sector_identifier_uri'] = (_, response) => response.end('["https://app.example/callback"]');
  const postern = await openAtHome(t, ['127.0.0.0/8']);
  t.same(await provoke(postern, neighbour.origin), { keys: 200, sector: 201, begun: 200 });
  await waitFor('each address to be asked', () => asked.length >= fetched.length);
  t.same(asked.toSorted(), fetched, 'URLs that are only shown to people are not fetched');
  t.notOk(postern.events.some(({ type }) => type === 'fetch.refused'));

  await t.test(
    'its responses may not redirect, arrive slowly, be too long or be compressed (CWE-400, CWE-409)',
    async (t) => {
      const keySet = JSON.stringify({ keys: [key.jwk] });
      const attacks: Readonly<Record<string, RequestListener>> = {
        '/redirect': (_, response) => response.writeHead(307, { location: '/jwks_uri' }).end(keySet),
        '/drip': (_, response) => {
          const drip = setInterval(() => response.write(' '), 100);
          response.once('close', () => clearInterval(drip));
        },
        '/flood': (_, response) => {
          const more = () => {
            while (response.write(' '.repeat(65_536)));
            response.once('drain', more);
          };
          more();
        },
        '/packed': (_, response) =>
          response.writeHead(200, { 'content-encoding': 'gzip' }).end(gzipSync(keySet)),
        '/silence': () => undefined,
      };
      Object.assign(answers, attacks);
      asked.length = 0;
      const began = Date.now();
      await Promise.all(
        Object.keys(attacks).map(async (path) => {
          await postern.app.services.clients.add({
            id: path.slice(1),
            metadata: byKeysAt(`${neighbour.origin}${path}`),
          });
          t.equal((await tokenByKey(postern.issuer, path.slice(1))).status, 401, path);
        }),
      );
      t.ok(Date.now() - began < 15_000, 'each had its end');
      t.same(asked.toSorted(), Object.keys(attacks).toSorted(), 'and each was asked once');
    },
  );
});

/** A client's server that writes these bytes as its response. */
const openAnswering = async (t: Test, bytes: string) => {
  const server = createServer((socket) => {
    socket.on('error', () => {});
    socket.once('data', () => socket.end(bytes));
  }).listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  t.teardown(() => server.close());
  return `http://127.0.0.1:${Object(server.address()).port}/`;
};

t.test('no response of a client ends the server, or holds a request (CWE-248, CWE-400)', async (t) => {
  const postern = await startServerProcess(t, { config: { registration: { enabled: true } } });
  const rest = 'Content-Length: 2\r\n\r\n{}';
  const responses = {
    'a status above 599': `HTTP/1.1 999 Odd\r\n${rest}`,
    'a status below 100': `HTTP/1.1 099 Odd\r\n${rest}`,
    'status 000': `HTTP/1.1 000 Odd\r\n${rest}`,
    'another protocol': 'HTTP/1.1 101 Switching Protocols\r\nConnection: upgrade\r\nUpgrade: x\r\n\r\n',
    'early hints alone': 'HTTP/1.1 103 Early Hints\r\n\r\n',
    'bytes that are no HTTP': 'SSH-2.0-OpenSSH_9.9\r\n',
    'a name of a header that no `Headers` takes': `HTTP/1.1 200 OK\r\nx: \u0001\r\n${rest}`,
    'a body that ends early': 'HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n{}',
    nothing: '',
  };
  for (const [what, bytes] of Object.entries(responses)) {
    const uri = await openAnswering(t, bytes);
    const registered = await fetch(`${postern.url}/oauth/register`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({
        redirect_uris: [redirectUri],
        token_endpoint_auth_method: 'private_key_jwt',
        jwks_uri: uri,
      }),
    });
    const { client_id: client } = Object(await registered.json());
    const began = Date.now();
    const answer = await postForm(`${postern.url}/oauth/token`, {
      grant_type: 'authorization_code',
      code: 'x',
      redirect_uri: redirectUri,
      client_assertion_type: assertionType,
      client_assertion: await assertion(key, client, postern.url),
    });
    t.equal(answer.status, 401, what);
    t.ok(Date.now() - began < 10_000, `${what}: no request waits for it`);
  }
  t.equal((await fetch(`${postern.url}/readyz`)).status, 200);
});
