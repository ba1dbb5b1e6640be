import t from 'tap';
import { codeAt } from '../support/authenticator.ts';
import { hasCode, hasSession, openFactors } from '../support/second-factor.ts';
import {
  Browser,
  newVerifier,
  type Page,
  password,
  RelyingParty,
  redirectParameters,
  secret,
  usualConfig,
} from '../support/setup/index.ts';
import { linksIn, startSmtp } from '../support/smtp-server.ts';

const device = 'urn:ietf:params:oauth:grant-type:device_code';
const ciba = 'urn:openid:params:grant-type:ciba';

const isAsked = ({ body }: Page): boolean => body.includes('factor-submit');

const clients = [
  ...usualConfig.clients,
  {
    client_id: 'tv',
    token_endpoint_auth_method: 'none',
    grant_types: [device],
    response_types: [],
    redirect_uris: [],
  },
  {
    client_id: 'bank',
    client_secret: secret,
    grant_types: [ciba],
    response_types: [],
    backchannel_token_delivery_mode: 'poll',
  },
];

t.test('a device is not connected by a password alone', async (t) => {
  const { server, begin, enrol, now } = await openFactors(t, { required: 'always' }, { clients });
  const { key } = await enrol();
  const tv = new RelyingParty(server.issuer, 'tv', '');
  const { body } = await tv.post('/oauth/device_authorization', { scope: 'openid' });
  const poll = () =>
    tv.post('/oauth/token', { grant_type: device, device_code: String(body['device_code']) });
  const browser = new Browser();
  const entry = await browser.open(String(body['verification_uri_complete']));
  let page = await browser.submit(entry, { user_code: String(body['user_code']) });
  if (page.body.includes('device-approve')) page = await browser.submit(page, {});
  const ask = await browser.submit(page, { login: 'ada', password });
  t.ok(isAsked(ask), ask.body.slice(0, 300));
  const silent = await begin(browser, { prompt: 'none' });
  t.equal(redirectParameters(silent).get('error'), 'login_required', 'a browser that is not signed in');
  t.match((await poll()).body, { error: 'authorization_pending' });
  page = await browser.submit(ask, { code: codeAt(key, now()) });
  if (page.body.includes('consent-allow')) page = await browser.submit(page, { decision: 'allow' });
  t.match(page.body, 'device-done');
  server.clock.advance(10);
  t.match((await poll()).body, { id_token: String });
});

t.test('a backchannel request is approved in a session with both factors only', async (t) => {
  const { server, enrol, now } = await openFactors(t, { required: 'always' }, { clients });
  const { key } = await enrol();
  const bank = new RelyingParty(server.issuer, 'bank');
  const { body } = await bank.post('/oauth/ciba', { scope: 'openid', login_hint: 'ada' });
  t.ok(body['auth_req_id']);
  const browser = new Browser();
  const app = new RelyingParty(server.issuer);
  const ask = await browser.submit(await browser.open(app.authorizationUrl(newVerifier())), {
    login: 'ada',
    password,
  });
  t.ok(isAsked(ask));
  const requests = `${server.issuer}/account/requests`;
  t.notMatch((await browser.open(requests)).body, 'name="request"', 'the password alone shows none');
  t.ok(hasCode(await browser.submit(ask, { code: codeAt(key, now()) })));
  t.match((await browser.open(requests)).body, 'name="request"');
});

t.test('a client that requires a level gets no approval from a weaker session', async (t) => {
  const vault = clients.map((client) =>
    client.client_id === 'bank' ? { ...client, required_acr: 'high' } : client,
  );
  const { server, typePassword, addApp, now } = await openFactors(
    t,
    { required: 'never', second_factor_acr: 'high' },
    { clients: vault, security: { acr_values: ['low', 'high'] } },
  );
  await server.addAccount({ username: 'ada', password });
  const { key } = await addApp({ acr_values: 'high' });
  const bank = new RelyingParty(server.issuer, 'bank');
  const answer = async (browser: Browser): Promise<Page> => {
    await bank.post('/oauth/ciba', { scope: 'openid', login_hint: 'ada' });
    const page = await browser.open(`${server.issuer}/account/requests`);
    return browser.submit(page, { decision: 'allow' });
  };
  const weak = new Browser();
  t.ok(hasCode(await typePassword(weak)));
  t.match((await answer(weak)).body, 'requires a stronger sign-in');
  const strong = new Browser();
  const ask = await typePassword(strong, { acr_values: 'high' });
  t.ok(hasCode(await strong.submit(ask, { code: codeAt(key, now()) })));
  t.match((await answer(strong)).body, 'Approved');
});

t.test('where no app can be set up, a level that needs one is refused', async (t) => {
  const { server, typePassword } = await openFactors(
    t,
    { required: 'when_enrolled', offered: [], second_factor_acr: 'high' },
    { security: { acr_values: ['low', 'high'] } },
  );
  await server.addAccount({ username: 'ada', password });
  const refused = await typePassword(new Browser(), { acr_values: 'high' });
  t.equal(redirectParameters(refused).get('error'), 'unmet_authentication_requirements');
});

t.test('a new password by mail does not skip the factor', async (t) => {
  const smtp = await startSmtp();
  t.teardown(smtp.close);
  const mail = { url: `smtp://127.0.0.1:${smtp.port}`, from: 'id@harbour.example' };
  const { server, begin, addApp, now } = await openFactors(
    t,
    { required: 'when_enrolled', second_factor_acr: 'high' },
    {
      mail,
      security: { acr_values: ['low', 'high'] },
    },
  );
  const claims = { email: 'ada@example.com', email_verified: true };
  await server.addAccount({ username: 'ada', password, claims });
  const { key } = await addApp({ acr_values: 'high' });
  const browser = new Browser();
  await browser.submit(await browser.open(`${server.issuer}/account/forgot`), { login: 'ada' });
  let link = '';
  while (!link.includes('/account/reset/')) {
    const found = linksIn(await smtp.next(claims.email), server.issuer);
    link = found.find((one) => one.includes('/account/reset/')) ?? '';
  }
  const another = 'a lantern by the harbour';
  const done = await browser.submit(await browser.open(link), { password: another });
  t.equal(done.status, 200);
  t.notOk(hasSession(browser), 'the link starts no session');
  const ask = await browser.submit(await begin(browser), { login: 'ada', password: another });
  t.ok(isAsked(ask));
  t.notOk(hasSession(browser));
  t.ok(hasCode(await browser.submit(ask, { code: codeAt(key, now()) })));
});

t.test('accounts of the configuration can have a second factor', async (t) => {
  const { server, typePassword, addApp, now } = await openFactors(
    t,
    { required: 'when_enrolled', second_factor_acr: 'high' },
    { accounts: [{ username: 'ada', password }], security: { acr_values: ['low', 'high'] } },
  );
  t.ok(hasCode(await typePassword(new Browser())));
  const { key } = await addApp({ acr_values: 'high' });
  const browser = new Browser();
  const ask = await typePassword(browser);
  t.ok(isAsked(ask));
  t.ok(hasCode(await browser.submit(ask, { code: codeAt(key, now()) })));
  t.equal(server.events.filter(({ type }) => type === 'account.factor_added').length, 1);
});

t.test('without a second factor a sign-in costs no round trip more', async (t) => {
  const operations: string[] = [];
  const { server, begin } = await openFactors(
    t,
    { required: 'when_enrolled' },
    {},
    {
      observe: (operation) => operations.push(operation),
    },
  );
  await server.addAccount({ username: 'ada', password });
  await server.addAccount({ username: 'bob', password });
  const { factors } = server.app.services;
  const count = async (login: string): Promise<number> => {
    const browser = new Browser();
    const page = await begin(browser);
    operations.length = 0;
    await browser.submit(page, { login, password });
    return operations.filter((operation) => operation === 'read').length;
  };
  await count('bob');
  const plain = await count('ada');
  const account = await server.app.services.accounts.findByUsername('ada');
  operations.length = 0;
  if (account) await factors.of(account);
  t.equal(operations.length, 0, 'the account says that it has none');
  t.ok(plain > 0);
});
