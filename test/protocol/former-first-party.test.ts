/** A client that is no first-party client any more gets nothing that people were not asked about. */
import { decodeJwt } from 'jose';
import t, { type Test } from 'tap';
import {
  Browser,
  newVerifier,
  type Page,
  password,
  RelyingParty,
  redirectParameters,
  redirectUri,
  startInProcess,
  usualConfig,
} from '../support/setup/index.ts';

const api = 'https://api.example.com/';
const plain = 'https://plain.example.com/';
const device = 'urn:ietf:params:oauth:grant-type:device_code';

const start = async (t: Test) => {
  const server = await startInProcess(t, {
    accounts: usualConfig.accounts,
    resources: [
      { audience: api, scopes: ['read'] },
      { audience: plain, scopes: [] },
    ],
    security: { password: { memory_kib: 8192, passes: 1 } },
  });
  const { id, secret } = await server.addClient({
    type: 'web',
    metadata: {
      client_name: 'The App',
      redirect_uris: [redirectUri],
      grant_types: ['authorization_code', 'refresh_token', device],
      first_party: true,
    },
  });
  const party = new RelyingParty(server.issuer, id, secret);
  const browser = new Browser();
  const ask = async (parameters: Record<string, string> = {}) => {
    const verifier = newVerifier();
    let page: Page = await browser.open(party.authorizationUrl(verifier, parameters));
    if (page.body.includes('login-submit')) page = await browser.submit(page, { login: 'ada', password });
    return { page, verifier };
  };
  const tokensOf = async ({ page, verifier }: { readonly page: Page; readonly verifier: string }) =>
    (await party.redeem(redirectParameters(page).get('code') ?? '', verifier)).body;
  const setFirstParty = (first_party: boolean) =>
    server.app.services.clients.update(id, { first_party: first_party || null });
  return { server, party, browser, ask, tokensOf, setFirstParty };
};

t.test('a session that has its grant without consent is asked (OpenID Connect Core §3.1.2.4)', async (t) => {
  const { browser, ask, tokensOf, setFirstParty } = await start(t);
  t.ok((await tokensOf(await ask()))['id_token'], 'people are not asked about a first-party client');
  await setFirstParty(false);

  const silent = await ask({ prompt: 'none' });
  t.equal(redirectParameters(silent.page).get('error'), 'consent_required');
  const asked = await ask();
  t.match(asked.page.body, 'consent-allow');
  t.match(asked.page.body, 'The App');
  const denied = await browser.submit(asked.page, { decision: 'deny' });
  t.equal(redirectParameters(denied).get('error'), 'access_denied');
  const again = await ask();
  t.match(again.page.body, 'consent-allow', 'a refusal is no consent');
  const page = await browser.submit(again.page, { decision: 'allow', 'scope:profile': 'yes' });
  t.match(await tokensOf({ ...again, page }), { scope: 'openid profile' }, 'what was declined is left out');

  t.ok(redirectParameters((await ask()).page).get('code'), 'an answer counts from then on');
  t.match((await ask({ scope: 'openid phone' })).page.body, 'consent-allow', 'for what was asked');
});

t.test('the APIs that it got without consent are asked for, with scopes and without', async (t) => {
  const { browser, ask, tokensOf, setFirstParty } = await start(t);
  await tokensOf(await ask({ scope: 'openid read', resource: api }));
  await tokensOf(await ask({ scope: 'openid', resource: plain }));
  await setFirstParty(false);
  for (const [resource, scope] of [
    [api, 'openid read'],
    [plain, 'openid'],
  ] as const) {
    const asked = await ask({ scope, resource });
    t.match(asked.page.body, resource);
    const page = await browser.submit(asked.page, { decision: 'allow' });
    const { access_token: token } = await tokensOf({ ...asked, page });
    t.equal(decodeJwt(String(token)).aud, resource);
    t.ok(redirectParameters((await ask({ scope, resource })).page).get('code'));
  }
});

t.test('a device is asked about as well (RFC 8628 §3.3)', async (t) => {
  const { server, party, browser, ask, setFirstParty } = await start(t);
  await ask();
  await setFirstParty(false);
  const { body } = await party.post('/oauth/device_authorization', { scope: 'openid email' });
  const entered = await browser.open(`${server.issuer}/oauth/device`);
  const confirmed = await browser.submit(entered, { user_code: String(body['user_code']) });
  t.match((await browser.submit(confirmed, {})).body, 'consent-allow');
});

t.test('what people allowed before counts again, and so does the mark of the operator', async (t) => {
  const { browser, ask, setFirstParty } = await start(t);
  await ask({ scope: 'openid email' });
  await setFirstParty(false);
  const asked = await ask({ scope: 'openid email' });
  await browser.submit(asked.page, { decision: 'allow', 'scope:email': 'yes' });
  await setFirstParty(true);
  t.ok(redirectParameters((await ask({ scope: 'openid email phone' })).page).get('code'));
  await setFirstParty(false);
  t.ok(redirectParameters((await ask({ scope: 'openid email' })).page).get('code'));
  t.match((await ask({ scope: 'openid email phone' })).page.body, 'consent-allow');
});

t.test('its refresh tokens go on until the operator or the person ends them', async (t) => {
  const { server, party, ask, tokensOf, setFirstParty } = await start(t);
  const { refresh_token: token } = await tokensOf(await ask());
  await setFirstParty(false);
  const refreshed = await party.refresh(String(token));
  t.match(refreshed, { status: 200, body: { scope: 'openid profile email' } });
  await ask();
  const later = await party.refresh(String(refreshed.body['refresh_token']));
  t.match(later, { status: 200, body: { scope: 'openid profile email' } }, 'also while the person is asked');
  const account = await server.app.services.accounts.findByUsername('ada');
  await server.app.services.connectedApps.disconnect(account?.id ?? '', party.id);
  t.match(await party.refresh(String(later.body['refresh_token'])), { status: 400 });
});
