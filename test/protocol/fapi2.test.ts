import t from 'tap';
import { makeCertificate, san } from '../support/certificates.ts';
import {
  assertion,
  assertionType,
  type ClientKey,
  newKey,
  proof,
  requestObject,
  seconds,
} from '../support/proofs.ts';
import {
  Browser,
  type FormFields,
  httpGet,
  newVerifier,
  password,
  postForm,
  RelyingParty,
  redirectParameters,
  startInProcess,
  usualConfig,
} from '../support/setup/index.ts';

const callback = 'https://rp.example.com/callback';
const key = await newKey();
const rsa = await newKey('RS256');
const dpop = await newKey('PS256');
const authority = makeCertificate({ subject: [['2.5.4.3', 'The Authority']] });
const certificate = makeCertificate({ issuer: authority, alternative: [san.dns('rp.example.com')] });

const strict = {
  profile: 'fapi2',
  token_endpoint_auth_method: 'private_key_jwt',
  token_endpoint_auth_signing_alg: 'ES256',
  dpop_bound_access_tokens: true,
  require_pushed_authorization_requests: true,
  redirect_uris: [callback],
  grant_types: ['authorization_code', 'refresh_token', 'client_credentials'],
  jwks: { keys: [key.jwk] },
};
const { token_endpoint_auth_signing_alg: _, dpop_bound_access_tokens: __, jwks: ___, ...unbound } = strict;

let offset = 0;
const server = await startInProcess(
  t,
  {
    accounts: usualConfig.accounts,
    proxy: {
      trusted: ['127.0.0.1', '::1'],
      client_certificate_header: 'client-cert',
      client_certificates_verified: true,
    },
    tokens: { authorization_code_ttl: 600 },
    resources: [
      { audience: 'https://rs.example.com', scopes: ['read'], signing_alg: 'RS256' },
      { audience: 'https://es.example.com', scopes: ['read'], signing_alg: 'ES256' },
    ],
    clients: [
      { client_id: 'strict', ...strict },
      {
        ...unbound,
        client_id: 'tls',
        token_endpoint_auth_method: 'tls_client_auth',
        tls_client_auth_san_dns: 'rp.example.com',
        tls_client_certificate_bound_access_tokens: true,
      },
    ],
  },
  { clock: { now: () => Date.now() + offset } },
);
const { issuer } = server;
const endpoint = `${issuer}/oauth/token`;
const par = `${issuer}/oauth/par`;

const signed = async (fields: Readonly<Record<string, string>>, own: ClientKey = key, claims = {}) => ({
  ...fields,
  client_assertion_type: assertionType,
  client_assertion: await assertion(own, 'strict', issuer, claims),
});

const refusedFor = async (changes: object): Promise<string> => {
  const metadata = { ...strict, ...changes };
  const error = await server.app.services.clients.add({ metadata }).then(
    () => undefined,
    (reason: unknown) => reason,
  );
  return error instanceof Error ? error.message : 'accepted';
};

t.test(
  'a client that does not meet the profile is refused when it is registered, with the reason (FAPI 2.0 §5.3.2)',
  async (t) => {
    t.equal(await refusedFor({}), 'accepted');
    t.equal(
      await refusedFor({ application_type: 'native', redirect_uris: ['http://127.0.0.1/cb'] }),
      'accepted',
    );
    for (const [changes, reason] of [
      [{ token_endpoint_auth_method: 'client_secret_basic' }, /token_endpoint_auth_method/],
      [{ token_endpoint_auth_method: 'client_secret_jwt' }, /token_endpoint_auth_method/],
      [
        { token_endpoint_auth_method: 'none', grant_types: ['authorization_code'] },
        /token_endpoint_auth_method/,
      ],
      [{ token_endpoint_auth_signing_alg: 'RS256' }, /token_endpoint_auth_signing_alg/],
      [{ token_endpoint_auth_signing_alg: 'PS384' }, /token_endpoint_auth_signing_alg/],
      [{ id_token_signed_response_alg: 'RS256' }, /id_token_signed_response_alg/],
      [{ authorization_signed_response_alg: 'RS256' }, /authorization_signed_response_alg/],
      [{ request_object_signing_alg: 'RS256' }, /request_object_signing_alg/],
      [{ dpop_bound_access_tokens: false }, /dpop_bound_access_tokens/],
      [{ require_pushed_authorization_requests: false }, /require_pushed_authorization_requests/],
      [{ pkce: 'exempt' }, /pkce/],
      [{ redirect_uris: ['http://localhost:4999/callback'] }, /redirect_uris/],
      [{ application_type: 'native', redirect_uris: ['com.example.app:/cb'] }, /redirect_uris/],
    ] as const) {
      t.match(await refusedFor(changes), reason, JSON.stringify(changes));
    }
  },
);

t.test('a configuration with such a client does not start (FAPI 2.0 §5.3.2)', async (t) => {
  const broken = startInProcess(t, {
    clients: [{ client_id: 'x', ...strict, dpop_bound_access_tokens: false }],
  });
  await t.rejects(broken, { message: /dpop_bound_access_tokens/ });
});

const parameters = (verifier: string) => {
  const url = new URL(
    new RelyingParty(issuer, 'strict', '').authorizationUrl(verifier, { redirect_uri: callback }),
  );
  return Object.fromEntries(url.searchParams);
};

const codeOf = async (verifier: string) => {
  const pushed = await postForm(par, await signed(parameters(verifier)));
  const request = { client_id: 'strict', request_uri: `${pushed.body.request_uri}` };
  const browser = new Browser();
  let page = await browser.open(`${issuer}/oauth/authorize?${new URLSearchParams(request)}`);
  page = await browser.submit(page, { login: 'ada', password });
  if (page.body.includes('consent-allow')) page = await browser.submit(page, { decision: 'allow' });
  return redirectParameters(page);
};

const redeem = (code: string, verifier: string) => ({
  grant_type: 'authorization_code',
  code,
  code_verifier: verifier,
  redirect_uri: callback,
});

t.test('a request that was not pushed is refused (FAPI 2.0 §5.3.2.2)', async (t) => {
  const page = await new Browser().request(
    `${issuer}/oauth/authorize?${new URLSearchParams(parameters(newVerifier()))}`,
  );
  t.equal(redirectParameters(page).get('error'), 'invalid_request');
  const { code_challenge, code_challenge_method, ...bare } = parameters(newVerifier());
  t.equal((await postForm(par, await signed(bare))).body.error, 'invalid_request', 'nor one without PKCE');
  const { redirect_uri, ...nowhere } = parameters(newVerifier());
  t.equal(
    (await postForm(par, await signed(nowhere))).body.error,
    'invalid_request',
    'nor one of an unreachable host',
  );
  t.equal(
    (await postForm(par, { ...bare, code_challenge: `${code_challenge}` })).status,
    401,
    'nor one without a client',
  );
});

t.test('weak signature algorithms are refused everywhere (FAPI 2.0 §5.4.1)', async (t) => {
  const grant = { grant_type: 'client_credentials' };
  const weak = await postForm(endpoint, await signed(grant), { dpop: await proof(rsa, endpoint) });
  t.equal(weak.body.error, 'invalid_dpop_proof');
  t.match(weak.body.error_description, /FAPI 2\.0/);
  t.equal(
    (await postForm(endpoint, await signed(grant, rsa), { dpop: await proof(dpop, endpoint) })).status,
    401,
  );
  const resource = await postForm(endpoint, await signed({ ...grant, resource: 'https://rs.example.com' }), {
    dpop: await proof(dpop, endpoint),
  });
  t.equal(resource.body.error, 'invalid_target', 'a token that would be signed with RS256');
  const fine = await postForm(endpoint, await signed({ ...grant, resource: 'https://es.example.com' }), {
    dpop: await proof(dpop, endpoint),
  });
  t.equal(fine.status, 200, `${fine.body.error_description}`);
});

t.test(
  'a signed request needs exp and nbf at most an hour apart (FAPI 2.0 Message Signing §5.3.1)',
  async (t) => {
    const good = parameters(newVerifier());
    for (const claims of [
      { exp: undefined },
      { nbf: undefined },
      { nbf: seconds() - 3600, exp: seconds() + 60 },
      { nbf: seconds() + 5, exp: seconds() + 5 },
    ]) {
      const request = await requestObject(key, 'strict', issuer, { ...good, ...claims });
      const { body } = await postForm(par, await signed({ request }));
      t.equal(body.error, 'invalid_request_object', JSON.stringify(claims));
    }
    const request = await requestObject(key, 'strict', issuer, good);
    t.equal((await postForm(par, await signed({ request }))).status, 201);
  },
);

t.test('a clock may be ten seconds ahead but not more than sixty (FAPI 2.0 §5.3.2.1)', async (t) => {
  for (const [ahead, good] of [
    [9, true],
    [70, false],
  ] as const) {
    const at = seconds() + ahead;
    const fields = await signed({ grant_type: 'client_credentials' }, key, { iat: at, nbf: at });
    const { status } = await postForm(endpoint, fields, { dpop: await proof(dpop, endpoint, { iat: at }) });
    t.equal(status === 200, good, `${ahead} seconds`);
    const late = await postForm(endpoint, await signed({ grant_type: 'client_credentials' }), {
      dpop: await proof(dpop, endpoint, { iat: at }),
    });
    t.equal(late.status === 200, good, `a proof ${ahead} seconds ahead`);
  }
});

t.test('tokens are bound, signed as the profile asks, and do not rotate (FAPI 2.0 §5.3.2.1)', async (t) => {
  const verifier = newVerifier();
  const answer = await codeOf(verifier);
  t.equal(answer.get('iss'), issuer);
  const fields = redeem(answer.get('code') ?? '', verifier);
  const bearer = await postForm(endpoint, await signed(fields));
  t.equal(bearer.status, 400, 'no proof, no token');
  const tokens = await postForm(endpoint, await signed(fields), { dpop: await proof(dpop, endpoint) });
  t.equal(tokens.status, 200, `${tokens.body.error_description}`);
  t.equal(tokens.body.token_type, 'DPoP');
  const header = JSON.parse(
    Buffer.from(`${tokens.body.id_token}`.split('.')[0] ?? '', 'base64url').toString(),
  );
  t.equal(header.alg, 'ES256');
  const again: Readonly<Record<string, string>> = {
    grant_type: 'refresh_token',
    refresh_token: `${tokens.body.refresh_token}`,
  };
  for (let times = 0; times < 2; times += 1) {
    const refreshed = await postForm(endpoint, await signed(again), { dpop: await proof(dpop, endpoint) });
    t.equal(refreshed.status, 200);
    t.equal(refreshed.body.refresh_token, again['refresh_token'], 'the same one');
  }
});

t.test('a code lives at most a minute, whatever is configured for others (FAPI 2.0 §5.3.2.1)', async (t) => {
  for (const [later, good] of [
    [62_000, false],
    [50_000, true],
  ] as const) {
    const verifier = newVerifier();
    const answer = await codeOf(verifier);
    offset += later;
    const fields = await signed(redeem(answer.get('code') ?? '', verifier));
    const { status, body } = await postForm(endpoint, fields, { dpop: await proof(dpop, endpoint) });
    t.equal(status, good ? 200 : 400, `${later} ms later`);
    if (!good) t.equal(body.error, 'invalid_grant');
  }
});

t.test(
  'a client that authenticates by certificate must meet the profile as well (FAPI 2.0 §5.3.2.1)',
  async (t) => {
    const shown = { 'client-cert': certificate.header };
    const fields: FormFields = {
      grant_type: 'client_credentials',
      client_id: 'tls',
      resource: 'https://es.example.com',
    };
    t.equal((await postForm(endpoint, fields)).status, 401);
    const tokens = await postForm(endpoint, fields, shown);
    t.equal(tokens.status, 200, `${tokens.body.error_description}`);
    const payload = JSON.parse(
      Buffer.from(`${tokens.body.access_token}`.split('.')[1] ?? '', 'base64url').toString(),
    );
    t.ok(payload.cnf['x5t#S256']);
    const { body } = await httpGet(`${issuer}/.well-known/openid-configuration`);
    t.equal(body['issuer'], issuer);
  },
);
