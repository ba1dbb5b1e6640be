import t, { type Test } from 'tap';
import {
  Browser,
  httpGet,
  newVerifier,
  type Page,
  password,
  RelyingParty,
  redirectParameters,
  startInProcess,
  usualConfig,
} from '../support/setup/index.ts';

const redirect_uri = 'https://frames.example/callback';
const metadata = {
  redirect_uris: [redirect_uri],
  token_endpoint_auth_method: 'none',
  grant_types: ['authorization_code', 'refresh_token'],
  scope: 'openid email offline_access',
};

/** A client that registered itself, and that people are asked about again when it changes its name. */
const open = async (t: Test) => {
  const { issuer } = await startInProcess(t, {
    security: { password: { memory_kib: 8192, passes: 1 } },
    accounts: usualConfig.accounts,
    registration: { enabled: true, scopes: ['openid', 'email', 'offline_access'] },
  });
  const send = async (method: string, path: string, client: object, token?: string) => {
    const response = await fetch(`${issuer}/oauth/register${path}`, {
      method,
      headers: { 'content-type': 'application/json', ...(token && { authorization: `Bearer ${token}` }) },
      body: JSON.stringify({ ...metadata, ...client }),
    });
    return Object(await response.json());
  };
  const registered = await send('POST', '', { client_name: 'Photo Frames' });
  const client_id = String(registered.client_id);
  let token = String(registered.registration_access_token);
  const rename = async (client_name: string): Promise<void> => {
    const changed = await send('PUT', `/${client_id}`, { client_id, client_name }, token);
    t.equal(changed.client_name, client_name);
    token = String(changed.registration_access_token ?? token);
  };

  const party = new RelyingParty(issuer, client_id, '');
  const signIn = async (browser: Browser, more: Readonly<Record<string, string>> = {}) => {
    const verifier = newVerifier();
    const parameters = { redirect_uri, scope: 'openid email', ...more };
    let page: Page = await browser.open(party.authorizationUrl(verifier, parameters));
    if (page.body.includes('login-submit')) page = await browser.submit(page, { login: 'ada', password });
    if (page.body.includes('consent-allow')) page = await browser.submit(page, { decision: 'allow' });
    const code = redirectParameters(page).get('code') ?? '';
    const { body } = await party.redeem(code, verifier, { redirect_uri });
    return String(body.access_token);
  };
  const isGood = async (access: string): Promise<boolean> => {
    const { body } = await party.post('/oauth/introspect', { token: access });
    const { status } = await httpGet(`${issuer}/userinfo`, { authorization: `Bearer ${access}` });
    t.equal(status === 200, body['active'], 'introspection and userinfo agree');
    return status === 200;
  };
  const signOut = async (browser: Browser): Promise<void> => {
    const page = await browser.open(`${issuer}/oauth/logout?client_id=${client_id}`);
    t.equal((await browser.submit(page, { logout: 'yes' })).status, 200);
  };
  return { rename, signIn, isGood, signOut };
};

t.test('a sign-out ends what a client got before and after it changed its name', async (t) => {
  const { rename, signIn, isGood, signOut } = await open(t);
  const browser = new Browser();
  const other = new Browser();
  const first = await signIn(browser);
  const again = await signIn(browser);
  const elsewhere = await signIn(other);
  await rename('Bank of Ada');
  t.same([await isGood(first), await isGood(again)], [true, true], 'until the person is asked again');
  const second = await signIn(browser);
  t.same([await isGood(first), await isGood(again)], [false, false], 'the new grant replaces the former one');
  t.same([await isGood(second), await isGood(elsewhere)], [true, true]);
  t.not(await signIn(browser), second);
  t.equal(await isGood(second), true, 'as long as the name stays, so does the grant');
  await signOut(browser);
  t.same([await isGood(first), await isGood(second)], [false, false]);
  t.equal(await isGood(elsewhere), true, 'another session is another one');
});

t.test('a grant for offline use stays, as it does after a sign-out', async (t) => {
  const { rename, signIn, isGood, signOut } = await open(t);
  const browser = new Browser();
  const first = await signIn(browser, { scope: 'openid email offline_access', prompt: 'consent' });
  await rename('Bank of Ada');
  await signIn(browser);
  t.equal(await isGood(first), true);
  await signOut(browser);
  t.equal(await isGood(first), true);
});
