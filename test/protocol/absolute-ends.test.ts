import { join } from 'node:path';
import t from 'tap';
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

const day = 86_400;

const offline = { scope: 'openid offline_access', prompt: 'consent' };

const firstRefreshToken = async (party: RelyingParty, parameters: Record<string, string> = offline) => {
  const { code, verifier } = await codeFor(party, new Browser(), parameters);
  return String((await party.redeem(code, verifier)).body['refresh_token']);
};

const refused = { status: 400, body: { error: 'invalid_grant' } };

t.test('a client can refresh for 90 days, however often it does', async (t) => {
  const server = await startInProcess(t, usualConfig);
  const party = new RelyingParty(server.issuer);
  let token = await firstRefreshToken(party);
  const start = Math.floor(Date.now() / 1000);
  for (let passed = 10; passed < 90; passed += 10) {
    server.clock.advance(10 * day);
    const { status, body } = await party.refresh(token);
    if (status !== 200) t.fail(`after ${passed} days: ${body['error']}`);
    token = String(body['refresh_token']);
  }
  const { body } = await party.post('/oauth/introspect', { token });
  t.ok(Number(body['exp']) <= start + 90 * day, 'the last one says when it ends');
  t.ok(Number(body['exp']) >= start + 90 * day - 60);
  server.clock.advance(9 * day);
  const last = String((await party.refresh(token)).body['refresh_token']);
  server.clock.advance(day + 60);
  t.match(await party.refresh(last), refused);
  t.equal((await party.refresh(await firstRefreshToken(party))).status, 200, 'a new sign-in begins anew');
});

t.test('a lower limit counts for the refresh tokens that clients have', async (t) => {
  const settings = { ...usualConfig, store: { url: `sqlite:${join(t.testdir(), 'store.db')}` } };
  const before = await startInProcess(t, settings);
  const port = Number(new URL(before.issuer).port);
  const same = { issuer: before.issuer, listen: { port } };
  const party = new RelyingParty(before.issuer);
  const token = await firstRefreshToken(party);
  const browser = new Browser();
  await codeFor(party, browser);
  await before.stop();

  const tokens = { refresh_family_ttl: 3600, session_max_ttl: 3600 };
  const after = await startInProcess(t, { ...settings, ...same, tokens });
  after.clock.advance(1800);
  const rotated = await party.refresh(token);
  t.equal(rotated.status, 200);
  const silent = party.authorizationUrl(newVerifier(), { prompt: 'none' });
  t.ok(redirectParameters(await browser.open(silent)).get('code'));
  after.clock.advance(1860);
  t.match(await party.refresh(token), refused);
  t.match(await party.refresh(String(rotated.body['refresh_token'])), refused);
  t.equal(redirectParameters(await browser.open(silent)).get('error'), 'login_required');
});

t.test('a session lasts for 30 days after its sign-in, however often it is used', async (t) => {
  const server = await startInProcess(t, usualConfig);
  const party = new RelyingParty(server.issuer);
  const browser = new Browser();
  const visit = async () =>
    redirectParameters(await browser.open(party.authorizationUrl(newVerifier(), { prompt: 'none' })));
  const { code, verifier } = await codeFor(party, browser, { scope: 'openid' });
  const token = String((await party.redeem(code, verifier)).body['refresh_token']);
  server.clock.advance(13 * day);
  t.ok((await visit()).get('code'), 'after 13 days');
  const { body } = await party.refresh(token);
  server.clock.advance(13 * day);
  t.ok((await visit()).get('code'), 'after 26 days');
  const again = String((await party.refresh(String(body['refresh_token']))).body['refresh_token']);
  t.ok(again, 'its refresh token is good');
  server.clock.advance(4 * day + 60);
  t.equal((await visit()).get('error'), 'login_required');
  t.match(await party.refresh(again), refused, 'its refresh token ends with it (no offline_access)');

  const login = await browser.open(party.authorizationUrl(newVerifier()));
  t.match(login.body, 'login-submit');
  t.ok(redirectParameters(await browser.submit(login, { login: 'ada', password })).get('code'));
  server.clock.advance(13 * day);
  t.ok((await visit()).get('code'), 'the next session is a new one');
});

t.test('signing in again begins the 30 days anew', async (t) => {
  const server = await startInProcess(t, usualConfig);
  const party = new RelyingParty(server.issuer);
  const browser = new Browser();
  await codeFor(party, browser);
  for (const signIn of [false, true, false, true, false]) {
    server.clock.advance(13 * day);
    const url = party.authorizationUrl(newVerifier(), { prompt: signIn ? 'login' : 'none' });
    const page = await browser.open(url);
    const back = signIn ? await browser.submit(page, { login: 'ada', password }) : page;
    t.ok(redirectParameters(back).get('code'), `${redirectParameters(back)}`);
  }
});
