import { auth, type OAuthClientProvider } from '@modelcontextprotocol/sdk/client/auth.js';
import type { OAuthClientInformationMixed, OAuthTokens } from '@modelcontextprotocol/sdk/shared/auth.js';
import * as arctic from 'arctic';
import * as oauth from 'oauth4webapi';
import * as client from 'openid-client';
import { freePort } from 'postern/testing';
import { AuthorizationCode, ClientCredentials } from 'simple-oauth2';
import t from 'tap';
import { followPages } from '../support/follow-pages.ts';
import { Browser } from '../support/setup/index.ts';
import { person, profile, registerApplication, startApplication, startInteropServer } from './application.ts';

const mcpPort = await freePort();
const mcpUrl = `http://localhost:${mcpPort}/mcp`;
const server = await startInteropServer(t, {
  resources: [{ audience: mcpUrl, scopes: ['notes:read'] }],
  tokens: { device_interval: 1 },
});
const { issuer } = server;
const insecure = { execute: [client.allowInsecureRequests] };

/** Signs in and stops where the browser would return to the application, which doesn't exist here. */
const callbackOf = async (url: URL, browser = new Browser()): Promise<URL> => {
  let page = await browser.open(url.href);
  if (page.body.includes('login-submit')) page = await browser.submit(page, { ...person });
  // Native applications can't prove their identity, so consent is asked even for first-party ones (RFC 8252 §8.6).
  if (page.body.includes('consent-allow')) page = await browser.submit(page, { decision: 'allow' });
  const location = page.headers.get('location');
  if (location === null) throw new Error(`no way back: ${page.status} ${page.body.slice(0, 200)}`);
  return new URL(location);
};

t.test('openid-client runs each flow', async (t) => {
  const found = await registerApplication(server);
  const browser = new Browser();
  const config = await client.discovery(
    new URL(issuer),
    found.id,
    undefined,
    client.ClientSecretBasic(found.secret),
    insecure,
  );
  const pushed = async (parameters: Record<string, string>, dpop?: client.DPoPHandle) => {
    const verifier = client.randomPKCECodeVerifier();
    const state = client.randomState();
    const nonce = client.randomNonce();
    const url = await client.buildAuthorizationUrlWithPAR(
      config,
      {
        redirect_uri: found.redirectUri,
        scope: 'openid profile email offline_access',
        code_challenge: await client.calculatePKCECodeChallenge(verifier),
        code_challenge_method: 'S256',
        state,
        nonce,
        ...parameters,
      },
      dpop && { DPoP: dpop },
    );
    return client.authorizationCodeGrant(
      config,
      await callbackOf(url, browser),
      { pkceCodeVerifier: verifier, expectedState: state, expectedNonce: nonce },
      undefined,
      dpop && { DPoP: dpop },
    );
  };

  await t.test('it runs code, PKCE and PAR, userinfo, refresh, introspection, revocation', async (t) => {
    const tokens = await pushed({});
    const sub = tokens.claims()?.sub ?? '';
    t.match(await client.fetchUserInfo(config, tokens.access_token, sub), { sub, ...profile });
    const next = await client.refreshTokenGrant(config, tokens.refresh_token ?? '');
    t.match(await client.tokenIntrospection(config, next.access_token), { active: true, sub });
    await client.tokenRevocation(config, next.refresh_token ?? '');
    t.match(await client.tokenIntrospection(config, next.access_token), { active: false });
  });

  await t.test('it uses DPoP (RFC 9449)', async (t) => {
    const dpop = client.getDPoPHandle(config, await client.randomDPoPKeyPair('ES256'));
    const tokens = await pushed({}, dpop);
    t.equal(tokens.token_type, 'dpop');
    const sub = tokens.claims()?.sub ?? '';
    t.match(await client.fetchUserInfo(config, tokens.access_token, sub, { DPoP: dpop }), profile);
    await t.rejects(client.fetchUserInfo(config, tokens.access_token, sub), 'without the key it is nothing');
  });

  await t.test('it verifies a signed JARM response', async (t) => {
    const jarm = await client.discovery(
      new URL(issuer),
      found.id,
      { authorization_signed_response_alg: 'RS256' },
      client.ClientSecretBasic(found.secret),
      insecure,
    );
    client.useJwtResponseMode(jarm);
    const verifier = client.randomPKCECodeVerifier();
    const state = client.randomState();
    const url = client.buildAuthorizationUrl(jarm, {
      redirect_uri: found.redirectUri,
      scope: 'openid',
      code_challenge: await client.calculatePKCECodeChallenge(verifier),
      code_challenge_method: 'S256',
      state,
    });
    const callback = await callbackOf(url, browser);
    t.same([...callback.searchParams.keys()], ['response']);
    const checks = { pkceCodeVerifier: verifier, expectedState: state };
    t.ok((await client.authorizationCodeGrant(jarm, callback, checks)).access_token);
  });

  await t.test('it runs client credentials and the device grant', async (t) => {
    const machine = await registerApplication(server, 'machine');
    const machineConfig = await client.discovery(
      new URL(issuer),
      machine.id,
      machine.secret,
      undefined,
      insecure,
    );
    t.match(await client.clientCredentialsGrant(machineConfig), { token_type: 'bearer', expires_in: 600 });

    const device = await registerApplication(server, 'device');
    const deviceConfig = await client.discovery(
      new URL(issuer),
      device.id,
      undefined,
      client.None(),
      insecure,
    );
    const asked = await client.initiateDeviceAuthorization(deviceConfig, { scope: 'openid' });
    const person = new Browser();
    const page = await person.open(asked.verification_uri_complete ?? '');
    const confirm = await person.submit(page, { user_code: asked.user_code });
    const done = await followPages(person, confirm, { login: 'ada', password: 'correct horse battery' });
    t.match(done.body, /device-done/);
    t.ok((await client.pollDeviceAuthorizationGrant(deviceConfig, asked)).id_token);
  });
});

t.test('oauth4webapi', async (t) => {
  const found = await registerApplication(server, 'spa');
  const relaxed = { [oauth.allowInsecureRequests]: true } as const;
  const discovered = await oauth.discoveryRequest(new URL(issuer), { ...relaxed, algorithm: 'oauth2' });
  const as = await oauth.processDiscoveryResponse(new URL(issuer), discovered);
  const self: oauth.Client = { client_id: found.id };
  const verifier = oauth.generateRandomCodeVerifier();
  const nonce = oauth.generateRandomNonce();
  const state = oauth.generateRandomState();
  const url = new URL(as.authorization_endpoint ?? '');
  url.search = new URLSearchParams({
    client_id: found.id,
    response_type: 'code',
    redirect_uri: found.redirectUri,
    scope: 'openid email',
    code_challenge: await oauth.calculatePKCECodeChallenge(verifier),
    code_challenge_method: 'S256',
    nonce,
    state,
  }).toString();
  // It checks `iss` as well (RFC 9207), because the metadata says that there is one.
  const answer = oauth.validateAuthResponse(as, self, await callbackOf(url), state);
  const response = await oauth.authorizationCodeGrantRequest(
    as,
    self,
    oauth.None(),
    answer,
    found.redirectUri,
    verifier,
    relaxed,
  );
  const tokens = await oauth.processAuthorizationCodeResponse(as, self, response, {
    expectedNonce: nonce,
    requireIdToken: true,
  });
  await oauth.validateApplicationLevelSignature(as, response, relaxed);
  const claims = oauth.getValidatedIdTokenClaims(tokens);
  const asked = await oauth.userInfoRequest(as, self, tokens.access_token, relaxed);
  const info = await oauth.processUserInfoResponse(as, self, claims?.sub ?? '', asked);
  t.equal(info.email, profile.email);
  const refreshed = await oauth.refreshTokenGrantRequest(
    as,
    self,
    oauth.None(),
    tokens.refresh_token ?? '',
    relaxed,
  );
  const next = await oauth.processRefreshTokenResponse(as, self, refreshed);
  t.not(next.refresh_token, tokens.refresh_token, 'rotated');
});

t.test('arctic', async (t) => {
  const found = await registerApplication(server);
  const app = new arctic.OAuth2Client(found.id, found.secret, found.redirectUri);
  const verifier = arctic.generateCodeVerifier();
  const state = arctic.generateState();
  const url = app.createAuthorizationURLWithPKCE(
    `${issuer}/oauth/authorize`,
    state,
    arctic.CodeChallengeMethod.S256,
    verifier,
    ['openid', 'email'],
  );
  const callback = await callbackOf(url);
  t.equal(callback.searchParams.get('state'), state);
  const code = callback.searchParams.get('code') ?? '';
  const tokens = await app.validateAuthorizationCode(`${issuer}/oauth/token`, code, verifier);
  t.match(arctic.decodeIdToken(tokens.idToken()), { iss: issuer, aud: found.id });
  const next = await app.refreshAccessToken(`${issuer}/oauth/token`, tokens.refreshToken(), []);
  await app.revokeToken(`${issuer}/oauth/revoke`, next.refreshToken());
  await t.rejects(app.refreshAccessToken(`${issuer}/oauth/token`, next.refreshToken(), []), {
    code: 'invalid_grant',
  });
});

t.test('simple-oauth2', async (t) => {
  const auth = { tokenHost: issuer };
  const found = await registerApplication(server);
  const app = new AuthorizationCode({ client: { id: found.id, secret: found.secret }, auth });
  const verifier = client.randomPKCECodeVerifier();
  const parameters = {
    redirect_uri: found.redirectUri,
    scope: 'openid profile',
    code_challenge: await client.calculatePKCECodeChallenge(verifier),
    code_challenge_method: 'S256',
  };
  const callback = await callbackOf(new URL(app.authorizeURL(parameters)));
  const asked = {
    code: callback.searchParams.get('code') ?? '',
    redirect_uri: found.redirectUri,
    code_verifier: verifier,
  };
  const tokens = await app.getToken(asked);
  t.equal(tokens.expired(), false);
  const next = await tokens.refresh();
  t.not(next.token['refresh_token'], tokens.token['refresh_token']);
  await t.rejects(next.revoke('access_token'), /JSON/, 'it wants JSON where RFC 7009 §2.2 has nothing');
  await next.revoke('refresh_token', { json: true });
  await t.rejects(next.refresh(), /400/);

  const machine = await registerApplication(server, 'machine');
  const credentials = new ClientCredentials({ client: { id: machine.id, secret: machine.secret }, auth });
  t.match((await credentials.getToken({})).token, { token_type: 'Bearer' });
});

t.test('the OAuth client of @modelcontextprotocol/sdk', async (t) => {
  const found = await registerApplication(server, 'native');
  const metadata = {
    resource: mcpUrl,
    authorization_servers: [issuer],
    scopes_supported: ['notes:read'],
  };
  const known = `http://localhost:${mcpPort}/.well-known/oauth-protected-resource/mcp`;
  const protectedServer = await startApplication({ ...found, port: mcpPort }, (request, response) => {
    if (request.url === new URL(known).pathname) {
      response.setHeader('content-type', 'application/json');
      response.end(JSON.stringify(metadata));
      return;
    }
    response.writeHead(404).end();
  });
  t.teardown(() => protectedServer.close());

  let saved: OAuthTokens | undefined;
  let information: OAuthClientInformationMixed = { client_id: found.id };
  let verifier = '';
  let authorization = new URL(issuer);
  const provider: OAuthClientProvider = {
    redirectUrl: found.redirectUri,
    clientMetadata: { redirect_uris: [found.redirectUri], token_endpoint_auth_method: 'none' },
    clientInformation: () => information,
    saveClientInformation: (given) => {
      information = given;
    },
    tokens: () => saved,
    saveTokens: (tokens) => {
      saved = tokens;
    },
    redirectToAuthorization: (url) => {
      authorization = url;
    },
    saveCodeVerifier: (text) => {
      verifier = text;
    },
    codeVerifier: () => verifier,
  };
  t.equal(await auth(provider, { serverUrl: mcpUrl }), 'REDIRECT');
  t.equal(authorization.searchParams.get('resource'), mcpUrl, 'RFC 8707');
  const callback = await callbackOf(authorization);
  const authorizationCode = callback.searchParams.get('code') ?? '';
  t.equal(await auth(provider, { serverUrl: mcpUrl, authorizationCode }), 'AUTHORIZED');
  const first = saved;
  t.match(first, { access_token: String, refresh_token: String, scope: 'notes:read' });
  t.equal(await auth(provider, { serverUrl: mcpUrl }), 'AUTHORIZED', 'by the refresh token');
  t.not(saved?.refresh_token, first?.refresh_token);
});
