import t from 'tap';
import {
  Browser,
  basicAuthorization,
  httpGet,
  newVerifier,
  password,
  postForm,
  RelyingParty,
  redirectParameters,
  redirectUri,
  secret,
  signedInBrowser,
  startInProcess,
  usualConfig,
} from '../support/setup/index.ts';

const ciba = 'urn:openid:params:grant-type:ciba';
const device = 'urn:ietf:params:oauth:grant-type:device_code';
const bank = 'https://bank.example.com';
const other = 'https://other.example.com';
const payment = {
  type: 'payment',
  actions: ['initiate'],
  locations: [bank],
  instructedAmount: { currency: 'PLN', amount: '123.50' },
  creditorName: '<b>Merchant & Sons</b>',
};
const reading = { type: 'account', actions: ['read'] };
const client = {
  client_secret: secret,
  redirect_uris: [redirectUri],
  grant_types: ['authorization_code', 'refresh_token', 'client_credentials'],
  authorization_details_types: ['payment', 'account'],
  resources: [bank],
};
const server = await startInProcess(t, {
  accounts: usualConfig.accounts,
  resources: [
    { audience: bank, scopes: ['pay'] },
    { audience: other, scopes: ['see'], access_token_format: 'opaque' },
  ],
  scopes: { payment: 'Pay from your account' },
  clients: [
    { client_id: 'shop', ...client },
    { client_id: 'house', ...client, first_party: true },
    {
      client_id: 'till',
      ...client,
      grant_types: ['refresh_token', ciba, device],
      response_types: [],
      redirect_uris: [],
      backchannel_token_delivery_mode: 'poll',
    },
    { client_id: 'none', client_secret: secret, redirect_uris: [redirectUri] },
  ],
});
const { issuer } = server;
const shop = new RelyingParty(issuer, 'shop');
const payloadOf = (token: unknown) =>
  JSON.parse(Buffer.from(`${token}`.split('.')[1] ?? '', 'base64url').toString());

t.test("details of a type that client or server don't know are refused (RFC 9396 §5)", async (t) => {
  const browser = new Browser();
  for (const [id, details] of [
    ['none', JSON.stringify([payment])],
    ['shop', JSON.stringify([{ type: 'unknown' }])],
    ['shop', JSON.stringify([{ type: '__proto__' }])],
    ['shop', JSON.stringify([{ type: 'toString' }])],
    ['shop', JSON.stringify([{ type: ['payment'] }])],
    ['shop', JSON.stringify([{ actions: ['initiate'] }])],
    ['shop', JSON.stringify([{ ...payment, actions: 'initiate' }])],
    ['shop', JSON.stringify(payment)],
    ['shop', JSON.stringify('payment')],
    ['shop', 'null'],
    ['shop', '[null]'],
    ['shop', '[{"type":"payment"'],
    ['shop', JSON.stringify(Array.from({ length: 21 }, () => reading))],
    ['shop', JSON.stringify([{ ...payment, note: 'x'.repeat(17_000) }])],
  ] as const) {
    const party = new RelyingParty(issuer, id);
    const verifier = newVerifier();
    const url = new URL(party.authorizationUrl(verifier, { authorization_details: details, resource: bank }));
    const pushed = await party.post('/oauth/par', Object.fromEntries(url.searchParams));
    t.equal(pushed.status, 400, details.slice(0, 40));
    t.equal(pushed.body['error'], 'invalid_authorization_details', details.slice(0, 40));
    const page = details.length > 5000 ? undefined : await browser.request(url.href);
    if (page) t.equal(redirectParameters(page).get('error'), 'invalid_authorization_details');
  }
  const machine = await new RelyingParty(issuer, 'none').post('/oauth/token', {
    grant_type: 'client_credentials',
    authorization_details: JSON.stringify([payment]),
  });
  t.equal(machine.status, 400);
});

/** Signs in and stops at the consent page. */
const consentFor = async (
  party: RelyingParty,
  verifier: string,
  more: Readonly<Record<string, string>> = {},
) => {
  const browser = new Browser();
  const details = JSON.stringify([payment, reading, { ...reading, locations: [other] }]);
  const url = party.authorizationUrl(verifier, { authorization_details: details, resource: bank, ...more });
  const login = await browser.open(url);
  return { browser, page: await browser.submit(login, { login: 'ada', password }) };
};

for (const id of ['shop', 'house']) {
  t.test(`the person sees every detail before it is granted to ${id} (RFC 9396 §12)`, async (t) => {
    const party = new RelyingParty(issuer, id);
    const { browser, page } = await consentFor(party, newVerifier(), { scope: 'pay' });
    t.match(page.body, 'Pay from your account');
    t.match(page.body, '123.50');
    t.match(page.body, '&lt;b&gt;Merchant &amp; Sons&lt;/b&gt;', 'as text');
    t.notMatch(page.body, '<b>Merchant');
    const silent = party.authorizationUrl(newVerifier(), {
      authorization_details: JSON.stringify([payment]),
      resource: bank,
      scope: 'pay',
      prompt: 'none',
    });
    t.match(
      redirectParameters(await browser.request(silent)).get('error'),
      /^(consent|interaction|login)_required$/,
    );
    const denied = await browser.submit(page, { decision: 'deny' });
    t.equal(redirectParameters(denied).get('error'), 'access_denied');
  });
}

t.test('a token carries only the details for its API (RFC 9396 §6, §7, §9)', async (t) => {
  const verifier = newVerifier();
  const { browser, page } = await consentFor(shop, verifier, { scope: 'pay' });
  const back = await browser.submit(page, { decision: 'allow' });
  const code = redirectParameters(back).get('code') ?? '';
  const wider = JSON.stringify([{ ...payment, instructedAmount: { currency: 'PLN', amount: '999.00' } }]);
  const more = await shop.redeem(code, verifier, { authorization_details: wider });
  t.equal(more.status, 400, 'the request for the token can widen nothing');
  t.equal(more.body['error'], 'invalid_authorization_details');
  const tokens = await shop.redeem(code, verifier);
  t.equal(tokens.status, 200);
  t.same(tokens.body['authorization_details'], [payment, reading]);
  t.same(payloadOf(tokens.body['access_token'])['authorization_details'], [payment, reading]);
  t.equal(payloadOf(tokens.body['access_token'])['aud'], bank);
  const state = await shop.post('/oauth/introspect', { token: `${tokens.body['access_token']}` });
  t.same(state.body['authorization_details'], [payment, reading], 'introspection says them as well');
  const refresh = `${tokens.body['refresh_token']}`;
  const narrow = await shop.refresh(refresh, { authorization_details: JSON.stringify([reading]) });
  t.same(narrow.body['authorization_details'], [reading], 'a later token may have less');
});

t.test('a machine requests details on its own behalf (RFC 9396 §5)', async (t) => {
  const { status, body } = await shop.post('/oauth/token', {
    grant_type: 'client_credentials',
    authorization_details: JSON.stringify([reading, { ...reading, locations: [other] }]),
    resource: bank,
  });
  t.equal(status, 200, `${body['error_description']}`);
  t.same(body['authorization_details'], [reading]);
});

t.test(
  'a type is known as soon as a client has it, and the metadata lists the types (RFC 9396 §10)',
  async (t) => {
    const { client: added, secret: made } = await server.app.services.clients.add({
      type: 'machine',
      metadata: { authorization_details_types: ['door'], resources: [bank] },
    });
    const headers = basicAuthorization(added.id, made?.secret);
    const fields = {
      grant_type: 'client_credentials',
      authorization_details: '[{"type":"door"}]',
      resource: bank,
    };
    const tokens = await postForm(`${issuer}/oauth/token`, fields, headers);
    t.same(tokens.body['authorization_details'], [{ type: 'door' }]);
    const { body } = await httpGet(`${issuer}/.well-known/oauth-authorization-server`);
    t.match(body['authorization_details_types_supported'], ['payment', 'account', 'door']);
  },
);

const till = new RelyingParty(issuer, 'till');
const asked = {
  scope: 'openid pay',
  resource: bank,
  authorization_details: JSON.stringify([payment, { ...reading, locations: [other] }]),
};

t.test(
  'a backchannel request shows its details and grants them (RFC 9396 §3, OpenID Connect CIBA §7.1)',
  async (t) => {
    const hint = { login_hint: 'ada' };
    for (const authorization_details of ['[{"type":"unknown"}]', '{"type":"payment"}', '[{"type":"payment"'])
      t.match(await till.post('/oauth/ciba', { ...asked, ...hint, authorization_details }), {
        status: 400,
        body: { error: 'invalid_authorization_details' },
      });
    const { body } = await till.post('/oauth/ciba', { ...asked, ...hint });
    const browser = await signedInBrowser(server, 'ada');
    const page = await browser.open(`${issuer}/account/requests`);
    t.match(page.body, 'Pay from your account');
    t.match(page.body, '123.50');
    t.match(page.body, '&lt;b&gt;Merchant &amp; Sons&lt;/b&gt;', 'as text');
    await browser.submit(page, { decision: 'allow' });
    const tokens = await till.post('/oauth/token', {
      grant_type: ciba,
      auth_req_id: `${body['auth_req_id']}`,
    });
    t.same(tokens.body['authorization_details'], [payment], `${tokens.body['error_description']}`);
    t.same(payloadOf(tokens.body['access_token'])['authorization_details'], [payment]);
    const refreshed = await till.refresh(`${tokens.body['refresh_token']}`);
    t.same(refreshed.body['authorization_details'], [payment]);
  },
);

t.test('a device request shows its details and grants them (RFC 9396 §3, RFC 8628 §3.3)', async (t) => {
  const { body } = await till.post('/oauth/device_authorization', asked);
  const browser = await signedInBrowser(server, 'ada');
  const entered = await browser.open(`${issuer}/oauth/device`);
  const confirmed = await browser.submit(entered, { user_code: `${body['user_code']}` });
  const page = await browser.submit(confirmed, {});
  t.match(page.body, '123.50');
  await browser.submit(page, { decision: 'allow' });
  const tokens = await till.post('/oauth/token', {
    grant_type: device,
    device_code: `${body['device_code']}`,
  });
  t.same(tokens.body['authorization_details'], [payment], `${tokens.body['error_description']}`);
});
