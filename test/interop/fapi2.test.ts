import * as oauth from 'oauth4webapi';
import * as client from 'openid-client';
import t from 'tap';
import { makeCertificate, san } from '../support/certificates.ts';
import { Browser, password, startInProcess, usualConfig } from '../support/setup/index.ts';

/** FAPI 2.0 Security Profile with two relying party libraries that verify every response. */

const callback = 'https://rp.example.com/callback';
const { privateKey, publicKey } = await oauth.generateKeyPair('ES256', { extractable: true });
const jwk = { ...(await crypto.subtle.exportKey('jwk', publicKey)), kid: 'rp', alg: 'ES256', use: 'sig' };
const { key_ops: _, ext: __, ...publicJwk } = jwk;
const authority = makeCertificate({ subject: [['2.5.4.3', 'The Authority']] });
const certificate = makeCertificate({ issuer: authority, alternative: [san.dns('rp.example.com')] });

const common = {
  profile: 'fapi2',
  require_pushed_authorization_requests: true,
  redirect_uris: [callback],
  grant_types: ['authorization_code', 'refresh_token'],
  first_party: true,
};
const postern = await startInProcess(t, {
  accounts: usualConfig.accounts,
  proxy: {
    trusted: ['127.0.0.1', '::1'],
    client_certificate_header: 'client-cert',
    client_certificates_verified: true,
  },
  security: { dpop_nonce: 'required' },
  clients: [
    {
      ...common,
      client_id: 'by-key',
      token_endpoint_auth_method: 'private_key_jwt',
      token_endpoint_auth_signing_alg: 'ES256',
      dpop_bound_access_tokens: true,
      jwks: { keys: [publicJwk] },
    },
    {
      ...common,
      client_id: 'by-certificate',
      token_endpoint_auth_method: 'tls_client_auth',
      tls_client_auth_san_dns: 'rp.example.com',
      tls_client_certificate_bound_access_tokens: true,
    },
  ],
});

/** The header that a TLS proxy would add for a connection with this certificate. */
const throughProxy = (url: string, options: object): Promise<Response> => {
  const init: RequestInit = options;
  const headers = new Headers(init.headers);
  headers.set('client-cert', certificate.header);
  return fetch(url, { ...init, headers });
};

const signIn = async (url: URL): Promise<URL> => {
  const browser = new Browser();
  const page = await browser.submit(await browser.open(url.href), { login: 'ada', password });
  return new URL(page.headers.get('location') ?? '');
};

for (const [id, by] of [
  ['by-key', 'DPoP and private_key_jwt'],
  ['by-certificate', 'mutual TLS'],
] as const) {
  t.test(`openid-client runs the flow with ${by} (FAPI 2.0 §5.3)`, async (t) => {
    const certified = id === 'by-certificate';
    const server = await client.discovery(
      new URL(postern.issuer),
      id,
      { id_token_signed_response_alg: 'ES256' },
      certified ? client.TlsClientAuth() : client.PrivateKeyJwt({ key: privateKey, kid: 'rp' }),
      {
        execute: [client.allowInsecureRequests],
        ...(certified && { [client.customFetch]: throughProxy }),
      },
    );
    const DPoP = certified
      ? undefined
      : client.getDPoPHandle(server, await client.randomDPoPKeyPair('ES256', { extractable: true }));
    const bound = DPoP ? { DPoP } : {};
    const pkceCodeVerifier = client.randomPKCECodeVerifier();
    const expectedNonce = client.randomNonce();
    const parameters = {
      redirect_uri: callback,
      scope: 'openid email offline_access',
      prompt: 'consent',
      nonce: expectedNonce,
      code_challenge: await client.calculatePKCECodeChallenge(pkceCodeVerifier),
      code_challenge_method: 'S256',
    };
    const url = await client.buildAuthorizationUrlWithPAR(server, parameters, bound);
    t.same([...url.searchParams.keys()].sort(), ['client_id', 'request_uri']);
    const browser = new Browser();
    const consent = await browser.submit(await browser.open(url.href), { login: 'ada', password });
    const back = new URL(
      (await browser.submit(consent, { decision: 'allow' })).headers.get('location') ?? '',
    );
    const tokens = await client.authorizationCodeGrant(
      server,
      back,
      { pkceCodeVerifier, expectedNonce },
      undefined,
      bound,
    );
    t.equal(tokens.token_type, certified ? 'bearer' : 'dpop');
    const sub = tokens.claims()?.sub ?? '';
    const person = await client.fetchUserInfo(server, tokens.access_token, sub, bound);
    t.equal(person.email, 'ada@example.com');
    const refreshed = await client.refreshTokenGrant(server, tokens.refresh_token ?? '', undefined, bound);
    t.ok(refreshed.access_token);
    await t.rejects(
      client.authorizationCodeGrant(server, back, { pkceCodeVerifier, expectedNonce }, undefined, bound),
      Object.assign(new Error(), { error: 'invalid_grant' }),
      'the code is spent',
    );
  });

  t.test(`oauth4webapi runs the flow with ${by} (FAPI 2.0 §5.3)`, async (t) => {
    const certified = id === 'by-certificate';
    const insecure = {
      [oauth.allowInsecureRequests]: true,
      ...(certified && { [oauth.customFetch]: throughProxy }),
    };
    const issuer = new URL(postern.issuer);
    const server = await oauth.processDiscoveryResponse(
      issuer,
      await oauth.discoveryRequest(issuer, insecure),
    );
    const party: oauth.Client = { client_id: id, id_token_signed_response_alg: 'ES256' };
    const authentication = certified
      ? oauth.TlsClientAuth()
      : oauth.PrivateKeyJwt({ key: privateKey, kid: 'rp' });
    const DPoP = certified ? undefined : oauth.DPoP(party, await oauth.generateKeyPair('ES256'));
    const bound = DPoP ? { DPoP } : {};
    /** RFC 9449 §8: the first response names the nonce to use. */
    const twice = async <Result>(once: () => Promise<Result>): Promise<Result> => {
      try {
        return await once();
      } catch (error) {
        if (oauth.isDPoPNonceError(error)) return once();
        throw error;
      }
    };

    const verifier = oauth.generateRandomCodeVerifier();
    const request = new URLSearchParams({
      client_id: id,
      response_type: 'code',
      redirect_uri: callback,
      scope: 'openid email',
      code_challenge: await oauth.calculatePKCECodeChallenge(verifier),
      code_challenge_method: 'S256',
    });
    const pushed = await twice(async () =>
      oauth.processPushedAuthorizationResponse(
        server,
        party,
        await oauth.pushedAuthorizationRequest(server, party, authentication, request, {
          ...insecure,
          ...bound,
        }),
      ),
    );
    const url = new URL(server.authorization_endpoint ?? '');
    url.search = new URLSearchParams({ client_id: id, request_uri: pushed.request_uri }).toString();
    const answer = oauth.validateAuthResponse(server, party, await signIn(url));
    const tokens = await twice(async () =>
      oauth.processAuthorizationCodeResponse(
        server,
        party,
        await oauth.authorizationCodeGrantRequest(server, party, authentication, answer, callback, verifier, {
          ...insecure,
          ...bound,
        }),
      ),
    );
    const sub = oauth.getValidatedIdTokenClaims(tokens)?.sub ?? '';
    const person = await twice(async () =>
      oauth.processUserInfoResponse(
        server,
        party,
        sub,
        await oauth.userInfoRequest(server, party, tokens.access_token, { ...insecure, ...bound }),
      ),
    );
    t.equal(person.email, 'ada@example.com');
  });
}
