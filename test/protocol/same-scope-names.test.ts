/**
 * Two APIs with scopes of the same name: what a client that registered itself may do at the one that is open to such
 * clients gives it nothing at the other one.
 */
import { decodeJwt } from 'jose';
import t from 'tap';
import {
  Browser,
  codeFor,
  RelyingParty,
  redirectUri,
  startInProcess,
  type TestServer,
  usualConfig,
} from '../support/setup/index.ts';

const open = 'https://mcp.example.com/mcp';
const closed = 'https://hr.example.com/';
const other = 'https://pay.example.com/';

const config = {
  accounts: usualConfig.accounts,
  resources: [
    { audience: open, scopes: ['read'], self_described_clients: true },
    { audience: closed, scopes: ['read', 'write'], default: true },
    { audience: other, scopes: ['read'] },
  ],
  security: { password: { memory_kib: 8192, passes: 1 }, throttle: { registration_per_address: 0 } },
};

const register = async ({ issuer }: TestServer, scope: string): Promise<RelyingParty> => {
  const response = await fetch(`${issuer}/oauth/register`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({
      redirect_uris: [redirectUri],
      grant_types: ['authorization_code', 'refresh_token'],
      token_endpoint_auth_method: 'none',
      scope,
    }),
  });
  const { client_id: id }: { client_id: string } = await response.json();
  return new RelyingParty(issuer, id, '');
};

/** The reason of the last refusal: a self-registered client gets no error by redirect before a sign-in. */
const refusalOf = async (server: TestServer, url: string): Promise<string | undefined> => {
  await new Browser().request(url);
  return server.events.findLast(({ outcome }) => outcome === 'refused')?.reason;
};

t.test('a scope that an open API has opens no other API', async (t) => {
  const server = await startInProcess(t, { ...config, registration: { enabled: true } });
  const party = await register(server, 'openid offline_access read write');

  for (const parameters of [
    { resource: closed, scope: 'read' },
    { resource: closed, scope: 'openid read' },
    { resource: closed, scope: 'openid' },
    { resource: other, scope: 'read' },
  ]) {
    const reason = await refusalOf(server, party.authorizationUrl('v'.repeat(43), parameters));
    t.equal(reason, 'invalid_target', JSON.stringify(parameters));
  }

  const request = new URL(party.authorizationUrl('v'.repeat(43), { resource: closed, scope: 'read' }));
  const pushed = await party.post('/oauth/par', Object.fromEntries(request.searchParams));
  t.match(pushed, { status: 400, body: { error: 'invalid_target' } }, 'at the PAR endpoint');

  const granted = { resource: open, scope: 'offline_access read', prompt: 'consent' };
  const first = await codeFor(party, new Browser(), granted);
  const swapped = await party.redeem(first.code, first.verifier, { resource: closed });
  t.match(swapped, { status: 400, body: { error: 'invalid_target' } }, 'in exchange for a code');

  const { code, verifier } = await codeFor(party, new Browser(), granted);
  const tokens = await party.redeem(code, verifier);
  t.match(decodeJwt(tokens.body.access_token ?? ''), { aud: open, scope: 'read' });
  const refreshed = await party.refresh(tokens.body.refresh_token ?? '', { resource: closed });
  t.match(refreshed, { status: 400, body: { error: 'invalid_target' } }, 'in exchange for a refresh token');
});

t.test('a default API that is closed is never assumed, at either token endpoint', async (t) => {
  const server = await startInProcess(t, { ...config, registration: { enabled: true } });
  const party = await register(server, 'openid read');
  const request = { scope: 'openid read' };
  const first = await codeFor(party, new Browser(), request);
  const form = await party.redeem(first.code, first.verifier);
  t.equal(decodeJwt(form.body.access_token ?? '').aud, server.issuer, 'a token for userinfo only');
  const { code, verifier } = await codeFor(party, new Browser(), request);
  const json = await fetch(`${server.issuer}/api/v1/tokens`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({
      authorization_code: code,
      client_id: party.id,
      redirect_uri: redirectUri,
      code_verifier: verifier,
    }),
  });
  const { access_token: token }: { access_token: string } = await json.json();
  t.equal(decodeJwt(token).aud, server.issuer, 'in JSON too');
  t.equal(await refusalOf(server, party.authorizationUrl(verifier, { scope: 'read' })), 'invalid_target');
});

t.test('a scope that the operator lists is one of each API that has it', async (t) => {
  const server = await startInProcess(t, {
    ...config,
    registration: { enabled: true, scopes: ['openid', 'write'] },
  });
  const party = await register(server, 'openid read write');
  const refused = (parameters: Readonly<Record<string, string>>) =>
    refusalOf(server, party.authorizationUrl('v'.repeat(43), parameters));
  t.equal(await refused({ resource: other, scope: 'write' }), 'invalid_target');
  t.equal(await refused({ resource: closed, scope: 'read write' }), 'invalid_scope');
  const { code, verifier } = await codeFor(party, new Browser(), { resource: closed, scope: 'write' });
  const tokens = await party.redeem(code, verifier);
  t.match(decodeJwt(tokens.body.access_token ?? ''), { aud: closed, scope: 'write' });
});
