import {
  type CryptoKey,
  compactDecrypt,
  createRemoteJWKSet,
  decodeJwt,
  exportJWK,
  generateKeyPair,
  jwtVerify,
} from 'jose';
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

const api = 'https://api.example.com/';

const pair = async (alg: string, extra: object = {}) => {
  const { privateKey, publicKey } = await generateKeyPair(alg, { extractable: true, ...extra });
  return { privateKey, jwk: { ...(await exportJWK(publicKey)), use: 'enc', alg } };
};

const rsa = await pair('RSA-OAEP-256');
const ec = await pair('ECDH-ES+A256KW');

const web = (client_id: string, more: object = {}) => ({
  client_id,
  client_secret: secret,
  redirect_uris: [redirectUri],
  grant_types: ['authorization_code', 'refresh_token'],
  first_party: true,
  ...more,
});

/** The scheme of an app, with the host of another client. */
const pretended = `com.example.app://${new URL(redirectUri).host}/callback`;

const config = {
  ...usualConfig,
  resources: [{ audience: api, scopes: ['api:read'], introspection_clients: ['app'] }],
  clients: [
    ...usualConfig.clients,
    web('near', { subject_type: 'pairwise' }),
    web('near-too', { subject_type: 'pairwise' }),
    web('pretender', {
      subject_type: 'pairwise',
      application_type: 'native',
      redirect_uris: [pretended],
    }),
    web('far', { subject_type: 'pairwise', redirect_uris: ['https://far.example.com/callback'] }),
    web('whole', { id_token_claims: 'all' }),
    web('rsa', {
      jwks: { keys: [rsa.jwk] },
      id_token_encrypted_response_alg: 'RSA-OAEP-256',
      id_token_encrypted_response_enc: 'A256GCM',
      userinfo_signed_response_alg: 'ES256',
    }),
    web('ec', {
      jwks: { keys: [ec.jwk] },
      id_token_encrypted_response_alg: 'ECDH-ES+A256KW',
      userinfo_signed_response_alg: 'ES256',
      userinfo_encrypted_response_alg: 'ECDH-ES+A256KW',
      userinfo_encrypted_response_enc: 'A128GCM',
    }),
  ],
};

const server = await startInProcess(t, config);

const redeemed = async (id: string, parameters: Record<string, string> = {}) => {
  const party = new RelyingParty(server.issuer, id);
  const { code, verifier } = await codeFor(party, new Browser(), parameters);
  const { body } = await party.redeem(
    code,
    verifier,
    parameters['redirect_uri'] ? { redirect_uri: parameters['redirect_uri'] } : {},
  );
  return { party, body, idToken: String(body['id_token']), accessToken: String(body['access_token']) };
};

const userinfo = (accessToken: string) =>
  fetch(`${server.issuer}/userinfo`, { headers: { authorization: `Bearer ${accessToken}` } });

t.test('pairwise subjects differ by sector (OpenID Connect Core §8.1)', async (t) => {
  const at = async (id: string, uri = redirectUri) => {
    const { accessToken, idToken, party } = await redeemed(id, { redirect_uri: uri });
    const sub = decodeJwt(idToken).sub;
    t.match(await (await userinfo(accessToken)).json(), { sub }, 'the same at userinfo');
    t.match(
      (await party.post('/oauth/introspect', { token: accessToken })).body,
      { sub },
      'at introspection',
    );
    t.equal(decodeJwt(accessToken).sub, sub, 'and in the access token');
    return { sub, idToken, party };
  };
  const open = await at('app');
  const near = await at('near');
  const nearToo = await at('near-too');
  const far = await at('far', 'https://far.example.com/callback');
  t.equal(near.sub, nearToo.sub, 'one sector, one subject');
  t.not(near.sub, far.sub, 'another sector, another subject');
  t.not(near.sub, open.sub);
  t.not((await at('pretender', pretended)).sub, near.sub, 'an app joins no sector by writing its host');

  const browser = new Browser();
  await codeFor(near.party, browser);
  const verifier = newVerifier();
  const url = near.party.authorizationUrl(verifier, { prompt: 'none', id_token_hint: near.idToken });
  t.ok(redirectParameters(await browser.open(url)).get('code'), 'is known again as id_token_hint (§3.1.2.1)');
});

t.test('scopes release personal claims at userinfo (OpenID Connect Core §5.4)', async (t) => {
  const { idToken, accessToken } = await redeemed('app');
  t.notMatch(decodeJwt(idToken), { email: String });
  t.notMatch(decodeJwt(accessToken), { email: String });
  t.match(await (await userinfo(accessToken)).json(), { email: 'ada@example.com', name: 'Ada Lovelace' });
  const whole = await redeemed('whole', { scope: 'openid email' });
  t.match(
    decodeJwt(whole.idToken),
    { email: 'ada@example.com' },
    'in the id token where the operator says so',
  );
  t.notMatch(decodeJwt(whole.idToken), { name: String }, 'for the scopes that were granted');
});

t.test('the claims parameter requests single claims (OpenID Connect Core §5.5)', async (t) => {
  const party = new RelyingParty(server.issuer);
  for (const claims of [
    '{',
    '[]',
    '"x"',
    '{}',
    '{"userinfo":[]}',
    '{"id_token":"x"}',
    '{"userinfo":{"email":1}}',
  ]) {
    const page = await new Browser().open(party.authorizationUrl(newVerifier(), { claims }));
    t.equal(redirectParameters(page).get('error'), 'invalid_request', claims);
  }
  const claims = JSON.stringify({ userinfo: { email: null, made_up: null }, id_token: { email: null } });
  const { idToken, accessToken } = await redeemed('app', { scope: 'openid', claims });
  const person = await (await userinfo(accessToken)).json();
  t.match(person, { sub: String, email: 'ada@example.com' });
  t.notMatch(person, { name: String });
  t.match(decodeJwt(idToken), { email: 'ada@example.com' });
  t.notMatch(decodeJwt(idToken), { name: String }, 'nothing else that is personal');
});

t.test('responses can be encrypted (OpenID Connect Core §10.2)', async (t) => {
  const keys = createRemoteJWKSet(new URL(`${server.issuer}/oauth/jwks`));
  const opened = async (jwe: string, key: CryptoKey, audience: string) => {
    const { plaintext, protectedHeader } = await compactDecrypt(jwe, key);
    const { payload } = await jwtVerify(new TextDecoder().decode(plaintext), keys, {
      issuer: server.issuer,
      audience,
    });
    return { payload, header: protectedHeader };
  };

  const one = await redeemed('rsa');
  const idToken = await opened(one.idToken, rsa.privateKey, 'rsa');
  t.match(idToken.header, { alg: 'RSA-OAEP-256', enc: 'A256GCM', cty: 'JWT' });
  const signed = await userinfo(one.accessToken);
  t.match(signed.headers.get('content-type'), 'application/jwt');
  const { payload } = await jwtVerify(await signed.text(), keys, { issuer: server.issuer, audience: 'rsa' });
  t.match(payload, { email: 'ada@example.com', sub: idToken.payload.sub });

  const other = await redeemed('ec');
  const second = await opened(other.idToken, ec.privateKey, 'ec');
  t.match(second.header, { alg: 'ECDH-ES+A256KW', enc: 'A128CBC-HS256' }, 'the default content encryption');
  const answer = await (await userinfo(other.accessToken)).text();
  const person = await opened(answer, ec.privateKey, 'ec');
  t.match(person.header, { enc: 'A128GCM' });
  t.match(person.payload, { email: 'ada@example.com' });
});
