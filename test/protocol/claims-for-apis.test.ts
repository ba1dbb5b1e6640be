/** What an application learns of a person from the claims that a token has for its API. */
import { decodeJwt } from 'jose';
import t from 'tap';
import {
  Browser,
  basicAuthorization,
  codeFor,
  newVerifier,
  password,
  RelyingParty,
  redirectParameters,
  redirectUri,
  secret,
  startInProcess,
} from '../support/setup/index.ts';

const opaque = 'https://opaque.example.com/';
const signed = 'https://signed.example.com/';
const trusting = 'https://trusting.example.com/';
const mapped = 'https://mapped.example.com/';

const open = { self_described_clients: true };
const claims = ['email', 'groups', 'phone_number'];
const person = { email: 'ada@example.com', phone_number: '+48123456789', groups: ['staff'] };
const app = { client_secret: secret, redirect_uris: [redirectUri] };

const server = await startInProcess(t, {
  groups: [{ name: 'staff' }],
  registration: { enabled: true },
  resources: [
    {
      audience: opaque,
      scopes: ['o'],
      access_token_format: 'opaque',
      claims,
      introspection_clients: ['api', 'both'],
      ...open,
    },
    { audience: signed, scopes: ['s'], claims, ...open },
    { audience: trusting, scopes: ['t'], claims, self_described_clients_read_claims: true, ...open },
    {
      audience: mapped,
      scopes: ['m'],
      claims: { role: { from: 'groups', map: { staff: 'Editor' } }, tier: { value: 'gold' } },
      ...open,
    },
  ],
  clients: [
    { client_id: 'app', ...app, first_party: true },
    { client_id: 'narrow', ...app, first_party: true, scope: 'openid email o s' },
    { client_id: 'asking', ...app, first_party: false },
    { client_id: 'both', ...app, first_party: true, scope: 'openid o' },
    { client_id: 'api', client_secret: secret, grant_types: ['client_credentials'], redirect_uris: [] },
  ],
});
const { email, phone_number } = person;
await server.addAccount({
  username: 'ada',
  password,
  groups: person.groups,
  claims: { email, email_verified: true, phone_number },
});
const api = new RelyingParty(server.issuer, 'api');

const register = async (scope: string): Promise<RelyingParty> => {
  const response = await fetch(`${server.issuer}/oauth/register`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ redirect_uris: [redirectUri], token_endpoint_auth_method: 'none', scope }),
  });
  const { client_id: id }: { client_id: string } = await response.json();
  return new RelyingParty(server.issuer, id, '');
};

const tokenFor = async (party: RelyingParty, resource: string, scope: string): Promise<string> => {
  const { code, verifier } = await codeFor(party, new Browser(), { resource, scope });
  return (await party.redeem(code, verifier)).body.access_token ?? '';
};

const introspect = async (party: RelyingParty, token: string) =>
  Object(await party.post('/oauth/introspect', { token })).body;

const only = (all: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> =>
  Object.fromEntries(
    Object.entries(all).filter(([name]) => name in person || name === 'role' || name === 'tier'),
  );

t.test('a client that registered itself learns from its opaque token what the person granted', async (t) => {
  const party = await register('openid email o');
  const token = await tokenFor(party, opaque, 'o');
  t.strictSame(only(await introspect(party, token)), {}, 'it may use the scope, but was not granted it');
  t.strictSame(only(await introspect(api, token)), person, 'the API gets all');
  const granted = await tokenFor(party, opaque, 'openid email o');
  t.strictSame(only(await introspect(party, granted)), { email });
});

t.test('a client that registered itself reads in a JWT what the person granted', async (t) => {
  const party = await register('openid email s t m');
  const token = await tokenFor(party, signed, 's');
  t.strictSame(only(decodeJwt(token)), {});
  t.strictSame(only(await introspect(party, token)), {});
  t.strictSame(only(decodeJwt(await tokenFor(party, signed, 'openid email s'))), { email });
  t.strictSame(only(decodeJwt(await tokenFor(party, mapped, 'm'))), { tier: 'gold' }, 'a table as well');
  const readable = await tokenFor(party, trusting, 't');
  t.strictSame(only(decodeJwt(readable)), person, 'the operator allows it for this API');
});

t.test(
  'a client of the operator gets whole JWTs, and learns from others what its scopes release',
  async (t) => {
    const narrow = new RelyingParty(server.issuer, 'narrow');
    t.strictSame(only(decodeJwt(await tokenFor(narrow, signed, 's'))), person);
    t.strictSame(only(await introspect(narrow, await tokenFor(narrow, opaque, 'o'))), { email });
    const wide = new RelyingParty(server.issuer, 'app');
    t.strictSame(only(await introspect(wide, await tokenFor(wide, opaque, 'o'))), person);
    const both = new RelyingParty(server.issuer, 'both');
    t.strictSame(only(await introspect(both, await tokenFor(both, opaque, 'o'))), person, 'as the API');
  },
);

t.test('what the person declined stays hidden from a client of the operator', async (t) => {
  const party = new RelyingParty(server.issuer, 'asking');
  const verifier = newVerifier();
  const browser = new Browser();
  let page = await browser.open(
    party.authorizationUrl(verifier, { resource: opaque, scope: 'openid email o' }),
  );
  page = await browser.submit(page, { login: 'ada', password });
  page = await browser.submit(page, { decision: 'allow', 'scope:email': 'no' });
  const code = redirectParameters(page).get('code') ?? '';
  const token = (await party.redeem(code, verifier)).body.access_token ?? '';
  t.notOk('email' in (await introspect(party, token)));
  t.strictSame(only(await introspect(api, token)), person);
});

t.test('a JWT of the JSON token endpoint shows no more than the opaque token', async (t) => {
  const tokenOf = async (clientId: string, scope: string): Promise<string> => {
    const party = new RelyingParty(server.issuer, clientId);
    const { code, verifier } = await codeFor(party, new Browser(), { resource: opaque, scope });
    const answer = await fetch(`${server.issuer}/api/v1/tokens`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...basicAuthorization(clientId, secret) },
      body: JSON.stringify({
        authorization_code: code,
        redirect_uri: redirectUri,
        code_verifier: verifier,
      }),
    });
    t.equal(answer.status, 201);
    return Object(await answer.json()).access_token;
  };
  t.strictSame(only(decodeJwt(await tokenOf('narrow', 'o'))), { email }, 'what its scopes release');
  t.strictSame(only(decodeJwt(await tokenOf('app', 'o'))), person, 'it may use every scope');
  t.strictSame(only(decodeJwt(await tokenOf('both', 'o'))), person, 'it is the API');
});
