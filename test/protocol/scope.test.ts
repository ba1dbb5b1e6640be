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

const api = 'https://api.example.com';

const config = {
  ...usualConfig,
  resources: [{ audience: api, scopes: ['read'] }],
  clients: [
    ...usualConfig.clients,
    {
      client_id: 'narrow',
      client_secret: secret,
      redirect_uris: [redirectUri],
      scope: 'profile',
      first_party: true,
    },
    {
      client_id: 'issuer',
      token_endpoint_auth_method: 'none',
      redirect_uris: [redirectUri],
      issuer_tokens: true,
      audience: 'https://credentials.example.com',
      first_party: true,
    },
  ],
};

const withoutScope = (party: RelyingParty, parameters: Record<string, string> = {}): string => {
  const url = new URL(party.authorizationUrl(newVerifier(), parameters));
  url.searchParams.delete('scope');
  return url.href;
};

t.test('a request without a scope gets the default scope (RFC 6749 §3.3)', async (t) => {
  const server = await startInProcess(t, config);
  const party = new RelyingParty(server.issuer);

  const forApi = await new Browser().request(withoutScope(party, { resource: api }));
  t.equal(
    redirectParameters(forApi).get('error'),
    'invalid_scope',
    'is refused for an API, before anybody signs in',
  );
  const narrow = await new Browser().request(withoutScope(new RelyingParty(server.issuer, 'narrow')));
  t.equal(
    redirectParameters(narrow).get('error'),
    'invalid_scope',
    'and to a client that may not ask for openid',
  );

  const browser = new Browser();
  await codeFor(party, browser);
  const plain = await browser.open(withoutScope(party));
  t.ok(redirectParameters(plain).get('code'), `means openid otherwise: ${redirectParameters(plain)}`);
});

t.test('an issuer_tokens client gets only an access token, at the form endpoint as well', async (t) => {
  const server = await startInProcess(t, config);
  const party = new RelyingParty(server.issuer, 'issuer', '');
  const { code, verifier } = await codeFor(party, new Browser());
  const { status, body } = await party.redeem(code, verifier);
  t.equal(status, 200);
  t.strictSame(Object.keys(body).sort(), ['access_token', 'expires_in', 'scope', 'token_type']);
});
