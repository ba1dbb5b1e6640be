import { decodeProtectedHeader } from 'jose';
import t from 'tap';
import {
  Browser,
  codeFor,
  RelyingParty,
  redirectUri,
  startInProcess,
  usualConfig,
} from '../support/setup/index.ts';

const server = await startInProcess(t, { ...usualConfig, registration: { enabled: true } });

const algorithmFor = async (id: string, secret?: string): Promise<string | undefined> => {
  const party = new RelyingParty(server.issuer, id, secret);
  const { code, verifier } = await codeFor(party, new Browser());
  const { body } = await party.redeem(code, verifier);
  return decodeProtectedHeader(body.id_token ?? '').alg;
};

t.test(
  'a client of the configuration that names no algorithm gets RS256 (OpenID Connect Core §2)',
  async (t) => {
    t.equal(await algorithmFor('app'), 'RS256');
  },
);

t.test('so does a client that was added', async (t) => {
  const { id, secret } = await server.addClient({ type: 'web', metadata: { redirect_uris: [redirectUri] } });
  t.equal(await algorithmFor(id, secret), 'RS256');
});

t.test('so does a client that registered itself', async (t) => {
  const response = await fetch(`${server.issuer}/oauth/register`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ redirect_uris: [redirectUri] }),
  });
  const registered = await response.json();
  t.equal(response.status, 201);
  t.equal(await algorithmFor(registered.client_id, registered.client_secret), 'RS256');
});

t.test('a client that names one gets that one', async (t) => {
  const { id, secret } = await server.addClient({
    type: 'web',
    metadata: { redirect_uris: [redirectUri], id_token_signed_response_alg: 'ES256' },
  });
  t.equal(await algorithmFor(id, secret), 'ES256');
});
