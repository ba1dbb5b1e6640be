/** People allow each API that an application gets tokens for, also an API without scopes. */
import { decodeJwt } from 'jose';
import t from 'tap';
import {
  type Browser,
  codeFor,
  newVerifier,
  RelyingParty,
  redirectParameters,
  redirectUri,
  secret,
  signedInBrowser,
  startInProcess,
  usualConfig,
} from '../support/setup/index.ts';

const plain = 'https://mcp.example.com/mcp';
const notes = 'https://notes.example.com/';
const assumed = 'https://assumed.example.com/';
const device = 'urn:ietf:params:oauth:grant-type:device_code';
const ciba = 'urn:openid:params:grant-type:ciba';
const web = { client_secret: secret, redirect_uris: [redirectUri] };

const partners = ['page', 'silent', 'device', 'some', 'default', 'both'];
const server = await startInProcess(t, {
  accounts: usualConfig.accounts,
  resources: [
    { audience: plain, scopes: [], self_described_clients: true },
    { audience: notes, scopes: ['notes'] },
    { audience: assumed, scopes: ['assumed'], default: true },
  ],
  registration: { enabled: true },
  tokens: { device_interval: 1 },
  security: { password: { memory_kib: 8192, passes: 1 } },
  clients: [
    ...usualConfig.clients,
    ...partners.map((client_id) => ({
      client_id,
      client_name: `The ${client_id}`,
      ...web,
      grant_types: ['authorization_code', 'refresh_token', device],
    })),
    {
      client_id: 'bank',
      client_secret: secret,
      grant_types: [ciba, 'refresh_token'],
      response_types: [],
      backchannel_token_delivery_mode: 'poll',
    },
  ],
});
const { issuer } = server;

const ask = (browser: Browser, party: RelyingParty, parameters: Record<string, string>) =>
  browser.open(party.authorizationUrl(newVerifier(), parameters));

const tokensFor = async (
  party: RelyingParty,
  browser: Browser,
  parameters: Record<string, string>,
  atTokenEndpoint: Record<string, string> = {},
) => {
  const { code, verifier } = await codeFor(party, browser, parameters);
  return party.redeem(code, verifier, atTokenEndpoint);
};

const audienceOf = ({ body }: { body: Readonly<Record<string, unknown>> }) =>
  decodeJwt(`${body['access_token']}`).aud;

t.test('without a consent for the API there is no code, whatever was allowed before', async (t) => {
  const browser = await signedInBrowser(server, 'ada');
  const party = new RelyingParty(issuer, 'silent');
  await codeFor(party, browser, { scope: 'openid' });
  for (const resource of [plain, notes]) {
    const silent = await ask(browser, party, { scope: 'openid', resource, prompt: 'none' });
    t.equal(redirectParameters(silent).get('error'), 'consent_required', resource);
    const page = await ask(browser, party, { scope: 'openid', resource });
    t.match(page.body, 'consent-allow', resource);
    t.match(page.body, resource, 'the page names the API');
    t.match(page.body, 'badge-new');
    const denied = await browser.submit(page, { decision: 'deny' });
    t.equal(redirectParameters(denied).get('error'), 'access_denied');
    const again = await ask(browser, party, { scope: 'openid', resource, prompt: 'none' });
    t.equal(redirectParameters(again).get('error'), 'consent_required', 'a refusal allows nothing');
  }
  const everything = await ask(browser, party, {
    scope: 'openid offline_access',
    resource: plain,
    prompt: 'consent',
  });
  t.match(everything.body, plain, 'prompt=consent names it, too');
});

t.test('an application that registered itself shows the API at the first sign-in', async (t) => {
  const response = await fetch(`${issuer}/oauth/register`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ redirect_uris: [redirectUri], token_endpoint_auth_method: 'none' }),
  });
  const { client_id: id }: { client_id: string } = await response.json();
  const party = new RelyingParty(issuer, id, '');
  const browser = await signedInBrowser(server, 'ada');
  const page = await ask(browser, party, { scope: 'openid', resource: plain });
  t.match(page.body, plain);
  t.equal(audienceOf(await tokensFor(party, browser, { scope: 'openid', resource: plain })), plain);
});

t.test('a device gets no token for an API that the person was not shown', async (t) => {
  const browser = await signedInBrowser(server, 'ada');
  const party = new RelyingParty(issuer, 'device');
  await codeFor(party, browser, { scope: 'openid' });
  const { body } = await party.post('/oauth/device_authorization', { scope: 'openid', resource: plain });
  let page = await browser.open(`${issuer}/oauth/device?user_code=${body['user_code']}`);
  page = await browser.submit(page, { user_code: String(body['user_code']) });
  page = await browser.submit(page, { confirm: 'yes' });
  t.match(page.body, 'consent-allow');
  t.match(page.body, plain);
  const poll = () =>
    party.post('/oauth/token', { grant_type: device, device_code: String(body['device_code']) });
  t.match(await poll(), { status: 400, body: { error: 'authorization_pending' } });
  await browser.submit(page, { decision: 'allow' });
  await new Promise((resolve) => setTimeout(resolve, 1100));
  t.equal(audienceOf(await poll()), plain);
});

t.test('an API that was only assumed is no part of a sign-in, and gets no token from it', async (t) => {
  const browser = await signedInBrowser(server, 'ada');
  const party = new RelyingParty(issuer, 'default');
  const page = await ask(browser, party, { scope: 'openid' });
  t.notMatch(page.body, assumed);
  const parameters = { scope: 'openid offline_access', prompt: 'consent' };
  const refused = await tokensFor(party, browser, parameters, { resource: assumed });
  t.match(refused, { status: 400, body: { error: 'invalid_grant' } }, 'with a code');
  const tokens = await tokensFor(party, browser, parameters);
  t.equal(audienceOf(tokens), issuer, 'a token for userinfo');
  const token = String(tokens.body['refresh_token']);
  const other = await party.refresh(token, { resource: assumed });
  t.match(other, { status: 400, body: { error: 'invalid_grant' } }, 'with a refresh token');
  t.equal((await party.refresh(token)).status, 200, 'the refresh token is still good');
});

t.test('two APIs, of which one has a requested scope, are both asked for', async (t) => {
  const browser = await signedInBrowser(server, 'ada');
  const party = new RelyingParty(issuer, 'both');
  const url = new URL(
    party.authorizationUrl('v'.repeat(43), { scope: 'openid offline_access notes', resource: notes }),
  );
  url.searchParams.append('resource', plain);
  url.searchParams.set('prompt', 'consent');
  const page = await browser.open(url.href);
  t.match(page.body, notes);
  t.match(page.body, plain);
  const back = await browser.submit(page, { decision: 'allow' });
  const code = redirectParameters(back).get('code') ?? '';
  const tokens = await party.redeem(code, 'v'.repeat(43), { resource: notes });
  const refreshed = await party.refresh(String(tokens.body['refresh_token']), { resource: plain });
  t.equal(audienceOf(refreshed), plain);
});

t.test('what was allowed is remembered in other sessions, and shown among the apps', async (t) => {
  const party = new RelyingParty(issuer, 'page');
  const parameters = { scope: 'openid', resource: plain };
  await codeFor(party, await signedInBrowser(server, 'ada'), parameters);
  const browser = await signedInBrowser(server, 'ada');
  const tokens = await tokensFor(party, browser, { ...parameters, prompt: 'none' });
  t.equal(audienceOf(tokens), plain);
  const apps = await browser.open(`${issuer}/account/apps`);
  const entry = apps.body.split('<li>').find((one) => one.includes('The page'));
  t.ok(entry);
  t.match(apps.body, `Access ${plain}`);
  t.notMatch(apps.body, '&quot;&quot;', 'how it is stored is not shown');
  const data = await server.app.services.connectedApps.list(
    (await server.app.services.accounts.findByUsername('ada'))?.id ?? '',
  );
  t.same(data.find(({ client }) => client === 'page')?.allowed.resources, { [plain]: [] });
});

t.test('a consent for a scope of the API is one for the API', async (t) => {
  const party = new RelyingParty(issuer, 'some');
  const browser = await signedInBrowser(server, 'ada');
  await codeFor(party, browser, { scope: 'openid notes', resource: notes });
  const silent = { scope: 'openid', resource: notes, prompt: 'none' };
  t.equal(audienceOf(await tokensFor(party, browser, silent)), notes);
  t.equal(audienceOf(await tokensFor(party, await signedInBrowser(server, 'ada'), silent)), notes);
});

t.test('a first-party client gets its token without a page', async (t) => {
  const party = new RelyingParty(issuer);
  const browser = await signedInBrowser(server, 'ada');
  const tokens = await tokensFor(party, browser, { scope: 'openid', resource: plain, prompt: 'none' });
  t.equal(audienceOf(tokens), plain);
});

t.test('an approval on another device allows the API that the request names', async (t) => {
  const party = new RelyingParty(issuer, 'bank');
  const browser = await signedInBrowser(server, 'ada');
  const { body } = await party.post('/oauth/ciba', {
    scope: 'openid offline_access',
    login_hint: 'ada',
    resource: plain,
  });
  const page = await browser.open(`${issuer}/account/requests`);
  t.match(page.body, plain);
  await browser.submit(page, { decision: 'allow' });
  const tokens = await party.post('/oauth/token', {
    grant_type: ciba,
    auth_req_id: String(body['auth_req_id']),
  });
  t.equal(audienceOf(tokens), plain);
  t.equal(audienceOf(await party.refresh(String(tokens.body['refresh_token']))), plain);
});
