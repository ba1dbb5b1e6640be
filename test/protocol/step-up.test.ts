import { decodeJwt } from 'jose';
import t, { type Test } from 'tap';
import { replaceDateNow } from '../support/clocks.ts';
import {
  Browser,
  codeFor,
  newVerifier,
  password,
  RelyingParty,
  redirectParameters,
  startInProcess,
  usualConfig,
} from '../support/setup/index.ts';

// Fails without src/provider/overrides/context-acr.ts.

const api = 'https://api.example.com/';

const config = {
  ...usualConfig,
  resources: [{ audience: api, scopes: ['api:read'] }],
  accounts: [...usualConfig.accounts, { username: 'eve', password, acr: 'high' }],
  security: { password: { memory_kib: 8192, passes: 1 }, acr_values: ['low', 'middle', 'high'] },
  tokens: { level_of_assurance_claim: 'loa' },
};

const open = async (t: Test, over: object = {}) => {
  const server = await startInProcess(t, { ...config, ...over });
  return { server, app: new RelyingParty(server.issuer) };
};

const verifier = newVerifier();

t.test('acr_values are enforced (RFC 9470 §4)', async (t) => {
  const { server, app } = await open(t);
  const go = (browser: Browser, parameters: Record<string, string>) =>
    browser.open(app.authorizationUrl(verifier, parameters));

  await t.test('an unknown value is refused before the sign-in', async (t) => {
    const answer = redirectParameters(await go(new Browser(), { acr_values: 'golden' }));
    t.equal(answer.get('error'), 'unmet_authentication_requirements');
    t.equal(answer.get('iss'), server.issuer);
  });

  await t.test(
    'a value above the session leads to a new sign-in, and is refused when that is too weak',
    async (t) => {
      const browser = new Browser();
      await codeFor(app, browser);
      const login = await go(browser, { acr_values: 'high', state: 'kept' });
      t.match(login.body, 'login-submit');
      t.match(login.body, 'readonly', 'for the person who is signed in');
      const answer = redirectParameters(await browser.submit(login, { login: 'ada', password }));
      t.match(Object.fromEntries(answer), { error: 'unmet_authentication_requirements', state: 'kept' });
      const none = redirectParameters(await go(browser, { acr_values: 'high', prompt: 'none' }));
      t.equal(none.get('error'), 'login_required');
    },
  );

  await t.test(
    'an essential claim that no sign-in reaches is refused as well (OpenID Connect Core §5.5.1.1)',
    async (t) => {
      const claims = JSON.stringify({ id_token: { acr: { essential: true, values: ['high'] } } });
      const browser = new Browser();
      const login = await go(browser, { claims });
      const answer = redirectParameters(await browser.submit(login, { login: 'ada', password }));
      t.equal(answer.get('error'), 'unmet_authentication_requirements');
      const unknown = JSON.stringify({ id_token: { acr: { essential: true, value: 'golden' } } });
      t.equal(
        redirectParameters(await go(browser, { claims: unknown })).get('error'),
        'unmet_authentication_requirements',
      );
      const odd = JSON.stringify({ id_token: { acr: { essential: true, values: 'high' } } });
      t.equal(redirectParameters(await go(browser, { claims: odd })).get('error'), 'invalid_request');
      for (const acr of [{ value: 5 }, { values: ['high', 5] }, { value: {} }]) {
        const untold = JSON.stringify({ id_token: { acr: { essential: true, ...acr } } });
        t.equal(
          redirectParameters(await go(browser, { claims: untold })).get('error'),
          'invalid_request',
          untold,
        );
      }
    },
  );

  await t.test("a voluntary acr that can't be met is ignored", async (t) => {
    const claims = JSON.stringify({ id_token: { acr: { values: ['golden'] } } });
    const { code } = await codeFor(app, new Browser(), { claims });
    t.ok(code);
  });

  await t.test('a stronger sign-in is reported as the requested value', async (t) => {
    const browser = new Browser();
    const login = await go(browser, { acr_values: 'middle low' });
    const answer = redirectParameters(await browser.submit(login, { login: 'eve', password }));
    const { body } = await app.redeem(answer.get('code') ?? '', verifier);
    t.match(decodeJwt(String(body['id_token'])), { acr: 'middle', loa: 'middle' });
    const { code, verifier: other } = await codeFor(app, browser);
    const plain = await app.redeem(code, other);
    t.match(decodeJwt(String(plain.body['id_token'])), { acr: 'high', loa: 'high' });
  });
});

t.test('tokens say how a person signed in', async (t) => {
  const { app } = await open(t);
  const before = Math.floor(Date.now() / 1000);
  const { code, verifier: own } = await codeFor(app, new Browser(), {
    resource: api,
    scope: 'openid email api:read',
    acr_values: 'low',
  });
  const { body } = await app.redeem(code, own, { resource: api });
  const idToken = decodeJwt(String(body['id_token']));

  await t.test('id tokens say it, without personal claims (OpenID Connect Core §2)', async (t) => {
    t.match(idToken, { acr: 'low', amr: ['pwd'], loa: 'low', auth_time: Number });
    t.ok(Number(idToken['auth_time']) >= before);
    t.same(Object.keys(idToken).toSorted(), [
      'acr',
      'amr',
      'aud',
      'auth_time',
      'exp',
      'iat',
      'iss',
      'loa',
      'sub',
    ]);
  });

  await t.test('access tokens say it, also after a refresh (RFC 9068 §2.2.1)', async (t) => {
    const signedIn = { acr: 'low', amr: ['pwd'], auth_time: idToken['auth_time'] };
    t.match(decodeJwt(String(body['access_token'])), { ...signedIn, aud: api });
    const again = await app.refresh(String(body['refresh_token']), { resource: api });
    t.match(decodeJwt(String(again.body['access_token'])), signedIn);
    t.match(decodeJwt(String(again.body['id_token'])), { ...signedIn, loa: 'low' });
    const own = await app.post('/oauth/token', { grant_type: 'client_credentials' });
    t.notMatch(decodeJwt(String(own.body['access_token'])), { amr: Array });
  });

  await t.test('introspection says it (RFC 9470 §6.2)', async (t) => {
    const seen = await app.post('/oauth/introspect', { token: String(body['access_token']) });
    t.match(seen.body, { active: true, acr: 'low', auth_time: idToken['auth_time'] });
  });
});

t.test('max_age and prompt=login ask again (OpenID Connect Core §3.1.2.1)', async (t) => {
  const { app } = await open(t);
  const browser = new Browser();
  await codeFor(app, browser);
  const go = (parameters: Record<string, string>) => browser.open(app.authorizationUrl(verifier, parameters));

  t.equal(redirectParameters(await go({ max_age: '-1' })).get('error'), 'invalid_request');
  t.equal(redirectParameters(await go({ max_age: 'soon' })).get('error'), 'invalid_request');
  t.match((await go({ max_age: '0' })).body, 'login-submit');
  t.match((await go({ prompt: 'login' })).body, 'login-submit');
  t.ok(redirectParameters(await go({ max_age: '3600' })).get('code'), 'recent enough');
  t.equal(redirectParameters(await go({ prompt: 'none login' })).get('error'), 'invalid_request');
  t.equal(redirectParameters(await go({ prompt: 'nonsense' })).get('error'), 'invalid_request');
  const { now } = Date;
  replaceDateNow(t, () => now() + 100_000);
  t.match((await go({ max_age: '60' })).body, 'login-submit', 'too long ago');
  t.equal(redirectParameters(await go({ max_age: '60', prompt: 'none' })).get('error'), 'login_required');
  const stranger = new Browser();
  const none = await stranger.open(app.authorizationUrl(verifier, { prompt: 'none' }));
  t.equal(redirectParameters(none).get('error'), 'login_required');
});

t.test('without configured levels acr_values is voluntary (OpenID Connect Core §3.1.2.1)', async (t) => {
  const { app } = await open(t, {
    security: { password: { memory_kib: 8192, passes: 1 } },
    accounts: usualConfig.accounts,
  });
  const { code, verifier: own } = await codeFor(app, new Browser(), { acr_values: '1 2' });
  const { body } = await app.redeem(code, own);
  t.notMatch(decodeJwt(String(body['id_token'])), { acr: String });
  const claims = JSON.stringify({ id_token: { acr: { essential: true, value: '1' } } });
  const page = await new Browser().open(app.authorizationUrl(verifier, { claims }));
  t.equal(
    redirectParameters(page).get('error'),
    'unmet_authentication_requirements',
    'an essential claim is not',
  );
});
