import { randomBytes } from 'node:crypto';
import t from 'tap';
import type { Config } from '#config';
import { grantTypesOf } from '#src/features/declarations.ts';
import { type ClientMetadata, clientProblems, createClients } from '#src/services/clients/index.ts';
import { createSecretCipher } from '#src/services/keys/secret-cipher.ts';
import { createManualClock } from '../support/clocks.ts';
import { openCountingStore } from '../support/counting-store.ts';
import { recordEvents } from '../support/recorded-events.ts';
import { startInProcess, testConfig } from '../support/setup/index.ts';
import { waitFor } from '../support/wait-for.ts';

const secretCipher = createSecretCipher(randomBytes(32));

const open = async (
  configured: Config['clients'] = [],
  cipher: typeof secretCipher | undefined = secretCipher,
) => {
  const clock = createManualClock();
  const { store, roundTrips } = await openCountingStore(clock);
  const { events, seen } = recordEvents();
  const config = { ...testConfig(), clients: configured };
  const options = {
    store,
    config,
    clock,
    events,
    grantTypes: grantTypesOf(),
    ...(cipher === undefined ? {} : { secretCipher: cipher }),
  };
  const clients = createClients(options);
  const close = async () => {
    clients.close();
    await store.close();
  };
  return { clients, clock, close, options, seen, store, roundTrips };
};

const callback = 'https://app.example.com/callback';
/** A public key whose modulus has this many bits. */
const rsaKey = (bits: number) => {
  const bytes = Buffer.alloc(Math.ceil(bits / 8), 0xff);
  bytes[0] = 0xff >> (bytes.length * 8 - bits);
  return { kty: 'RSA', e: 'AQAB', n: bytes.toString('base64url') };
};
const publicJwk = {
  kty: 'EC',
  crv: 'P-256',
  x: 'f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU',
  y: 'x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0',
};

const publicClient = { token_endpoint_auth_method: 'none', redirect_uris: [callback] };

const fieldsOf = (metadata: Partial<ClientMetadata>): string[] => [
  ...new Set(
    clientProblems(
      { client_id: 'x', redirect_uris: [callback], ...metadata },
      'operator',
      grantTypesOf(),
    ).map(({ field }) => field),
  ),
];

t.test(
  'RFC 9700 §2.1: redirect URIs that could lead to another site are refused, with the reason',
  async (t) => {
    const refused = [
      'not a uri',
      '/callback',
      'http://app.example.com/callback',
      'https://app.example.com/callback#',
      'https://app.example.com/callback#part',
      'https://*.example.com/callback',
      'https://user@app.example.com/callback',
      'https:///callback',
      'https:app.example.com/callback',
      'https://app.example.com/call back',
      'https://app.example.com\\@evil.example/',
      'https://app.example.com/\u0000',
      'https://äpp.example.com/',
      'javascript:alert(1)',
      'data:text/html,x',
      'com.example.app:/callback',
      `https://app.example.com/${'x'.repeat(2100)}`,
    ];
    for (const uri of refused) {
      t.same(
        fieldsOf({ redirect_uris: [callback, uri] }),
        ['redirect_uris'],
        JSON.stringify(uri.slice(0, 60)),
      );
      t.same(fieldsOf({ post_logout_redirect_uris: [uri] }), ['post_logout_redirect_uris']);
    }
    for (const uri of ['javascript:alert(1)', 'https://localhost/callback', 'http://app.example.com/']) {
      t.same(
        fieldsOf({ application_type: 'native', redirect_uris: [uri] }),
        ['redirect_uris'],
        `native: ${uri}`,
      );
    }
    for (const uri of [
      'http://127.0.0.1:9/cb?x=1',
      'http://[::1]/cb',
      'http://localhost:3000/cb',
      callback,
    ]) {
      t.same(fieldsOf({ redirect_uris: [uri] }), [], uri);
    }
    for (const uri of ['com.example.app:/callback', 'myapp:/callback', 'http://127.0.0.1/cb', callback]) {
      t.same(fieldsOf({ application_type: 'native', redirect_uris: [uri] }), [], `native: ${uri}`);
    }
  },
);

t.test(
  'RFC 7591 §2.1, RFC 9700 §2: incompatible grants, response types and methods are refused',
  async (t) => {
    const refused: [Partial<ClientMetadata>, string][] = [
      [{ grant_types: ['implicit'] }, 'grant_types'],
      [{ grant_types: ['password'], response_types: [] }, 'grant_types'],
      [{ grant_types: ['urn:made:up'], response_types: [] }, 'grant_types'],
      [{ grant_types: [] }, 'grant_types'],
      [{ grant_types: ['refresh_token'], response_types: [] }, 'grant_types'],
      [{ grant_types: ['client_credentials', 'refresh_token'], response_types: [] }, 'grant_types'],
      [
        { grant_types: ['client_credentials'], response_types: [], token_endpoint_auth_method: 'none' },
        'grant_types',
      ],
      [{ response_types: ['token'] }, 'response_types'],
      [{ response_types: ['code id_token'] }, 'response_types'],
      [{ response_types: [] }, 'response_types'],
      [{ grant_types: ['client_credentials'], response_types: ['code'] }, 'response_types'],
      [{ redirect_uris: [] }, 'redirect_uris'],
      [{ token_endpoint_auth_method: 'magic' }, 'token_endpoint_auth_method'],
      [{ token_endpoint_auth_method: 'private_key_jwt' }, 'jwks'],
      [{ token_endpoint_auth_method: 'self_signed_tls_client_auth' }, 'jwks'],
      [{ token_endpoint_auth_method: 'tls_client_auth' }, 'tls_client_auth_subject_dn'],
      [
        {
          token_endpoint_auth_method: 'tls_client_auth',
          tls_client_auth_subject_dn: 'CN=a',
          tls_client_auth_san_dns: 'a.b',
        },
        'tls_client_auth_subject_dn',
      ],
      [{ jwks: { keys: [] } }, 'jwks'],
      [{ jwks: { keys: [{}] } }, 'jwks'],
      [{ jwks: { keys: [{ ...publicJwk, d: 'secret' }] } }, 'jwks'],
      [{ jwks: { keys: [{ kty: 'oct', k: 'secret' }] } }, 'jwks'],
      [{ jwks: { keys: [rsaKey(1024)] } }, 'jwks'],
      [{ jwks: { keys: [publicJwk, rsaKey(2047)] } }, 'jwks'],
      [{ jwks: { keys: [publicJwk] }, jwks_uri: 'https://a.example/jwks' }, 'jwks_uri'],
      [{ jwks_uri: 'http://a.example/jwks' }, 'jwks_uri'],
      [{ logo_uri: 'javascript:alert(1)' }, 'logo_uri'],
      [{ id_token_signed_response_alg: 'none' }, 'id_token_signed_response_alg'],
      [{ id_token_signed_response_alg: 'HS256' }, 'id_token_signed_response_alg'],
      [{ id_token_encrypted_response_alg: 'A256KW' }, 'id_token_encrypted_response_alg'],
      [
        { dpop_bound_access_tokens: true, tls_client_certificate_bound_access_tokens: true },
        'dpop_bound_access_tokens',
      ],
      [{ token_endpoint_auth_method: 'none', pkce: 'exempt' }, 'pkce'],
      [{ pkce: 'exempt', scope: 'api' }, 'pkce'],
      [{ client_id: 'two words' }, 'client_id'],
      [{ client_name: '' }, 'client_name'],
      [{ made_up: 'x' }, 'made_up'],
    ];
    for (const [metadata, field] of refused) t.same(fieldsOf(metadata), [field], JSON.stringify(metadata));
    const wrongShapes: Record<string, unknown> = {
      redirect_uris: callback,
      scope: ['a'],
      first_party: 'yes',
      default_max_age: -1,
      jwks: [],
    };
    for (const [field, value] of Object.entries(wrongShapes)) {
      // The cast stands for JSON from outside, which may break the type.
      t.same(fieldsOf({ [field]: value } as Partial<ClientMetadata>), [field], `${field} of another shape`);
    }
    t.same(fieldsOf({ pkce: 'exempt' }), [], 'one confidential OpenID Connect client may be exempt');
  },
);

t.test(
  'RFC 7591 §2: metadata that depends on other metadata requires it, and unknown values are refused',
  async (t) => {
    const ciba = {
      grant_types: ['urn:openid:params:grant-type:ciba'],
      response_types: [],
      redirect_uris: [],
    };
    const device = { grant_types: ['urn:ietf:params:oauth:grant-type:device_code'], response_types: [] };
    const keys = { jwks: { keys: [publicJwk] } };
    const refused: [Partial<ClientMetadata>, string][] = [
      [ciba, 'backchannel_token_delivery_mode'],
      [{ ...ciba, backchannel_token_delivery_mode: 'ping' }, 'backchannel_client_notification_endpoint'],
      [{ ...ciba, backchannel_token_delivery_mode: 'poll', subject_type: 'pairwise' }, 'jwks_uri'],
      [{ ...device, token_endpoint_auth_method: 'none', subject_type: 'pairwise' }, 'jwks_uri'],
      [
        { subject_type: 'pairwise', redirect_uris: ['https://a.example/', 'https://b.example/'] },
        'sector_identifier_uri',
      ],
      [{ id_token_encrypted_response_alg: 'RSA-OAEP-256' }, 'jwks'],
      [{ ...keys, id_token_encrypted_response_alg: 'RSA1_5' }, 'id_token_encrypted_response_alg'],
      [{ userinfo_encrypted_response_enc: 'A128GCM' }, 'userinfo_encrypted_response_alg'],
      [
        { ...keys, userinfo_encrypted_response_alg: 'ECDH-ES', userinfo_encrypted_response_enc: 'A1' },
        'userinfo_encrypted_response_enc',
      ],
      [{ userinfo_signed_response_alg: 'made up' }, 'userinfo_signed_response_alg'],
      [{ request_object_signing_alg: 'ES256' }, 'jwks'],
      [{ ...keys, request_object_signing_alg: 'ES999' }, 'request_object_signing_alg'],
      [{ token_endpoint_auth_signing_alg: 'ES256' }, 'token_endpoint_auth_signing_alg'],
      [
        { token_endpoint_auth_method: 'client_secret_jwt', token_endpoint_auth_signing_alg: 'ES256' },
        'token_endpoint_auth_signing_alg',
      ],
      [{ response_modes: ['web_message'] }, 'response_modes'],
      [{ contacts: ['the administrator'] }, 'contacts'],
    ];
    for (const [metadata, field] of refused) t.same(fieldsOf(metadata), [field], JSON.stringify(metadata));
    t.same(fieldsOf({ ...ciba, backchannel_token_delivery_mode: 'poll' }), []);
    t.same(fieldsOf({ ...keys, id_token_encrypted_response_alg: 'ECDH-ES' }), []);
    t.same(fieldsOf({ contacts: ['ada@example.com'], response_modes: ['form_post.jwt'] }), []);
  },
);

t.test("a configured client that this server can't serve prevents the start, with the reason", async (t) => {
  const given = [
    { client_id: 'one', client_secret: 'x'.repeat(43), redirect_uris: [callback] },
    { ...publicClient, client_id: 'two', id_token_signed_response_alg: 'PS256' },
    { ...publicClient, client_id: 'three', default_acr_values: ['gold'] },
  ];
  await t.rejects(startInProcess(t, { clients: given }), {
    code: 'bad_configuration',
    exit: 78,
    message: /registered\. two: id_token_signed_response_alg .*three: default_acr_values /,
  });
  const server = await startInProcess(t, {
    clients: given,
    keys: { algorithms: ['PS256', 'RS256'] },
    security: { acr_values: ['gold'] },
  });
  await server.stop();
});

t.test(
  'issuer_tokens is only for public clients with one audience that did not register themselves',
  async (t) => {
    const { clients, close } = await open();
    t.teardown(close);
    const marked = {
      issuer_tokens: true,
      token_endpoint_auth_method: 'none',
      grant_types: ['authorization_code'],
      audience: 'https://api.example.com',
    };
    t.same(fieldsOf(marked), []);
    t.same(fieldsOf({ ...marked, token_endpoint_auth_method: 'client_secret_basic' }), ['issuer_tokens']);
    t.same(fieldsOf({ ...marked, grant_types: ['authorization_code', 'refresh_token'] }), ['issuer_tokens']);
    t.same(fieldsOf({ token_endpoint_auth_method: 'none', issuer_tokens: true }), ['audience']);
    for (const mark of ['issuer_tokens', 'first_party'] as const) {
      const wish = {
        client_id: 'self',
        redirect_uris: [callback],
        token_endpoint_auth_method: 'none',
        [mark]: true,
      };
      await t.rejects(
        clients.register({ metadata: wish }),
        { code: 'client_refused', message: /for the operator to set/ },
        mark,
      );
    }
    t.equal(await clients.find('self'), undefined, 'nothing is stored');
  },
);

t.test(
  'FAPI 2.0 Security Profile §5.3.2: a client that does not meet its profile is refused with the reason',
  async (t) => {
    const { clients, close } = await open();
    t.teardown(close);
    const strict = {
      profile: 'fapi2',
      token_endpoint_auth_method: 'private_key_jwt',
      token_endpoint_auth_signing_alg: 'ES256',
      jwks: { keys: [publicJwk] },
      dpop_bound_access_tokens: true,
      require_pushed_authorization_requests: true,
    } as const;
    t.same(fieldsOf(strict), []);
    t.same(fieldsOf({ ...strict, jwks: { keys: [publicJwk, rsaKey(2048)] } }), []);
    const broken: [Partial<ClientMetadata>, string][] = [
      [{ token_endpoint_auth_method: 'none' }, 'token_endpoint_auth_method'],
      [{ token_endpoint_auth_method: 'client_secret_basic' }, 'token_endpoint_auth_method'],
      [
        { token_endpoint_auth_method: 'client_secret_jwt', token_endpoint_auth_signing_alg: 'ES256' },
        'token_endpoint_auth_method',
      ],
      [{ dpop_bound_access_tokens: false }, 'dpop_bound_access_tokens'],
      [{ require_pushed_authorization_requests: false }, 'require_pushed_authorization_requests'],
      [{ token_endpoint_auth_signing_alg: 'RS256' }, 'token_endpoint_auth_signing_alg'],
      [{ id_token_signed_response_alg: 'RS256' }, 'id_token_signed_response_alg'],
      [{ request_object_signing_alg: 'PS512' }, 'request_object_signing_alg'],
      [{ pkce: 'exempt' }, 'pkce'],
      [{ assertion_audience: 'endpoint' }, 'assertion_audience'],
      [{ jwks: { keys: [rsaKey(1024)] } }, 'jwks'],
      [{ redirect_uris: ['http://localhost/callback'] }, 'redirect_uris'],
    ];
    for (const [change, field] of broken)
      t.same(fieldsOf({ ...strict, ...change }), [field], JSON.stringify(change));
    const { token_endpoint_auth_signing_alg: _, ...unnamed } = strict;
    t.same(fieldsOf(unnamed), ['token_endpoint_auth_signing_alg'], 'any algorithm would do otherwise');

    const { client, secret } = await clients.add({
      type: 'web',
      metadata: {
        profile: 'fapi2',
        redirect_uris: [callback],
        jwks: { keys: [publicJwk] },
        token_endpoint_auth_signing_alg: 'ES256',
      },
    });
    t.match(client.metadata, strict, 'the type brings what the profile wants');
    t.equal(secret, undefined);
    await t.rejects(clients.update(client.id, { dpop_bound_access_tokens: false }), {
      code: 'client_refused',
    });
  },
);

t.test('each client type sets its grants and authentication method, and none an algorithm', async (t) => {
  const { clients, close } = await open();
  t.teardown(close);
  const audience = 'https://api.example.com';
  const expected = {
    web: ['client_secret_basic', ['authorization_code', 'refresh_token']],
    spa: ['none', ['authorization_code', 'refresh_token']],
    native: ['none', ['authorization_code', 'refresh_token']],
    machine: ['client_secret_basic', ['client_credentials']],
    device: ['none', ['urn:ietf:params:oauth:grant-type:device_code', 'refresh_token']],
    issuer: ['none', ['authorization_code']],
  } as const;
  for (const type of ['web', 'spa', 'native', 'machine', 'device', 'issuer'] as const) {
    const interactive = type !== 'machine' && type !== 'device';
    const { client, secret } = await clients.add({
      type,
      metadata: {
        ...(interactive ? { redirect_uris: [callback] } : {}),
        ...(type === 'issuer' ? { audience } : {}),
      },
    });
    const [method, grants] = expected[type];
    t.match(client.metadata, { token_endpoint_auth_method: method, grant_types: grants }, type);
    t.equal(secret !== undefined, method !== 'none', 'a secret where one is needed');
  }
  await t.rejects(clients.add({ type: 'web', metadata: {} }), { code: 'client_refused', exit: 2 });
  const older = await clients.add({
    type: 'web',
    metadata: { redirect_uris: [callback], id_token_signed_response_alg: 'RS256' },
  });
  t.equal(older.client.metadata.id_token_signed_response_alg, 'RS256');
});

t.test('a secret is shown once and kept as a salted hash; not even the engine has it', async (t) => {
  const { clients, close, seen, store } = await open();
  t.teardown(close);
  const { client, secret } = await clients.add({
    id: 'app',
    type: 'web',
    metadata: { redirect_uris: [callback] },
  });
  const plain = secret?.secret ?? '';
  t.match(plain, /^[\w-]{43}$/);
  t.ok(await clients.verifySecret('app', plain));
  for (const wrong of ['', 'x', `${plain}x`, plain.slice(1), plain.toUpperCase(), 'x'.repeat(100_000)]) {
    t.notOk(await clients.verifySecret('app', wrong));
  }
  t.notOk(await clients.verifySecret('nobody', plain));
  const { entries } = await store.dump();
  t.notMatch(JSON.stringify([entries, client, seen, await clients.list()]), plain, 'it is nowhere in clear');
  const placeholder = String((await clients.find('app'))?.['client_secret']);
  t.not(placeholder, plain);
  t.notOk(await clients.verifySecret('app', placeholder), 'the placeholder opens nothing');
  t.same(await clients.recoverSecrets('app'), []);
  for (const weak of ['short', 'x'.repeat(31), `${'x'.repeat(40)} `, 'x'.repeat(300)]) {
    await t.rejects(clients.add({ type: 'web', secret: weak, metadata: { redirect_uris: [callback] } }), {
      code: 'secret_weak',
      exit: 2,
    });
  }
});

t.test('a client may have several secrets, each until its expiry', async (t) => {
  const { clients, clock, close } = await open();
  t.teardown(close);
  const { secret } = await clients.add({ id: 'app', type: 'machine', metadata: {} });
  const first = secret?.secret ?? '';
  const spare = await clients.addSecret('app', { name: 'spare', expiresAt: clock.now() + 10_000 });
  const next = await clients.rotateSecret('app', { overlapSeconds: 60 });
  const works = async () =>
    Promise.all([first, spare.secret, next.secret].map((one) => clients.verifySecret('app', one)));
  t.same(await works(), [true, true, true]);
  clock.advance(10_000);
  t.same(await works(), [true, false, true], 'the spare one has ended, by its own date');
  clock.advance(50_000);
  t.same(await works(), [false, false, true], 'the overlap is over');
  t.match(
    (await clients.get('app'))?.secrets.map(({ name }) => name),
    [next.name, 'spare', 'first'],
  );

  const now = await clients.rotateSecret('app', { overlapSeconds: 0 });
  t.notOk(await clients.verifySecret('app', next.secret), 'with no overlap the former ends at once');
  t.ok(await clients.verifySecret('app', now.secret));
  await clients.addSecret('app', { name: 'b' });
  await t.rejects(clients.addSecret('app', { name: 'b' }), { code: 'secret_exists', exit: 4 });
  await t.rejects(clients.addSecret('app', { name: 'a b' }), { code: 'client_refused' });
  await t.rejects(clients.addSecret('app', { name: 'past', expiresAt: clock.now() }), {
    code: 'client_refused',
  });
  for (const name of ['c', 'd', 'e']) await clients.addSecret('app', { name });
  await t.rejects(clients.addSecret('app', { name: 'f' }), { code: 'secrets_too_many', exit: 4 });
  await clients.removeSecret('app', 'b');
  await t.rejects(clients.removeSecret('app', 'b'), { code: 'secret_not_found', exit: 3 });
  await t.rejects(clients.rotateSecret('nobody'), { code: 'client_not_found', exit: 3 });
});

t.test('only the secret of a client_secret_jwt client is stored encrypted', async (t) => {
  const { clients, close, options, store } = await open();
  t.teardown(close);
  const metadata = { redirect_uris: [callback], token_endpoint_auth_method: 'client_secret_jwt' };
  const { secret } = await clients.add({ id: 'mac', type: 'web', metadata });
  const plain = secret?.secret ?? '';
  t.same(await clients.recoverSecrets('mac'), [plain]);
  t.equal((await clients.find('mac'))?.['client_secret'], plain, 'the engine computes with it');
  t.ok(await clients.verifySecret('mac', plain));
  t.notMatch(JSON.stringify((await store.dump()).entries), plain);

  await clients.update('mac', { token_endpoint_auth_method: 'client_secret_basic' });
  t.same(await clients.recoverSecrets('mac'), [], 'no longer readable once it need not be');
  t.ok(await clients.verifySecret('mac', plain), 'and still good');

  const { secretCipher: _, ...bare } = options;
  const withoutEncryption = createClients(bare);
  t.teardown(() => withoutEncryption.close());
  await t.rejects(withoutEncryption.add({ type: 'web', metadata }), { code: 'secret_box_missing', exit: 78 });
});

t.test(
  'a cached client costs no round trip, a change takes effect on every process, and guesses are not cached',
  async (t) => {
    const { clients, clock, close, options, roundTrips } = await open();
    t.teardown(close);
    const elsewhere = createClients(options);
    t.teardown(() => elsewhere.close());
    await clients.add({ id: 'app', type: 'web', metadata: { redirect_uris: [callback] } });
    await elsewhere.find('app');
    roundTrips();
    await Promise.all([elsewhere.find('app'), elsewhere.verifySecret('app', 'x')]);
    t.same(roundTrips(), [], 'served from a copy');
    await clients.update('app', { client_name: 'Renamed' });
    await waitFor('the news', async () => (await elsewhere.find('app'))?.client_name === 'Renamed');
    roundTrips();
    for (let n = 0; n < 3; n += 1) t.equal(await elsewhere.find('nobody'), undefined);
    t.same(roundTrips(), ['read', 'read', 'read'], 'what is not there is looked up each time');
    await elsewhere.find('app');
    clock.advance(30_001);
    roundTrips();
    await Promise.all([elsewhere.find('app'), elsewhere.find('app')]);
    t.same(roundTrips(), ['read'], 'an old copy is renewed, once');
    await clients.remove('app');
    await waitFor('the news', async () => (await elsewhere.find('app')) === undefined);
  },
);

t.test('clients of the configuration take precedence and can be changed only there', async (t) => {
  const hashed = await open();
  t.teardown(hashed.close);
  const given = 'a secret of the configuration that is long';
  const { clients, close } = await open([
    { client_id: 'fixed', redirect_uris: [callback], client_secret: given },
    {
      client_id: 'mac',
      redirect_uris: [callback],
      client_secret: given,
      token_endpoint_auth_method: 'client_secret_jwt',
    },
    {
      client_id: 'robot',
      grant_types: ['client_credentials'],
      secrets: [
        { name: 'old', value: given, expires_at: '2025-01-01T00:00:00Z' },
        { name: 'new', value: `${given}!` },
      ],
    },
  ]);
  t.teardown(close);
  t.ok(await clients.verifySecret('fixed', given));
  t.notMatch(JSON.stringify([await clients.find('fixed'), await clients.list()]), given);
  t.same(await clients.recoverSecrets('mac'), [given]);
  t.notOk(await clients.verifySecret('robot', given), 'it has ended');
  t.ok(await clients.verifySecret('robot', `${given}!`));
  t.equal(
    (await clients.find('fixed'))?.id_token_signed_response_alg,
    undefined,
    'RS256 by the default of OpenID Connect',
  );
  t.same((await clients.find('robot'))?.response_types, []);
  await t.rejects(clients.add({ id: 'fixed', type: 'machine', metadata: {} }), {
    code: 'client_exists',
    exit: 4,
  });
  for (const change of [
    clients.update('fixed', {}),
    clients.remove('fixed'),
    clients.rotateSecret('fixed'),
  ]) {
    await t.rejects(Promise.resolve<unknown>(change), { code: 'client_configured', exit: 4 });
  }
  await t.rejects(
    open([
      { client_id: 'one', redirect_uris: ['http://app.example.com/'] },
      { client_id: 'two', redirect_uris: [callback], profile: 'fapi2' },
    ]),
    {
      code: 'bad_configuration',
      exit: 78,
      message: /one: redirect_uris: .*one: client_secret: .*two: token_endpoint_auth_method: /,
    },
    'every reason at once',
  );
});

t.test('RFC 7591 and RFC 7592: a self-registered client can change itself and no other client', async (t) => {
  const { clients, close, store } = await open();
  t.teardown(close);
  const secret = randomBytes(32).toString('base64url');
  const metadata = { client_id: 'self', redirect_uris: [callback], client_name: 'Self' };
  const added = { metadata: { ...metadata, client_id_issued_at: 1 }, secret: { value: secret } };
  t.strictSame(await clients.register(added), { usesSecret: true });
  t.ok(await clients.verifySecret('self', secret));
  t.notMatch(JSON.stringify((await store.dump()).entries), secret);
  t.equal((await clients.get('self'))?.from, 'registration');

  await clients.update('self', { first_party: true });
  const changed = { metadata: { ...metadata, first_party: true, client_name: 'Renamed' } };
  const unneeded = { value: randomBytes(32).toString('base64url') };
  t.strictSame(await clients.updateRegistration({ ...changed, secret: unneeded }), { usesSecret: false });
  t.match(
    await clients.find('self'),
    { client_name: 'Renamed', first_party: true },
    "the operator's mark stays",
  );
  t.ok(await clients.verifySecret('self', secret), 'a valid secret stays');
  t.notOk(await clients.verifySecret('self', unneeded.value));

  await clients.add({ id: 'other', type: 'web', metadata: { redirect_uris: [callback] } });
  const other = { metadata: { ...metadata, client_id: 'other' } };
  await t.rejects(clients.register(other), { code: 'client_exists' });
  await t.rejects(clients.updateRegistration(other), { code: 'client_not_found' });
  const unknown = { metadata: { ...metadata, client_id: 'unknown' } };
  await t.rejects(clients.updateRegistration(unknown), { code: 'client_not_found' });
});

t.test(
  'a client id is taken once, whatever its characters, and concurrent changes are all kept',
  async (t) => {
    const { clients, close } = await open();
    t.teardown(close);
    const id = 'https://app.example.com/{id}:%"';
    const results = await Promise.allSettled(
      Array.from({ length: 20 }, () => clients.add({ id, type: 'machine', metadata: {} })),
    );
    t.equal(results.filter(({ status }) => status === 'fulfilled').length, 1);
    await Promise.all(['a', 'b', 'c', 'd'].map((name) => clients.addSecret(id, { name })));
    t.equal((await clients.get(id))?.secrets.length, 5);
    await clients.update(id, { client_name: 'Name' });
    t.equal(
      (await clients.update(id, { client_name: null })).metadata.client_name,
      undefined,
      'null removes',
    );
    await t.rejects(clients.update(id, { client_id: 'another' }), { code: 'client_refused' });
  },
);
