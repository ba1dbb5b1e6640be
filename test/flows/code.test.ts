import { createRemoteJWKSet, jwtVerify } from 'jose';
import * as client from 'openid-client';
import t from 'tap';
import { Browser, startInProcess } from '../support/setup/index.ts';

const redirectUri = 'http://localhost:4999/callback';

const config = {
  accounts: [
    { username: 'ada', password: 'correct horse battery', name: 'Ada Lovelace', email: 'ada@example.com' },
  ],
  clients: [
    {
      client_id: 'app',
      client_name: 'The App',
      client_secret: 'a-secret-of-forty-three-characters-or-more-00',
      redirect_uris: [redirectUri],
      grant_types: ['authorization_code', 'refresh_token'],
    },
  ],
};

t.test('a relying party signs a person in with code and PKCE (OpenID Connect Core §3.1)', async (t) => {
  const postern = await startInProcess(t, config);
  const server = await client.discovery(
    new URL(postern.issuer),
    'app',
    'a-secret-of-forty-three-characters-or-more-00',
    client.ClientSecretBasic('a-secret-of-forty-three-characters-or-more-00'),
    { execute: [client.allowInsecureRequests] },
  );
  const verifier = client.randomPKCECodeVerifier();
  const state = client.randomState();
  const nonce = client.randomNonce();
  const url = client.buildAuthorizationUrl(server, {
    redirect_uri: redirectUri,
    scope: 'openid profile email',
    code_challenge: await client.calculatePKCECodeChallenge(verifier),
    code_challenge_method: 'S256',
    state,
    nonce,
  });

  const browser = new Browser();
  const login = await browser.open(url.href);
  t.equal(login.status, 200);
  t.match(login.body, 'login-submit');
  const wrong = await browser.submit(login, { login: 'ada', password: 'not this one' });
  t.equal(wrong.status, 422, 'a wrong password is refused on the same page');
  const consent = await browser.submit(login, { login: 'ada', password: 'correct horse battery' });
  t.match(consent.body, 'consent-allow');
  const back = await browser.submit(consent, { decision: 'allow' });
  t.equal(back.status, 303);
  const callback = new URL(back.headers.get('location') ?? '');
  t.equal(callback.origin + callback.pathname, redirectUri);

  const tokens = await client.authorizationCodeGrant(server, callback, {
    pkceCodeVerifier: verifier,
    expectedState: state,
    expectedNonce: nonce,
  });
  t.equal(tokens.token_type, 'bearer');
  t.ok(tokens.refresh_token);
  t.notOk(tokens.claims()?.['email'], 'personal claims are not in the id token');
  const keys = createRemoteJWKSet(new URL('/oauth/jwks', postern.issuer));
  const { protectedHeader, payload } = await jwtVerify(tokens.access_token, keys, {
    issuer: postern.issuer,
    typ: 'at+jwt',
  });
  t.equal(protectedHeader.alg, 'ES256');
  t.equal(payload['client_id'], 'app');

  const sub = tokens.claims()?.sub ?? '';
  const person = await client.fetchUserInfo(server, tokens.access_token, sub);
  t.match(person, { sub, name: 'Ada Lovelace', email: 'ada@example.com' });

  const refreshed = await client.refreshTokenGrant(server, tokens.refresh_token ?? '');
  t.not(refreshed.refresh_token, tokens.refresh_token);
  const again = await client.refreshTokenGrant(server, tokens.refresh_token ?? '');
  t.equal(again.refresh_token, refreshed.refresh_token, 'a retry gets the same successor');
  await t.rejects(
    client.authorizationCodeGrant(server, callback, {
      pkceCodeVerifier: verifier,
      expectedState: state,
      expectedNonce: nonce,
    }),
    Object.assign(new Error(), { error: 'invalid_grant' }),
    'a code redeemed twice is refused',
  );
  await t.rejects(
    client.refreshTokenGrant(server, refreshed.refresh_token ?? ''),
    Object.assign(new Error(), { error: 'invalid_grant' }),
    'and takes along what the first use gave',
  );
});
