import { decodeJwt } from 'jose';
import t from 'tap';
import { codeAt, setUpApp } from '../support/authenticator.ts';
import { addPasskey, hasPasskeyForm, passkeyFormOf, sendPasskey } from '../support/passkeys.ts';
import { hasCode, hasSession, openFactors } from '../support/second-factor.ts';
import {
  Browser,
  newVerifier,
  type Page,
  password,
  RelyingParty,
  redirectParameters,
  redirectUri,
  secret,
  usualConfig,
} from '../support/setup/index.ts';

const isAsked = ({ body }: Page): boolean => body.includes('factor-submit');
const isSetUp = ({ body }: Page): boolean => body.includes('factor-set-up');
const errorOf = (page: Page): string | null => redirectParameters(page).get('error');

const acr = { second_factor_acr: 'high' };
const levels = { security: { acr_values: ['low', 'high'] } };
const strong = { acr_values: 'high' };

const withClients = (...clients: object[]) => ({
  ...levels,
  clients: [
    ...usualConfig.clients,
    ...clients.map((more) => ({
      client_secret: secret,
      redirect_uris: [redirectUri],
      grant_types: ['authorization_code'],
      first_party: true,
      ...more,
    })),
  ],
});
const bank = { client_id: 'bank', required_acr: 'high' };

const idTokenOf = async (app: RelyingParty, page: Page, verifier: string) => {
  const { body } = await app.redeem(redirectParameters(page).get('code') ?? '', verifier);
  return decodeJwt(String(body['id_token']));
};

t.test('tokens say how the person signed in (RFC 8176, OpenID Connect Core §2)', async (t) => {
  const stage = await openFactors(t, { required: 'when_enrolled', ...acr }, levels);
  const { server, app, typePassword, addApp, begin, now } = stage;
  await server.addAccount({ username: 'ada', password });
  const browser = new Browser();
  const verifier = newVerifier();
  const plain = await typePassword(browser, {}, verifier);
  t.match(await idTokenOf(app, plain, verifier), { acr: 'low', amr: ['pwd'] });

  server.clock.advance(2);
  const { key, codes } = await addApp(strong);
  t.match((await begin(browser)).body, 'login-submit', 'sessions from before the app was added are over');
  const ask = await typePassword(new Browser());
  t.ok(isAsked(ask));
  for (const typed of [{ code: codeAt(key, now()) }, { recovery_code: codes[0] ?? '' }]) {
    const again = new Browser();
    const page = await again.submit(await typePassword(again, {}, verifier), typed);
    t.match(await idTokenOf(app, page, verifier), { acr: 'high', amr: ['pwd', 'otp', 'mfa'] });
  }
});

t.test('asking for a weaker acr does not skip the factor', async (t) => {
  const stage = await openFactors(t, { required: 'when_enrolled', ...acr }, levels);
  const { server, typePassword, addApp } = stage;
  await server.addAccount({ username: 'ada', password });
  await addApp(strong);
  const weak = JSON.stringify({ id_token: { acr: { essential: true, values: ['low'] } } });
  for (const parameters of [{ acr_values: 'low' }, { claims: weak }, { prompt: 'login' }, { max_age: '0' }]) {
    const browser = new Browser();
    t.ok(isAsked(await typePassword(browser, parameters)), JSON.stringify(parameters));
    t.notOk(hasSession(browser));
  }
});

t.test('a client can require a level, whatever the request says', async (t) => {
  const vault = { client_id: 'vault', required_acr: 'highest' };
  const more = withClients(bank, vault);
  const stage = await openFactors(
    t,
    { required: 'never', ...acr, remember_days: 30 },
    { ...more, security: { acr_values: ['low', 'high', 'highest'] } },
  );
  const { server, begin, typePassword, now } = stage;
  const app = new RelyingParty(server.issuer, 'bank');
  await server.addAccount({ username: 'ada', password });
  const browser = new Browser();
  t.ok(hasCode(await typePassword(browser)), 'other clients need no second factor');
  const verifier = newVerifier();
  const atBank = (parameters: Record<string, string> = {}) =>
    browser.open(app.authorizationUrl(verifier, parameters));
  t.equal(errorOf(await atBank({ prompt: 'none', acr_values: 'low' })), 'login_required');
  const login = await atBank({ acr_values: 'low' });
  t.match(login.body, 'login-submit', 'the session is too weak');
  const setUp = await browser.submit(login, { login: 'ada', password });
  t.ok(isSetUp(setUp), 'no app yet: it is set up now');
  t.notMatch(setUp.body, 'factor-later', 'without grace');
  const { key, page } = await setUpApp(browser, setUp, now());
  const done = await browser.submit(page, {});
  t.match(await idTokenOf(app, done, verifier), { acr: 'low', amr: ['pwd', 'otp', 'mfa'] });
  t.match(await idTokenOf(app, await atBank(), verifier), { acr: 'high' });

  server.clock.advance(31);
  const ask = await browser.submit(await atBank({ prompt: 'login' }), { password });
  t.match(ask.body, 'remember_browser');
  t.ok(hasCode(await browser.submit(ask, { code: codeAt(key, now()), remember_browser: 'yes' })));
  t.ok(
    hasCode(await browser.submit(await begin(browser, { prompt: 'login' }), { password })),
    'elsewhere not',
  );
  t.ok(isAsked(await browser.submit(await atBank({ prompt: 'login' }), { password })), 'remembered or not');

  const unreachable = new RelyingParty(server.issuer, 'vault');
  const other = new Browser();
  const form = await other.open(unreachable.authorizationUrl(verifier));
  const refused = await other.submit(form, { login: 'ada', password });
  t.equal(errorOf(refused), 'unmet_authentication_requirements', 'no sign-in reaches it');
});

t.test('a request that needs a level asks for the second factor (RFC 9470 §4)', async (t) => {
  const stage = await openFactors(t, { required: 'never', ...acr }, levels);
  const { server, app, begin, typePassword, addApp, now } = stage;
  await server.addAccount({ username: 'ada', password });
  const { key } = await addApp(strong);
  const browser = new Browser();
  t.ok(hasCode(await typePassword(browser)), 'required: never');
  t.equal(errorOf(await begin(browser, { ...strong, prompt: 'none' })), 'login_required');
  const verifier = newVerifier();
  const ask = await browser.submit(await begin(browser, strong, verifier), { password });
  t.ok(isAsked(ask));
  const done = await browser.submit(ask, { code: codeAt(key, now()) });
  t.match(await idTokenOf(app, done, verifier), { acr: 'high', amr: ['pwd', 'otp', 'mfa'] });
  const wish = JSON.stringify({ id_token: { acr: { value: 'high' } } });
  const wisher = new Browser();
  t.ok(isAsked(await typePassword(wisher, { claims: wish })), 'a wish of people who have an app');
});

t.test('a second factor that everybody needs can be put off for the grace period', async (t) => {
  const { server, typePassword, now } = await openFactors(t, { grace_days: 3 });
  await server.addAccount({ username: 'ada', password });
  const browser = new Browser();
  const page = await typePassword(browser);
  t.match(page.body, 'It will be required in 3 days');
  t.ok(hasCode(await browser.submit(page, { later: 'yes' })));
  t.ok(hasSession(browser));
  server.clock.advance(2 * 86_400);
  const again = new Browser();
  const second = await typePassword(again);
  t.match(second.body, 'It will be required in 24 hours', 'counted from the first time');
  server.clock.advance(86_399);
  const stale = await typePassword(again);
  server.clock.advance(2);
  const refused = await again.submit(stale, { later: 'yes' });
  t.equal(refused.status, 422, 'a form from before the end');
  t.notMatch(refused.body, 'factor-later');
  t.notOk(hasSession(again));
  const { page: codes } = await setUpApp(again, refused, now());
  t.ok(hasCode(await again.submit(codes, {})));
});

t.test('a browser that is remembered is not asked again, until something changes', async (t) => {
  const days = 30;
  const { server, app, typePassword, now, enrol } = await openFactors(t, { remember_days: days });
  const { account, key } = await enrol();
  const { accounts, endEverything, sessions } = server.app.services;
  const browser = new Browser();
  const remember = async () => {
    server.clock.advance(61);
    const page = await typePassword(browser, { prompt: 'login' });
    t.ok(isAsked(page));
    t.match(page.body, 'Don’t ask again in this browser for 30 days');
    t.ok(hasCode(await browser.submit(page, { code: codeAt(key, now()), remember_browser: 'yes' })));
    server.clock.advance(1);
  };
  const isForgotten = async (message: string) => {
    t.ok(isAsked(await typePassword(browser, { prompt: 'login' })), message);
    t.ok(isAsked(await typePassword(new Browser())), 'other browsers are asked in any case');
  };
  await remember();
  const verifier = newVerifier();
  const quick = await typePassword(browser, { prompt: 'login' }, verifier);
  t.match(await idTokenOf(app, quick, verifier), { amr: ['pwd'] }, 'tokens don’t claim what was not given');

  await accounts.setPassword(account.id, password);
  await isForgotten('a new password');
  await remember();
  await endEverything(account.id);
  await isForgotten('everything was ended');
  await remember();
  const [session] = (await sessions.list(account.id)).items;
  await sessions.end(session?.id ?? '');
  await isForgotten('a session was ended');
  await remember();
  server.clock.advance(days * 86_400);
  await isForgotten('the days are over');

  const cookie = [...browser.cookies].find(([name]) => name.startsWith('postern_remembered'));
  t.ok(cookie);
  const [at = ''] = cookie?.[1].value.split('.') ?? [];
  const forger = new Browser();
  forger.setCookie('postern_remembered', `${at}.${'A'.repeat(43)}`);
  t.ok(isAsked(await typePassword(forger)), 'a forged cookie');
});

t.test('a browser that is remembered after a passkey is forgotten too', async (t) => {
  const { server, begin, now } = await openFactors(t, { remember_days: 30 });
  const { accounts, endEverything, factors, sessions } = server.app.services;
  const { id } = await server.addAccount({ username: 'ada', password });
  const authenticator = await addPasskey(server, 'ada');
  const browser = new Browser();
  const signIn = async () =>
    browser.submit(await begin(browser, { prompt: 'login' }), { login: 'ada', password });
  const remember = async () => {
    const page = await signIn();
    const credential = authenticator.get(passkeyFormOf(page.body).options);
    t.ok(hasCode(await sendPasskey(browser, page, credential, { remember_browser: 'yes' })));
    server.clock.advance(1);
  };
  const endSession = async () => {
    const [session] = (await sessions.list(id)).items;
    t.ok(await sessions.end(session?.id ?? ''));
    server.clock.advance(1);
  };
  const isForgotten = async (message: string) => t.ok(hasPasskeyForm((await signIn()).body), message);
  await remember();
  t.ok(hasCode(await signIn()), 'remembered');

  await endSession();
  await isForgotten('a session was ended');
  await remember();
  await endEverything(id);
  await isForgotten('everything was ended');
  const account = await accounts.find(id);
  if (!account) throw new Error('the account is gone');
  const { pending, secret } = factors.begin(account, 'test');
  const added = await factors.enrol(account, { place: 'test', pending, code: codeAt(secret, now()) });
  t.equal(added.outcome, 'added');
  server.clock.advance(1);
  await remember();
  await endSession();
  await factors.removeAll(account);
  await isForgotten('a session was ended, and the app is gone since');
});
