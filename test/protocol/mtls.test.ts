import t from 'tap';
import type { SecurityEvent } from '#src/events.ts';
import { type Certificate, makeCertificate, san } from '../support/certificates.ts';
import { assertion, assertionType, newKey, proof } from '../support/proofs.ts';
import { rawRequest, sendRaw } from '../support/raw-http.ts';
import {
  postForm as askAt,
  Browser,
  codeFor,
  type FormFields,
  httpGet,
  RelyingParty,
  redirectUri,
  startInProcess,
  type TestServer,
  usualConfig,
} from '../support/setup/index.ts';

// Fails without src/provider/overrides/assertion-audience.ts.
// Fails without src/provider/overrides/context-url-for.ts.

const authority = makeCertificate({ subject: [['2.5.4.3', 'The Authority']] });
const subject = [
  ['2.5.4.6', 'PL'],
  ['2.5.4.10', 'Zażółć, Inc.'],
  ['2.5.4.3', 'payments'],
] as const;
const alternative = [
  san.dns('app.example.com'),
  san.dns('*.wild.example.com'),
  san.uri('https://app.example.com/a,b, DNS:evil.example.com'),
  san.email('ops@example.com'),
  san.ip(192, 0, 2, 7),
];
const good = makeCertificate({ issuer: authority, subject, alternative });
const stranger = makeCertificate({ issuer: authority, subject: [['2.5.4.3', 'stranger']] });
const selfSigned = makeCertificate({ subject: [['2.5.4.3', 'self']] });
const otherSelf = makeCertificate({ subject: [['2.5.4.3', 'self']] });
const expired = makeCertificate({
  issuer: authority,
  subject,
  alternative,
  until: new Date(Date.now() - 1000),
});

const machine = (client_id: string, more: object) => ({
  client_id,
  grant_types: ['client_credentials'],
  response_types: [],
  token_endpoint_auth_method: 'tls_client_auth',
  ...more,
});

const names: Readonly<Record<string, object>> = {
  dn: { tls_client_auth_subject_dn: 'CN=payments,O=Zażółć\\, Inc.,C=PL' },
  'dn-loose': { tls_client_auth_subject_dn: 'cn=PAYMENTS, o=Za\\C5\\BCółć\\2C  Inc. , 2.5.4.6=#1302504C' },
  dns: { tls_client_auth_san_dns: 'app.example.com' },
  uri: { tls_client_auth_san_uri: 'https://app.example.com/a,b, DNS:evil.example.com' },
  ip: { tls_client_auth_san_ip: '192.0.2.7' },
  email: { tls_client_auth_san_email: 'ops@example.com' },
};

const wrongNames: Readonly<Record<string, object>> = {
  'not-dn-order': { tls_client_auth_subject_dn: 'C=PL,O=Zażółć\\, Inc.,CN=payments' },
  'not-dn-part': { tls_client_auth_subject_dn: 'CN=payments' },
  'not-dn-more': { tls_client_auth_subject_dn: 'CN=payments,O=Zażółć\\, Inc.,C=PL,DC=x' },
  'not-dn-split': { tls_client_auth_subject_dn: 'CN=payments,O=Zażółć, Inc.,C=PL' },
  'not-dn-multi': { tls_client_auth_subject_dn: 'CN=payments+O=Zażółć\\, Inc.,C=PL' },
  'not-dn-folded': { tls_client_auth_subject_dn: 'CN=payments,O=ZAŻÓŁĆ\\, INC.,C=PL' },
  'not-dn-broken': { tls_client_auth_subject_dn: 'payments' },
  'not-dns-other': { tls_client_auth_san_dns: 'evil.example.com' },
  'not-dns-above': { tls_client_auth_san_dns: '.example.com' },
  'not-dns-wild': { tls_client_auth_san_dns: 'a.wild.example.com' },
  'not-dns-common-name': { tls_client_auth_san_dns: 'payments' },
  'not-uri': { tls_client_auth_san_uri: 'https://app.example.com/a' },
  'not-ip': { tls_client_auth_san_ip: '192.0.2.8' },
  'not-email': { tls_client_auth_san_email: 'OPS@example.com' },
};

const x5c = (...certificates: Certificate[]) => ({
  keys: certificates.map(({ certificate }) => ({
    ...certificate.publicKey.export({ format: 'jwk' }),
    x5c: [certificate.raw.toString('base64')],
  })),
});

const bound = {
  tls_client_certificate_bound_access_tokens: true,
  redirect_uris: [redirectUri],
  grant_types: ['authorization_code', 'refresh_token'],
  first_party: true,
};

const config = {
  accounts: usualConfig.accounts,
  resources: [{ audience: 'https://api.example.com', scopes: ['read'] }],
  clients: [
    ...[...Object.entries(names), ...Object.entries(wrongNames)].map(([id, name]) => machine(id, name)),
    machine('self', { token_endpoint_auth_method: 'self_signed_tls_client_auth', jwks: x5c(selfSigned) }),
    {
      client_id: 'bound',
      token_endpoint_auth_method: 'tls_client_auth',
      ...names['dns'],
      ...bound,
    },
    { client_id: 'bound-public', token_endpoint_auth_method: 'none', ...bound },
  ],
};

const recorded: SecurityEvent[] = [];
const trusted = ['127.0.0.0/8', '::1'];
const kinds = ['client-certificate', 'x-forwarded-client-cert', 'client-cert'] as const;
type Kind = (typeof kinds)[number];
const behind = (client_certificate_header: Kind | 'none', client_certificates_verified = true) =>
  startInProcess(t, {
    ...config,
    proxy: { trusted, client_certificate_header, client_certificates_verified },
  });
const serversBehindProxy: Readonly<Record<Kind, TestServer>> = {
  'client-certificate': await behind('client-certificate', false),
  'x-forwarded-client-cert': await behind('x-forwarded-client-cert'),
  'client-cert': await behind('client-cert'),
};
const trusting = serversBehindProxy['client-cert'];
const alone = await startInProcess(t, config);
for (const server of [...Object.values(serversBehindProxy), alone]) {
  server.app.events.listen((event) => recorded.push(event));
}
/** The header settings of a proxy that sends such headers. */
const kindOf = (headers: object): Kind =>
  kinds.find((kind) => Object.keys(headers).some((name) => name.startsWith(kind))) ?? 'client-cert';

const deviceGrant = 'urn:ietf:params:oauth:grant-type:device_code';
const jsonIn = (text: string): Readonly<Record<string, unknown>> => {
  try {
    return JSON.parse(text);
  } catch {
    return {};
  }
};
const credentials = { grant_type: 'client_credentials' };
const ask = (
  fields: FormFields,
  headers: Readonly<Record<string, string>> = {},
  at = serversBehindProxy[kindOf(headers)].issuer,
) => askAt(`${at}/oauth/token`, fields, headers);

const rfc9440 = (made: Certificate) => ({ 'client-cert': made.header });
const envoy = (made: Certificate) => ({
  'x-forwarded-client-cert': `By=spiffe://a;Hash=00;Cert="${made.escaped}";Subject="CN=\\"x\\", O=y";URI=;DNS=a`,
});
const pair = (made: Certificate, word = 'SUCCESS') => ({
  'client-certificate': made.escaped,
  'client-certificate-ca-verified': word,
});

t.test('certificate headers from an untrusted address are refused on every path (RFC 9440 §4)', async (t) => {
  for (const headers of [
    rfc9440(good),
    { 'client-cert-chain': good.header },
    envoy(good),
    pair(good),
    { 'client-certificate-ca-verified': 'SUCCESS' },
    { 'Client-Cert': '' },
  ]) {
    recorded.length = 0;
    const { status, body } = await ask({ ...credentials, client_id: 'dn' }, headers, alone.issuer);
    t.equal(status, 400, Object.keys(headers).join());
    t.equal(body.error, 'invalid_request');
    t.match(body.error_description, /proxy\.trusted/, 'and says what to do');
    t.match(recorded[0], { type: 'certificate.refused', outcome: 'refused', reason: 'untrusted_proxy' });
    t.equal((await httpGet(`${alone.issuer}/`, headers)).status, 400);
  }
  const forwarded = { 'x-forwarded-for': '127.0.0.1', ...rfc9440(good) };
  t.equal((await ask(credentials, forwarded, alone.issuer)).status, 400, 'whatever address it names');
});

t.test('a malformed certificate header is refused (RFC 9440 §2)', async (t) => {
  const two = `${good.certificate.toString()}${stranger.certificate.toString()}`;
  const longer = Buffer.concat([good.certificate.raw, stranger.certificate.raw]).toString('base64');
  const longerPem = `-----BEGIN CERTIFICATE-----\n${longer}\n-----END CERTIFICATE-----\n`;
  for (const headers of [
    { 'client-cert': good.header.slice(1, -1) },
    { 'client-cert': `${good.header}, ${stranger.header}` },
    { 'client-cert': ':AAAA:' },
    { 'client-cert': `:${longer}:` },
    { 'client-cert': `:${Buffer.from(good.certificate.toString()).toString('base64')}:` },
    { 'client-cert': good.header, 'client-cert-chain': `:${longer}:` },
    { 'x-forwarded-client-cert': `Cert="${encodeURIComponent(longerPem)}"` },
    { ...pair(good), 'client-certificate': encodeURIComponent(longerPem) },
    { 'client-cert': good.header, 'client-cert-chain': 'nonsense' },
    { ...rfc9440(good), ...pair(stranger) },
    { ...rfc9440(good), ...envoy(stranger) },
    { 'x-forwarded-client-cert': `Cert="${good.escaped}",Cert="${stranger.escaped}"` },
    { 'x-forwarded-client-cert': `Cert="${good.escaped}";Cert="${stranger.escaped}"` },
    { 'x-forwarded-client-cert': '"' },
    { 'client-certificate': good.escaped },
    { 'client-certificate-ca-verified': 'SUCCESS' },
    pair(good, 'success'),
    pair(good, 'SUCCESS, FAILED'),
    { ...pair(good), 'client-certificate': '%zz' },
    { ...pair(good), 'client-certificate': encodeURIComponent(two) },
  ]) {
    const { status, body } = await ask({ ...credentials, client_id: 'dn' }, headers);
    t.equal(status, 400, JSON.stringify(headers).slice(0, 60));
    t.equal(body.error, 'invalid_request');
  }
});

t.test('tls_client_auth requires a certificate of a trusted authority (RFC 8705 §2.1)', async (t) => {
  const asDn = { ...credentials, client_id: 'dn' };
  const own = makeCertificate({ subject, alternative });
  for (const [why, headers] of [
    ['no certificate', {}],
    ['an empty pair', { 'client-certificate': '', 'client-certificate-ca-verified': 'NONE' }],
    ['one that was not verified', pair(good, 'FAILED:unable to verify the first certificate')],
    ['one that vouches for itself', rfc9440(own)],
    ['the same from Envoy', envoy(own)],
    ['one that has expired', rfc9440(expired)],
    ['that of someone else', rfc9440(stranger)],
  ] as const) {
    const { status, body } = await ask(asDn, headers);
    t.equal(status, 401, why);
    t.equal(body.error, 'invalid_client', why);
  }
  for (const id of Object.keys(wrongNames)) {
    t.equal((await ask({ ...credentials, client_id: id }, rfc9440(good))).status, 401, id);
  }
  const withSecret = { ...asDn, client_secret: 'x' };
  t.equal((await ask(withSecret, rfc9440(good))).status, 401, 'a secret is no way for this client');
});

t.test(
  'tls_client_auth accepts the header of each kind of proxy, and each kind of subject (RFC 8705 §2.1.2)',
  async (t) => {
    for (const headers of [rfc9440(good), envoy(good), pair(good)]) {
      for (const id of Object.keys(names)) {
        const { status, body } = await ask({ ...credentials, client_id: id }, headers);
        t.equal(status, 200, `${id}: ${body.error_description}`);
      }
    }
    const chained = { ...rfc9440(good), 'client-cert-chain': `${authority.header}, ${authority.header}` };
    t.equal((await ask({ ...credentials, client_id: 'dn' }, chained)).status, 200);
  },
);

t.test(
  'self_signed_tls_client_auth compares the certificate with the registered one (RFC 8705 §2.2)',
  async (t) => {
    const asSelf = { ...credentials, client_id: 'self' };
    t.equal((await ask(asSelf)).status, 401);
    t.equal((await ask(asSelf, rfc9440(otherSelf))).status, 401, 'the same name is not enough');
    t.equal((await ask(asSelf, pair(good))).status, 401);
    t.equal((await ask(asSelf, rfc9440(selfSigned))).status, 200);
    t.equal((await ask(asSelf, pair(selfSigned, 'FAILED:self-signed certificate'))).status, 200);
  },
);

for (const id of ['bound', 'bound-public']) {
  t.test(`the tokens of a client (${id}) are bound to its certificate (RFC 8705 §3, §4)`, async (t) => {
    const party = new RelyingParty(trusting.issuer, id, '');
    const { code, verifier } = await codeFor(party, new Browser(), {
      scope: 'openid email offline_access',
      prompt: 'consent',
    });
    const fields = {
      grant_type: 'authorization_code',
      code,
      redirect_uri: redirectUri,
      code_verifier: verifier,
    };
    const bare = await party.post('/oauth/token', fields);
    t.ok(bare.status >= 400, 'no certificate, no token');
    const tokens = await ask({ ...fields, client_id: id }, rfc9440(good));
    t.equal(tokens.status, 200, `${tokens.body.error_description}`);
    const { access_token = '', refresh_token = '' } = tokens.body;
    const payload = JSON.parse(Buffer.from(access_token.split('.')[1] ?? '', 'base64url').toString());
    const digest = good.certificate.fingerprint256.replaceAll(':', '');
    t.equal(payload.cnf['x5t#S256'], Buffer.from(digest, 'hex').toString('base64url'));

    const bearer = { authorization: `Bearer ${access_token}` };
    const userinfo = `${trusting.issuer}/userinfo`;
    t.equal((await httpGet(userinfo, bearer)).status, 401, 'without it the token is refused');
    t.equal((await httpGet(userinfo, { ...bearer, ...rfc9440(stranger) })).status, 401);
    t.equal((await httpGet(userinfo, { ...bearer, ...rfc9440(good) })).body['email'], 'ada@example.com');

    const again = { grant_type: 'refresh_token', refresh_token, client_id: id };
    t.ok((await ask(again)).status >= 400);
    t.ok((await ask(again, rfc9440(stranger))).status >= 400, 'nor with that of another');
    const refreshed = await ask(again, rfc9440(good));
    t.equal(refreshed.status, 200);
  });
}

t.test('only the configured certificate header is read (RFC 9440 §4)', async (t) => {
  const forms = { 'client-cert': rfc9440, 'x-forwarded-client-cert': envoy, 'client-certificate': pair };
  for (const [kind, { issuer }] of Object.entries(serversBehindProxy)) {
    for (const [name, headers] of Object.entries(forms)) {
      recorded.length = 0;
      const { status } = await ask({ ...credentials, client_id: 'dn' }, headers(good), issuer);
      t.equal(status, name === kind ? 200 : 400, `${name} where it is ${kind}`);
      if (name !== kind) t.match(recorded[0], { type: 'certificate.refused', reason: 'unexpected_header' });
    }
  }
});

t.test('a certificate header is ignored when the proxy sets none (CWE-290)', async (t) => {
  const server = await behind('none');
  t.teardown(() => server.stop());
  for (const headers of [rfc9440(good), envoy(good), pair(good), { 'client-cert': 'nonsense' }]) {
    t.equal((await ask({ ...credentials, client_id: 'dn' }, headers, server.issuer)).status, 401);
    t.equal((await httpGet(`${server.issuer}/`, headers)).status, 200, 'and harms nothing else');
  }
  t.equal((await ask({ ...credentials, client_id: 'self' }, rfc9440(selfSigned), server.issuer)).status, 401);
});

t.test('a certificate that is not marked as verified proves its key but no name (CWE-295)', async (t) => {
  for (const [client_certificate_header, headers] of [
    ['client-cert', rfc9440],
    ['x-forwarded-client-cert', envoy],
  ] as const) {
    const clients = config.clients.filter(({ client_id }) => client_id === 'self');
    const server = await startInProcess(t, { clients, proxy: { trusted, client_certificate_header } });
    const { client_id: id, ...metadata } = machine('dn', names['dn'] ?? {});
    await server.app.services.clients.add({ id, metadata });
    const as = (client_id: string, made: Certificate) =>
      ask({ ...credentials, client_id }, headers(made), server.issuer);
    const { status, body } = await as('dn', good);
    t.equal(status, 401, 'an authority of anybody may have signed it');
    t.equal(body.error, 'invalid_client');
    t.equal((await as('self', selfSigned)).status, 200);
  }
});

t.test('certificates may be requested on a separate host (RFC 8705 §5)', async (t) => {
  const origin = 'https://mtls.id.example';
  const key = await newKey();
  const clients = [
    ...config.clients,
    machine('by-key', { token_endpoint_auth_method: 'private_key_jwt', jwks: { keys: [key.jwk] } }),
    { client_id: 'tv', token_endpoint_auth_method: 'none', grant_types: [deviceGrant], response_types: [] },
    {
      client_id: 'bank',
      token_endpoint_auth_method: 'private_key_jwt',
      jwks: { keys: [key.jwk] },
      grant_types: ['urn:openid:params:grant-type:ciba'],
      response_types: [],
      backchannel_token_delivery_mode: 'poll',
    },
  ];
  const server = await startInProcess(t, {
    ...config,
    clients,
    proxy: {
      trusted,
      client_certificate_header: 'client-cert',
      client_certificates_verified: true,
      mtls_origin: origin,
    },
    registration: { enabled: true },
  });
  const { issuer } = server;
  const send = async (
    method: string,
    path: string,
    fields: Readonly<Record<string, string>> = {},
    headers: Readonly<Record<string, string>> = {},
    host = 'mtls.id.example',
  ) => {
    const body = method === 'GET' ? '' : new URLSearchParams(fields).toString();
    const type = { 'Content-Type': 'application/x-www-form-urlencoded', 'Content-Length': `${body.length}` };
    const answer = await sendRaw(
      issuer,
      rawRequest(method, path, { Host: host, ...(method === 'POST' && type), ...headers }, body),
    );
    return {
      status: answer.status,
      text: answer.text,
      body: answer.status === 421 ? {} : jsonIn(answer.body),
    };
  };

  const paths = {
    token_endpoint: '/oauth/token',
    pushed_authorization_request_endpoint: '/oauth/par',
    introspection_endpoint: '/oauth/introspect',
    revocation_endpoint: '/oauth/revoke',
    device_authorization_endpoint: '/oauth/device_authorization',
    backchannel_authentication_endpoint: '/oauth/ciba',
    userinfo_endpoint: '/userinfo',
  };
  await t.test('the metadata names the endpoints of that host', async (t) => {
    for (const document of ['openid-configuration', 'oauth-authorization-server']) {
      const { body } = await httpGet(`${issuer}/.well-known/${document}`);
      t.same(
        body['mtls_endpoint_aliases'],
        Object.fromEntries(Object.entries(paths).map(([name, path]) => [name, `${origin}${path}`])),
      );
      t.equal(body['token_endpoint'], `${issuer}/oauth/token`, 'the others stay where they are');
    }
    const plain = await httpGet(`${trusting.issuer}/.well-known/openid-configuration`);
    t.notOk('mtls_endpoint_aliases' in plain.body, 'where there is such a host');
  });

  await t.test('only those endpoints answer on that host', async (t) => {
    for (const path of [...Object.values(paths), '/token', '/api/v1/oauth/token', '/oauth/userinfo']) {
      t.ok([400, 401].includes((await send('POST', path)).status), path);
      t.equal((await send('POST', path, {}, {}, 'mtls.id.example.evil.test')).status, 421);
    }
    t.equal((await send('POST', '/api/v1/tokens')).status, 400);
    for (const path of [
      ...['/', '/account', '/account/requests', '/interaction/x', '/assets/x', '/errors/invalid_grant'],
      ...['/oauth/authorize', '/oauth/logout', '/oauth/device', '/oauth/jwks', '/nothing'],
      ...['/.well-known/openid-configuration', '/.well-known/oauth-authorization-server'],
    ]) {
      t.equal((await send('GET', path)).status, 421, path);
    }
    t.equal((await send('POST', '/oauth/register')).status, 421);
  });

  await t.test('an assertion names the endpoint by either URL (OpenID Connect CIBA §7.1)', async (t) => {
    const begin = async (aud: string) => {
      const client_assertion = await assertion(key, 'bank', issuer, { aud });
      const signed = { client_assertion_type: assertionType, client_assertion };
      return send('POST', '/oauth/ciba', { ...signed, scope: 'openid', login_hint: 'ada' });
    };
    for (const base of [issuer, origin]) {
      for (const path of ['/oauth/ciba', '/oauth/token'])
        t.equal((await begin(base + path)).status, 200, base + path);
      t.equal((await begin(`${base}/oauth/par`)).status, 401);
    }
    t.equal((await begin(origin)).status, 401, 'the second host is no issuer');
  });

  const asDn = { ...credentials, client_id: 'dn' };
  await t.test('tokens from that host are those of the issuer', async (t) => {
    const { status, body } = await send('POST', '/oauth/token', asDn, rfc9440(good));
    t.equal(status, 200);
    const seen = await send(
      'POST',
      '/oauth/introspect',
      { client_id: 'dn', token: String(body['access_token']) },
      rfc9440(good),
    );
    t.match(seen.body, { active: true, iss: issuer, client_id: 'dn' });
    const device = await send('POST', '/oauth/device_authorization', { client_id: 'tv' });
    t.match(device.body, { verification_uri: `${issuer}/oauth/device` }, 'people go to no other host');
  });

  await t.test('a proof names the URL that is called (RFC 9449 §4.3)', async (t) => {
    const shown = async (htu: string, host?: string) =>
      send('POST', '/oauth/token', asDn, { ...rfc9440(good), DPoP: await proof(key, htu) }, host);
    t.match(await shown(`${origin}/oauth/token`), { status: 200, body: { token_type: 'DPoP' } });
    const refused = { status: 400, body: { error: 'invalid_dpop_proof' } };
    t.match(await shown(`${issuer}/oauth/token`), refused);
    t.match(await shown(`${origin}/token`), refused);
    t.match(await shown(`${origin}/oauth/token`, new URL(issuer).host), refused);
    t.match(await shown(`${issuer}/oauth/token`, new URL(issuer).host), { status: 200 });
  });

  await t.test('an assertion names the issuer on every host (RFC 7523 §3)', async (t) => {
    for (const [aud, status] of [
      [issuer, 200],
      [origin, 401],
      [`${origin}/oauth/token`, 401],
    ] as const) {
      const client_assertion = await assertion(key, 'by-key', aud);
      const fields = { ...credentials, client_assertion_type: assertionType, client_assertion };
      t.equal((await send('POST', '/oauth/token', fields)).status, status, aud);
    }
  });
});

t.test('the metadata says what is supported (RFC 8705 §3.3)', async (t) => {
  const { body } = await httpGet(`${trusting.issuer}/.well-known/oauth-authorization-server`);
  t.equal(body['tls_client_certificate_bound_access_tokens'], true);
  const methods = body['token_endpoint_auth_methods_supported'];
  t.match(methods, [
    'none',
    'client_secret_basic',
    'client_secret_post',
    'client_secret_jwt',
    'private_key_jwt',
    'tls_client_auth',
    'self_signed_tls_client_auth',
  ]);
});
