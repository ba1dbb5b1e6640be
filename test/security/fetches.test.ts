import { createServer } from 'node:net';
import t, { type Test } from 'tap';
import { openHouse } from '../support/house.ts';
import { assertion, assertionType, newKey } from '../support/proofs.ts';
import { redirectUri } from '../support/relying-party.ts';
import { request, wire } from '../support/wire.ts';

const issuer = 'https://id.example';
const key = await newKey();

/** Something inside the network that must never hear of us. */
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
  wire(
    origin,
    request(
      'POST',
      path,
      { Host: 'id.example', 'Content-Type': type, 'Content-Length': String(Buffer.byteLength(body)) },
      body,
    ),
    { patienceMs: 6000 },
  );

t.test('an address that a client names is never one of our network (CWE-918)', async (t) => {
  const bait = await openBait(t);
  const uris = inside(bait.port).filter((uri) => URL.canParse(uri));
  const fits = uris.filter(
    (uri) => uri.startsWith('https:') || /\/\/(localhost|127\.0\.0\.1|\[::1\]):/.test(uri),
  );
  const house = await openHouse({
    config: {
      ...production,
      clients: fits.map((jwks_uri, i) => ({
        client_id: `client-${i}`,
        token_endpoint_auth_method: 'private_key_jwt',
        grant_types: ['client_credentials'],
        response_types: [],
        jwks_uri,
      })),
    },
  });
  t.teardown(() => house.close());
  const address = house.app.server.server.address();
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
    t.notMatch(body, /127\.|ECONN|169\.|EHOST|ENET|timeout/i, 'what was found there is not told');
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
      t.notMatch(body, /ECONN|EHOST|root:|timeout/i);
    }
  }
  t.equal(bait.heard(), 0, 'nor is anything fetched because a client registered it');
});

t.test('what is only shown to people is not fetched', async (t) => {
  const bait = await openBait(t);
  const uri = `http://127.0.0.1:${bait.port}/x`;
  const house = await openHouse({
    config: {
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
    },
  });
  t.teardown(() => house.close());
  const challenge = { code_challenge: 'a'.repeat(43), code_challenge_method: 'S256' };
  const query = new URLSearchParams({
    client_id: 'app',
    response_type: 'code',
    redirect_uri: redirectUri,
    scope: 'openid',
    ...challenge,
  });
  const page = await fetch(`${house.issuer}/oauth/authorize?${query}`, { redirect: 'manual' });
  t.equal(page.status, 303);
  const given = await fetch(
    `${house.issuer}/oauth/authorize?${query}&request_uri=${encodeURIComponent(uri)}`,
    { redirect: 'manual' },
  );
  t.match(
    given.headers.get('location') ?? '',
    /error=request_uri_not_supported/,
    'nor is a request by reference (RFC 9101 §10.4)',
  );
  t.equal(bait.heard(), 0);
});
