/** A client with a registered `scope` gets tokens for the APIs that its scope or its `resources` name. */
import { decodeJwt } from 'jose';
import t, { type Test } from 'tap';
import { RelyingParty, redirectUri, secret, startInProcess, usualConfig } from '../support/setup/index.ts';

const own = 'https://a.example.com/';
const foreign = 'https://b.example.com/';
const plain = 'https://plain.example.com/';
const open = 'https://mcp.example.com/mcp';
const everyones = 'https://default.example.com/';
const machine = { client_secret: secret, grant_types: ['client_credentials'] };

const server = await startInProcess(t, {
  accounts: usualConfig.accounts,
  resources: [
    { audience: own, scopes: ['a:read'] },
    { audience: foreign, scopes: ['b:read'] },
    { audience: plain, scopes: [] },
    { audience: open, scopes: [], self_described_clients: true },
    { audience: everyones, scopes: ['all:read'], default: true },
  ],
  clients: [
    { client_id: 'limited', ...machine, scope: 'a:read' },
    { client_id: 'listed', ...machine, scope: 'openid', resources: [plain, foreign] },
    { client_id: 'unlimited', ...machine },
    { client_id: 'site', client_secret: secret, redirect_uris: [redirectUri], scope: 'openid' },
  ],
});

const ask = (client: string, parameters: Record<string, string>) =>
  new RelyingParty(server.issuer, client).post('/oauth/token', {
    grant_type: 'client_credentials',
    ...parameters,
  });

const gets = async (t: Test, client: string, resource: string, scope: string | undefined) => {
  const { status, body } = await ask(client, { resource, ...(scope && { scope }) });
  t.equal(status, 200, `${client} at ${resource}`);
  t.match(decodeJwt(String(body['access_token'])), { aud: resource, ...(scope && { scope }) });
};

t.test('an API that neither the scope nor the resources of a client name is not for it', async (t) => {
  for (const parameters of [
    { resource: foreign },
    { resource: foreign, scope: 'b:read' },
    { resource: foreign, scope: 'a:read' },
    { resource: foreign, scope: 'openid' },
    { resource: plain },
  ]) {
    const refused = await ask('limited', parameters);
    t.match(refused, { status: 400, body: { error: 'invalid_target' } }, JSON.stringify(parameters));
  }
  const site = new RelyingParty(server.issuer, 'site');
  for (const resource of [own, foreign, plain]) {
    const url = new URL(site.authorizationUrl('v'.repeat(43), { scope: 'openid', resource }));
    const pushed = await site.post('/oauth/par', Object.fromEntries(url.searchParams));
    t.match(pushed, { status: 400, body: { error: 'invalid_target' } }, resource);
  }
});

t.test('an API is for the clients that name it, and one that is open for all', async (t) => {
  await gets(t, 'limited', own, 'a:read');
  for (const resource of [open, everyones]) await gets(t, 'limited', resource, undefined);
  for (const resource of [plain, foreign]) await gets(t, 'listed', resource, undefined);
  for (const resource of [own, foreign, plain]) await gets(t, 'unlimited', resource, undefined);
});
