/**
 * The administration API means when a person really signed in at an upstream, also where tokens say a later time.
 * src/provider/sessions/upstream-auth-time.ts. Fails without src/provider/overrides/authorization-code-save.ts.
 */
import t, { type Test } from 'tap';
import { adminPath, groupOf } from '../admin/admin-server.ts';
import {
  Browser,
  codeFor,
  type Page,
  password,
  RelyingParty,
  redirectParameters,
  redirectUri,
  secret,
} from '../support/setup/index.ts';
import { asksAgain, claimsIn, openUpstreamPerson } from '../support/upstream-person.ts';
import { visitUpstream } from '../support/upstream-sign-in.ts';

const deviceGrant = 'urn:ietf:params:oauth:grant-type:device_code';
const cibaGrant = 'urn:openid:params:grant-type:ciba';
const scope = 'openid admin:read admin:clients';

/** Grace is an administrator, and `tool` is a client by which she uses the API. */
const openAdministration = async (t: Test, time?: 'unknown' | 'never said') => {
  const opened = await openUpstreamPerson(t, { admin: { enabled: true } });
  const { server, issuer, signIn, findGrace } = opened;
  t.teardown(server.clock.restore);
  if (time !== undefined) opened.sayNoTime({ isListed: time === 'unknown' });
  const { accounts, groups } = server.app.services;
  await groups.add({ name: groupOf.admin });
  const resource = `${issuer}/api/admin`;
  await server.addClient({
    type: 'web',
    id: 'tool',
    secret,
    metadata: {
      redirect_uris: [redirectUri],
      resources: [resource],
      first_party: true,
      grant_types: ['authorization_code', 'refresh_token', deviceGrant, cibaGrant],
      backchannel_token_delivery_mode: 'poll',
    },
  });
  await signIn(new Browser());
  const { id } = await findGrace();
  await accounts.update(id, { groups: [groupOf.admin] }, { mayChangeRoles: true });
  const tool = new RelyingParty(issuer, 'tool');
  const offline = { scope: `${scope} offline_access`, resource };

  const byCode = async (browser: Browser, parameters: Record<string, string> = {}) => {
    const { code, verifier } = await codeFor(tool, browser, { ...offline, prompt: 'consent', ...parameters });
    return (await tool.redeem(code, verifier)).body;
  };
  const tokens: Readonly<Record<string, (browser: Browser) => Promise<unknown>>> = {
    'a code': async (browser) => (await byCode(browser))['access_token'],
    'a refresh token': async (browser) => {
      const { body } = await tool.refresh(String((await byCode(browser))['refresh_token']));
      return (await tool.refresh(String(body['refresh_token']))).body['access_token'];
    },
    'a device code': async (browser) => {
      const { body } = await tool.post('/oauth/device_authorization', { scope, resource });
      const entry = await browser.open(String(body['verification_uri_complete']));
      let page = await browser.submit(entry, { user_code: String(body['user_code']) });
      if (page.body.includes('device-approve')) page = await browser.submit(page, {});
      if (page.body.includes('consent-allow')) page = await browser.submit(page, { decision: 'allow' });
      const form = { grant_type: deviceGrant, device_code: String(body['device_code']) };
      return (await tool.post('/oauth/token', form)).body['access_token'];
    },
    'a request by CIBA': async (browser) => {
      const { body } = await tool.post('/oauth/ciba', { scope, resource, login_hint: 'grace' });
      await browser.submit(await browser.open(`${issuer}/account/requests`), { decision: 'allow' });
      const form = { grant_type: cibaGrant, auth_req_id: String(body['auth_req_id']) };
      return (await tool.post('/oauth/token', form)).body['access_token'];
    },
  };
  const addClient = (token: unknown): Promise<Response> =>
    fetch(`${issuer}${adminPath}/clients`, {
      method: 'POST',
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
      body: JSON.stringify({ type: 'machine', metadata: {} }),
    });
  const read = async (token: unknown): Promise<number> =>
    (await fetch(`${issuer}${adminPath}/clients`, { headers: { authorization: `Bearer ${token}` } })).status;
  const signedIn = async (): Promise<Browser> => {
    const browser = new Browser();
    t.ok(redirectParameters((await signIn(browser)).page).get('code'));
    return browser;
  };
  return { ...opened, tool, resource, tokens, addClient, read, signedIn, byCode };
};

type Opened = Awaited<ReturnType<typeof openAdministration>>;

const refuses = async (t: Test, { tokens, addClient, read }: Opened, browser: Browser, maxAge: number) => {
  for (const [from, getToken] of Object.entries(tokens)) {
    const token = await getToken(browser);
    t.equal(await read(token), 200, `a token of ${from} is good for the API`);
    const refused = await addClient(token);
    t.equal(refused.status, 401, `but one of ${from} is of an old sign-in`);
    t.match(
      refused.headers.get('www-authenticate'),
      new RegExp(`insufficient_user_authentication.*max_age=${maxAge}`),
    );
  }
};

t.test('a sign-in of an hour ago adds no client', async (t) => {
  const opened = await openAdministration(t);
  await refuses(t, opened, await opened.signedIn(), 900);
});

t.test('nor does one of unknown time, in its first minute', async (t) => {
  const opened = await openAdministration(t, 'unknown');
  const browser = await opened.signedIn();
  await refuses(t, opened, browser, 0);
  const { id_token, access_token } = await opened.byCode(browser);
  t.equal(claimsIn(access_token)['upstream_auth_time'], 0);
  t.ok(Math.abs(Number(claimsIn(access_token)['auth_time']) - opened.now()) < 60);
  t.notOk('upstream_auth_time' in claimsIn(id_token), 'applications see nothing of it');
});

t.test('nor does one that tokens say a later time of', async (t) => {
  const opened = await openAdministration(t);
  const { server, findGrace, fake } = opened;
  server.clock.advance(2);
  await server.app.services.endEverything((await findGrace()).id);
  server.clock.advance(2);
  const browser = await opened.signedIn();
  await refuses(t, opened, browser, 900);
  const { access_token } = await opened.byCode(browser);
  const { auth_time, upstream_auth_time } = claimsIn(access_token);
  t.ok(Number(auth_time) > opened.now() - 60);
  t.equal(upstream_auth_time, fake.person['auth_time']);
});

t.test('a new sign-in there does', async (t) => {
  const opened = await openAdministration(t);
  opened.signedInThere(60);
  const browser = await opened.signedIn();
  for (const [from, getToken] of Object.entries(opened.tokens)) {
    const token = await getToken(browser);
    t.notOk('upstream_auth_time' in claimsIn(token), 'one time is enough');
    t.equal((await opened.addClient(token)).status, 201, from);
  }
});

const stepUp = async (
  { tool, resource }: Opened,
  browser: Browser,
  max_age: string,
): Promise<{ readonly asked: Page; readonly verifier: string }> => {
  const verifier = 'v'.repeat(43);
  const asked = await browser.open(tool.authorizationUrl(verifier, { scope, resource, max_age }));
  return { asked, verifier };
};

t.test('the client asks for a new sign-in, also of an upstream that never says when', async (t) => {
  const opened = await openAdministration(t, 'never said');
  const { fake, tool, addClient } = opened;
  for (const maxAge of ['900', '0']) {
    const browser = await opened.signedIn();
    const { asked, verifier } = await stepUp(opened, browser, maxAge);
    t.ok(asksAgain(asked));
    const page = await browser.open(await visitUpstream(browser, asked, 'acme'));
    t.equal(fake.requests.at(-1)?.get('prompt'), 'login');
    t.equal(fake.requests.at(-1)?.get('max_age'), null);
    const allowed = page.body.includes('consent-allow')
      ? await browser.submit(page, { decision: 'allow' })
      : page;
    const { body } = await tool.redeem(redirectParameters(allowed).get('code') ?? '', verifier);
    t.equal((await addClient(body['access_token'])).status, 201);
  }
});

t.test('one that says when has to confirm the age', async (t) => {
  const opened = await openAdministration(t);
  const { fake } = opened;
  const browser = await opened.signedIn();
  const { asked } = await stepUp(opened, browser, '900');
  t.match(await browser.open(await visitUpstream(browser, asked, 'acme')), { status: 400 });
  t.equal(fake.requests.at(-1)?.get('max_age'), '900');
  opened.signedInThere(60);
  const page = await browser.open(await visitUpstream(browser, asked, 'acme'));
  t.ok(page.body.includes('consent-allow') || redirectParameters(page).get('code'));
});

t.test('for a client without the API no one but the upstream confirms an age', async (t) => {
  const opened = await openAdministration(t, 'never said');
  const { fake, party } = opened;
  const browser = await opened.signedIn();
  const asked = await browser.open(party.authorizationUrl('v'.repeat(43), { max_age: '900' }));
  t.match(await browser.open(await visitUpstream(browser, asked, 'acme')), { status: 400 });
  t.equal(fake.requests.at(-1)?.get('max_age'), '900');
});

t.test('a sign-in by password says one time, as before', async (t) => {
  const { party, byCode } = await openAdministration(t);
  const browser = new Browser();
  const login = await browser.open(party.authorizationUrl('v'.repeat(43)));
  await browser.submit(login, { login: 'ada', password });
  const { access_token } = await byCode(browser);
  t.match(claimsIn(access_token), { auth_time: Number, amr: ['pwd'] });
  t.notOk('upstream_auth_time' in claimsIn(access_token));
});
