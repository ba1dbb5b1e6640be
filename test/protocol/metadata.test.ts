import t from 'tap';
import { startInProcess, usualConfig } from '../support/setup/index.ts';

const api = 'https://api.example.com/';

const config = {
  ...usualConfig,
  resources: [{ audience: api, scopes: ['api:read', 'api:write', 'email'] }],
  registration: { enabled: true, initial_access_tokens: ['an-initial-access-token'] },
  pages: { create_account: true, languages: ['en', 'pl'] },
  security: { password: { memory_kib: 8192, passes: 1 }, acr_values: ['low', 'high'] },
  tokens: { level_of_assurance_claim: 'loa' },
};

const server = await startInProcess(t, config);

type Metadata = Readonly<Record<string, unknown>>;

const read = async (path: string): Promise<Metadata> => {
  const response = await fetch(`${server.issuer}${path}`);
  // The cast is safe: the test checks the members it reads.
  return (await response.json()) as Metadata;
};

const metadata = await read('/.well-known/openid-configuration');

t.test('both documents are equal (RFC 8414 §5, OpenID Connect Discovery §4)', async (t) => {
  t.same(await read('/.well-known/oauth-authorization-server'), metadata);
  t.equal(metadata['issuer'], server.issuer);
});

t.test('metadata and key set say how long they may be cached (RFC 9111 §5.2)', async (t) => {
  for (const path of [
    '/.well-known/openid-configuration',
    '/.well-known/oauth-authorization-server',
    '/oauth/jwks',
  ]) {
    const { headers } = await fetch(`${server.issuer}${path}`);
    t.match(headers.get('cache-control'), /^public, max-age=[1-9]\d*$/, path);
  }
});

t.test('every URL in the metadata answers and belongs to this issuer (RFC 8414 §2)', async (t) => {
  const urls = Object.entries(metadata).filter(([name]) => /_(endpoint|uri)$/.test(name));
  const names = urls.map(([name]) => name);
  for (const name of [
    'authorization_endpoint',
    'token_endpoint',
    'userinfo_endpoint',
    'jwks_uri',
    'registration_endpoint',
    'introspection_endpoint',
    'revocation_endpoint',
    'end_session_endpoint',
    'device_authorization_endpoint',
    'pushed_authorization_request_endpoint',
    'backchannel_authentication_endpoint',
  ]) {
    t.ok(names.includes(name), name);
  }
  for (const [name, url] of urls) {
    t.ok(String(url).startsWith(`${server.issuer}/`), String(url));
    const statuses = await Promise.all(
      ['GET', 'POST'].map(async (method) => {
        const response = await fetch(String(url), { method, redirect: 'manual' });
        await response.body?.cancel();
        return response.status;
      }),
    );
    t.ok(
      statuses.some((status) => status !== 404 && status !== 405 && status < 500),
      `${name}: ${statuses}`,
    );
  }
});

t.test('the metadata lists what is supported (RFC 8414 §2, OpenID Connect Discovery §3)', async (t) => {
  t.match(metadata, {
    response_types_supported: ['code'],
    subject_types_supported: ['public', 'pairwise'],
    code_challenge_methods_supported: ['S256'],
    claims_parameter_supported: true,
    request_uri_parameter_supported: false,
    authorization_response_iss_parameter_supported: true,
    acr_values_supported: ['low', 'high'],
    ui_locales_supported: ['en', 'pl'],
    prompt_values_supported: ['none', 'login', 'consent', 'select_account', 'create'],
    backchannel_logout_supported: true,
    backchannel_logout_session_supported: true,
    backchannel_token_delivery_modes_supported: ['poll', 'ping'],
    backchannel_user_code_parameter_supported: false,
  });
  const listed = (name: string): readonly unknown[] => {
    const value = metadata[name];
    return Array.isArray(value) ? value : [];
  };
  const scopes = listed('scopes_supported');
  for (const scope of ['openid', 'offline_access', 'profile', 'email', 'api:read', 'api:write']) {
    t.ok(scopes.includes(scope), scope);
  }
  t.equal(new Set(scopes).size, scopes.length, 'each once');
  for (const claim of ['sub', 'acr', 'amr', 'auth_time', 'loa', 'email', 'name']) {
    t.ok(listed('claims_supported').includes(claim), claim);
  }
  t.same(listed('grant_types_supported').toSorted(), [
    'authorization_code',
    'client_credentials',
    'refresh_token',
    'urn:ietf:params:oauth:grant-type:device_code',
    'urn:openid:params:grant-type:ciba',
  ]);
  for (const endpoint of ['revocation', 'introspection']) {
    t.same(
      metadata[`${endpoint}_endpoint_auth_methods_supported`],
      metadata['token_endpoint_auth_methods_supported'],
    );
  }
  for (const use of ['id_token', 'userinfo', 'introspection', 'authorization']) {
    t.ok(listed(`${use}_signing_alg_values_supported`).includes('ES256'), use);
    t.ok(listed(`${use}_encryption_alg_values_supported`).includes('RSA-OAEP-256'), use);
    t.notOk(listed(`${use}_encryption_alg_values_supported`).includes('RSA1_5'), use);
    t.notMatch(`${listed(`${use}_encryption_alg_values_supported`)}`, /dir|(^|,)A\d/, 'secrets are hashed');
    t.notOk(listed(`${use}_signing_alg_values_supported`).includes('none'), use);
  }
  t.notOk('request_object_encryption_alg_values_supported' in metadata, 'no secret is kept to open one with');
  t.notOk('authorization_details_types_supported' in metadata, 'RFC 8414 §3.2: nothing that has no values');
  t.notMatch(metadata, { check_session_iframe: String });
  t.notMatch(metadata, { frontchannel_logout_supported: true });
});
