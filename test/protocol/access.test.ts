import t from 'tap';
import {
  Browser,
  codeFor,
  newVerifier,
  openCommandFolder,
  password,
  RelyingParty,
  redirectParameters,
  redirectUri,
  secret,
  startInProcess,
  usualConfig,
} from '../support/setup/index.ts';
import { receive } from '../support/tokens.ts';

// Who may use a client: `allowed_groups`, at every place where a person or a token comes by.

const device = 'urn:ietf:params:oauth:grant-type:device_code';
const ciba = 'urn:openid:params:grant-type:ciba';
const limited = {
  ...usualConfig.clients[0],
  client_name: 'The Shop',
  grant_types: ['authorization_code', 'refresh_token', device, ciba],
  backchannel_token_delivery_mode: 'poll',
  allowed_groups: ['shop', 'board'],
};
const server = await startInProcess(t, {
  clients: [
    { ...limited, client_id: 'app' },
    {
      client_id: 'issuer',
      token_endpoint_auth_method: 'none',
      issuer_tokens: true,
      audience: 'https://api.example.com/',
      redirect_uris: [redirectUri],
      first_party: true,
      allowed_groups: ['shop'],
    },
  ],
  groups: [{ name: 'shop' }, { name: 'board' }],
  pages: { contact: 'it@example.com' },
});
const { accounts } = server.app.services;
const ada = await server.addAccount({ username: 'ada', password, groups: ['shop'] });
const party = new RelyingParty(server.issuer);
const join = () => accounts.changeGroups(ada.id, { add: ['shop'] });
const leave = () => accounts.changeGroups(ada.id, { remove: ['shop'] });
const offline = { scope: 'openid offline_access', prompt: 'consent' };

t.test(
  'a person without access sees a page that names a contact, and the application gets access_denied',
  async (t) => {
    await leave();
    const browser = new Browser();
    let page = await browser.open(party.authorizationUrl(newVerifier()));
    page = await browser.submit(page, { login: 'ada', password });
    t.equal(page.status, 403);
    t.match(page.body, /You don’t have access/);
    t.match(page.body, /The Shop/);
    t.match(page.body, /href="mailto:it@example\.com"/);
    t.match(page.body, /Use another account/);
    page = await browser.submit(page, {});
    t.equal(redirectParameters(page).get('error'), 'access_denied');

    const silent = await browser.open(party.authorizationUrl(newVerifier(), { prompt: 'none' }));
    t.equal(redirectParameters(silent).get('error'), 'access_denied', 'with prompt=none at once');
    t.ok(
      server.events.some(({ type, reason, account }) => type === 'access' && reason && account === ada.id),
    );

    await join();
    const allowed = await browser.open(party.authorizationUrl(newVerifier()));
    t.ok(redirectParameters(allowed).get('code'), 'the same session, as soon as the person is a member');
  },
);

t.test(
  'a code is refused at both token endpoints, and stays good for who becomes a member again',
  async (t) => {
    const { code, verifier } = await codeFor(party, new Browser());
    await leave();
    const refused = await party.redeem(code, verifier);
    t.equal(refused.status, 400);
    t.match(refused.body, { error: 'access_denied', error_description: /members of certain groups/ });
    await join();
    t.equal((await party.redeem(code, verifier)).status, 200);

    const issuer = new RelyingParty(server.issuer, 'issuer', undefined);
    const browser = new Browser();
    const query = new URLSearchParams({
      client_id: 'issuer',
      response_type: 'code',
      redirect_uri: redirectUri,
      scope: 'openid',
    });
    let page = await browser.open(`${issuer.issuer}/oauth/authorize?${query}`);
    page = await browser.submit(page, { login: 'ada', password });
    const authorizationCode = redirectParameters(page).get('code');
    const redeem = () =>
      fetch(`${server.issuer}/api/v1/tokens`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ authorization_code: authorizationCode }),
      });
    await leave();
    const json = await redeem();
    t.equal(json.status, 400);
    t.match(await json.json(), { name: 'access_denied', code: 1009 });
    await join();
    t.equal((await redeem()).status, 201);
  },
);

t.test('refresh, userinfo and introspection are refused at once', async (t) => {
  await join();
  const { code, verifier } = await codeFor(party, new Browser(), offline);
  const { body } = await party.redeem(code, verifier);
  const userinfo = () =>
    fetch(`${server.issuer}/userinfo`, { headers: { authorization: `Bearer ${body['access_token']}` } });
  const isActive = async () =>
    (await party.post('/oauth/introspect', { token: String(body['access_token']) })).body['active'];
  t.equal((await userinfo()).status, 200);
  t.equal(await isActive(), true);
  await leave();
  const refused = await userinfo();
  t.equal(await isActive(), false, 'an API that asks hears of it too');
  t.equal(refused.status, 401);
  t.match(refused.headers.get('www-authenticate'), /invalid_token/);
  t.match((await party.refresh(String(body['refresh_token']))).body, { error: 'access_denied' });
  await join();
  t.equal((await party.refresh(String(body['refresh_token']))).status, 200, 'the token was not used up');
});

t.test('a device gets access_denied, at the approval and after it', async (t) => {
  const start = async () => {
    const { body } = await party.post('/oauth/device_authorization', { scope: 'openid' });
    const poll = () =>
      party.post('/oauth/token', { grant_type: device, device_code: String(body['device_code']) });
    return { userCode: String(body['user_code']), poll };
  };
  const approve = async (userCode: string) => {
    const browser = new Browser();
    let page = await browser.open(`${server.issuer}/oauth/device`);
    page = await browser.submit(page, { user_code: userCode });
    page = await browser.submit(page, { confirm: 'yes' });
    if (page.body.includes('login-submit')) page = await browser.submit(page, { login: 'ada', password });
    return { browser, page };
  };
  await leave();
  const first = await start();
  const { browser, page } = await approve(first.userCode);
  t.equal(page.status, 403);
  t.match(page.body, /You don’t have access/);
  await browser.submit(page, {});
  t.match((await first.poll()).body, { error: 'access_denied' });

  await join();
  const second = await start();
  t.equal((await approve(second.userCode)).page.status, 200);
  await leave();
  t.match((await second.poll()).body, { error: 'access_denied' });
});

t.test('a backchannel request is refused at the start, at the approval and after it', async (t) => {
  const request = () => party.post('/oauth/ciba', { scope: 'openid', login_hint: 'ada' });
  const poll = (id: unknown) => party.post('/oauth/token', { grant_type: ciba, auth_req_id: String(id) });
  await leave();
  t.match((await request()).body, { error: 'access_denied' });

  await join();
  const browser = new Browser();
  const { cookies } = await server.signIn('ada');
  for (const { name, value } of cookies) browser.setCookie(name, value);
  const approve = async () => {
    const page = await browser.open(`${server.issuer}/account/requests`);
    return browser.submit(page, { decision: 'allow' });
  };
  const first = await request();
  await leave();
  t.match((await approve()).body, /You don’t have access to this app/);
  t.match((await poll(first.body['auth_req_id'])).body, { error: 'access_denied' });

  await join();
  const second = await request();
  await approve();
  await leave();
  t.match((await poll(second.body['auth_req_id'])).body, { error: 'access_denied' });
});

t.test('a stored client is limited by command, and unknown groups are refused', async (t) => {
  const { runInProcess: run } = await openCommandFolder(t);
  const add = (...more: string[]) =>
    run(['client', 'add', '--type', 'web', '--id', 'shop', '--redirect-uri', redirectUri, ...more]);
  const refusals: [Promise<{ exit: number | null; err: string }>, number, RegExp][] = [
    [add('--allowed-group', 'nope'), 2, /allowed_groups: there is no group nope; `group add` makes one/],
    [add('--property', 'allowed_groups=[]'), 2, /allowed_groups: must name a group/],
    [run(['config', 'check', '--set', 'pages.contact=nobody']), 78, /an e-mail address or an https URL/],
    [run(['config', 'check', '--set', 'clients=[{client_id: a, allowed_groups: []}]']), 78, /at least 1/],
  ];
  for (const [result, exit, message] of refusals) {
    const { exit: code, err } = await result;
    t.equal(code, exit, err);
    t.match(err, message);
  }
  await run(['group', 'add', 'staff']);
  t.equal((await add('--allowed-group', 'staff')).exit, 0);
  const inUse = await run(['group', 'delete', 'staff']);
  t.equal(inUse.exit, 4);
  t.match(inUse.err, /named by allowed_groups of the client shop/);
  t.equal((await run(['client', 'update', 'shop', '--unset', 'allowed_groups'])).exit, 0);
  t.equal((await run(['group', 'delete', 'staff'])).exit, 0);
});

t.test('a group that does not exist stops the start, with its place', async (t) => {
  const start = startInProcess(t, {
    clients: [
      { client_id: 'a', client_secret: secret, redirect_uris: [redirectUri], allowed_groups: ['stafff'] },
    ],
  });
  await t.rejects(start, { message: /clients\.0\.allowed_groups: There is no group stafff; add it/ });
});

t.test('everyone may use a client without the setting', async (t) => {
  const other = await startInProcess(t, usualConfig);
  t.equal((await receive(new RelyingParty(other.issuer), new Browser())).response.status, 200);
});
