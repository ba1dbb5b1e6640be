import t, { type Test } from 'tap';
import type { Store } from '#src/store/port.ts';
import {
  Browser,
  codeFor,
  newVerifier,
  password,
  RelyingParty,
  redirectParameters,
  redirectUri,
  secret,
  startInProcess,
  usualConfig,
} from '../support/setup/index.ts';
import { documentsOf } from '../support/stored-entries.ts';

const deviceGrant = 'urn:ietf:params:oauth:grant-type:device_code';
const cibaGrant = 'urn:openid:params:grant-type:ciba';
const config = {
  ...usualConfig,
  accounts: [],
  security: { password: { memory_kib: 8192, passes: 1 } },
  clients: [
    ...usualConfig.clients,
    {
      client_id: 'shop',
      client_secret: secret,
      redirect_uris: [redirectUri],
      grant_types: ['authorization_code', 'refresh_token'],
      backchannel_logout_uri: 'https://127.0.0.1:9/logout',
    },
    {
      client_id: 'tv',
      client_secret: secret,
      grant_types: [deviceGrant, cibaGrant, 'refresh_token'],
      response_types: [],
      redirect_uris: [],
      backchannel_token_delivery_mode: 'poll',
    },
  ],
};

const offline = { scope: 'openid email offline_access', prompt: 'consent' };
const refused = { status: 400, body: { error: 'invalid_grant' } };

/** The kinds of the records that exist, without what the server keeps for itself. */
const kindsIn = async (store: Store): Promise<readonly string[]> =>
  (await documentsOf(store)).map(({ key }) => key.kind).toSorted();

const open = async (t: Test, more: object = {}) => {
  const server = await startInProcess(t, { ...config, ...more });
  const { accounts, endEverything } = server.app.services;
  const { id } = await server.addAccount({ username: 'ada', password, claims: { email: 'ada@example.com' } });
  const shop = new RelyingParty(server.issuer, 'shop');
  const tv = new RelyingParty(server.issuer, 'tv');
  const app = new RelyingParty(server.issuer);
  const tokensOf = async (party: RelyingParty, browser: Browser, parameters: Record<string, string>) => {
    const { code, verifier } = await codeFor(party, browser, parameters);
    const { body } = await party.redeem(code, verifier);
    return { access: String(body['access_token']), refresh: String(body['refresh_token']) };
  };
  const isActive = async (party: RelyingParty, token: string) =>
    (await party.post('/oauth/introspect', { token })).body['active'];
  const userinfo = async (token: string) =>
    (await fetch(`${server.issuer}/userinfo`, { headers: { authorization: `Bearer ${token}` } })).status;
  const isSignedIn = async (browser: Browser) => {
    const page = await browser.open(app.authorizationUrl(newVerifier(), { prompt: 'none' }));
    return redirectParameters(page).get('error') !== 'login_required';
  };
  return { server, accounts, endEverything, id, shop, tv, app, tokensOf, isActive, userinfo, isSignedIn };
};

t.test('everything that an account has ends', async (t) => {
  const ctx = await open(t);
  const { server, endEverything, id, shop, tv, app } = ctx;
  const browsers = [new Browser(), new Browser()] as const;
  const first = await ctx.tokensOf(shop, browsers[0], offline);
  const second = await ctx.tokensOf(app, browsers[1], { scope: 'openid email' });
  const underway = await codeFor(shop, browsers[1], offline);
  const before = await kindsIn(server.store);

  const { body } = await tv.post('/oauth/device_authorization', { scope: 'openid' });
  const entry = await browsers[0].open(`${server.issuer}/oauth/device`);
  const confirm = await browsers[0].submit(entry, { user_code: String(body['user_code']) });
  const consent = await browsers[0].submit(confirm, { confirm: 'yes' });
  await browsers[0].submit(consent, { decision: 'allow' });
  const ciba = await tv.post('/oauth/ciba', { scope: 'openid', login_hint: 'ada' });
  const pending = await browsers[0].open(`${server.issuer}/account/requests`);
  t.match(pending.body, 'name="request"');

  server.clock.advance(2);
  const ended = await endEverything(id);
  t.match(ended, { sessions: 2, requests: 1, consents: 2, complete: true });
  t.ok(ended.grants >= 4, `${ended.grants} grants`);

  for (const browser of browsers) t.notOk(await ctx.isSignedIn(browser), 'the browsers are signed out');
  t.match(await shop.refresh(first.refresh), refused);
  t.match(await app.refresh(second.refresh), refused);
  t.match(await shop.redeem(underway.code, underway.verifier), refused, 'a code that was not redeemed yet');
  for (const [party, token] of [
    [shop, first.access],
    [app, second.access],
  ] as const) {
    t.equal(await ctx.isActive(party, token), false);
    t.equal(await ctx.userinfo(token), 401);
  }
  const device = { grant_type: deviceGrant, device_code: String(body['device_code']) };
  t.match(await tv.post('/oauth/token', device), refused, 'a device code that was approved');
  const request = { grant_type: cibaGrant, auth_req_id: String(ciba.body['auth_req_id']) };
  t.match(await tv.post('/oauth/token', request), refused, 'a backchannel request that was pending');
  const late = await browsers[0].submit(pending, { decision: 'allow' });
  t.ok(late.status >= 400, 'and can not be approved any more');

  const after = await kindsIn(server.store);
  for (const kind of ['gr', 'consent', 'ba']) t.notOk(after.includes(kind), `no ${kind} is left`);
  t.ok(before.includes('gr') && before.includes('consent'));
  t.ok(after.includes('ob'), 'the application with a logout URI is notified');

  const again = await ctx.tokensOf(shop, new Browser(), offline);
  t.equal((await shop.refresh(again.refresh)).status, 200, 'a new sign-in is good');
  t.match(await endEverything('nobody'), { sessions: 0, grants: 0, complete: true });
});

t.test('the use of a session is stored every five minutes at most, and it lives on', async (t) => {
  const lifetime = 60 * 60;
  const ctx = await open(t, { tokens: { session_ttl: lifetime } });
  const { server, app } = ctx;
  const browser = new Browser();
  await codeFor(app, browser);
  const endOfSession = async (): Promise<number> => {
    const { entries } = await server.store.dump();
    const ends = entries.flatMap((entry) =>
      entry.type === 'document' && entry.key.kind === 'se' && entry.document.fields['.who'] !== undefined
        ? [Number(entry.document.expiresAt)]
        : [],
    );
    t.equal(ends.length, 1, 'one session');
    return ends[0] ?? 0;
  };
  // The first use after the sign-in notes the client.
  await codeFor(app, browser);
  const end = await endOfSession();

  server.clock.advance(120);
  await codeFor(app, browser);
  t.equal(await endOfSession(), end, 'two minutes later the session is not written');
  server.clock.advance(181);
  await codeFor(app, browser);
  t.equal(await endOfSession(), end + 301_000, 'five minutes later it is');

  for (let hours = 0; hours < 3; hours++) {
    server.clock.advance(lifetime - 181);
    t.ok(await ctx.isSignedIn(browser), 'a use within 95 % of the lifetime keeps it');
  }
  server.clock.advance(lifetime + 1);
  t.notOk(await ctx.isSignedIn(browser), 'an unused session ends');
});

t.test('what is ended does not come back: a disabled account is enabled', async (t) => {
  const ctx = await open(t);
  const browser = new Browser();
  const { access, refresh } = await ctx.tokensOf(ctx.shop, browser, offline);
  const { code, verifier } = await codeFor(ctx.shop, browser, offline);
  ctx.server.clock.advance(2);
  await ctx.accounts.disable(ctx.id);
  t.match(await ctx.shop.refresh(refresh), refused);
  await ctx.accounts.enable(ctx.id);
  t.match(await ctx.shop.refresh(refresh), refused, 'although nothing was removed yet');
  t.match(await ctx.shop.redeem(code, verifier), refused);
  t.equal(await ctx.isActive(ctx.shop, access), false);
  t.equal(await ctx.isActive(ctx.shop, refresh), false);
  t.equal(await ctx.userinfo(access), 401);
  t.notOk(await ctx.isSignedIn(browser));
  const again = await ctx.tokensOf(ctx.shop, browser, offline);
  t.equal((await ctx.shop.refresh(again.refresh)).status, 200, 'the same browser can sign in again');
});

t.test('a request under way when everything ends leaves nothing that can be used', async (t) => {
  const ctx = await open(t);
  const browser = new Browser();
  const { refresh } = await ctx.tokensOf(ctx.shop, browser, offline);
  ctx.server.clock.advance(2);
  const results = await Promise.all([
    ctx.endEverything(ctx.id),
    ...Array.from({ length: 6 }, () => ctx.shop.refresh(refresh)),
  ]);
  const issued = results.slice(1).flatMap((result) => {
    const token = 'body' in result ? result.body['refresh_token'] : undefined;
    return typeof token === 'string' ? [token] : [];
  });
  for (const token of issued) t.match(await ctx.shop.refresh(token), refused);
  t.match(await ctx.shop.refresh(refresh), refused);
});

t.test('a refresh token without offline_access ends with the password of its sign-in', async (t) => {
  const ctx = await open(t);
  const browser = new Browser();
  const short = await ctx.tokensOf(ctx.app, browser, { scope: 'openid email' });
  const long = await ctx.tokensOf(ctx.shop, browser, offline);
  ctx.server.clock.advance(2);
  await ctx.accounts.setPassword(ctx.id, 'another password of hers', { keepTokens: true });
  t.match(await ctx.app.refresh(short.refresh), refused);
  t.equal((await ctx.shop.refresh(long.refresh)).status, 200, 'with offline_access it outlives the sign-in');
  const login = await browser.open(ctx.app.authorizationUrl(newVerifier(), { prompt: 'login' }));
  await browser.submit(login, { login: 'ada', password: 'another password of hers' });
  t.match(await ctx.app.refresh(short.refresh), refused, 'also after the next sign-in in this browser');
});

t.test('a password that an operator resets ends everything', async (t) => {
  const ctx = await open(t);
  const { access, refresh } = await ctx.tokensOf(ctx.shop, new Browser(), offline);
  ctx.server.clock.advance(2);
  await ctx.accounts.resetPassword(ctx.id);
  t.match(await ctx.shop.refresh(refresh), refused);
  t.equal(await ctx.isActive(ctx.shop, access), false);
});

t.test('an interrupted call is repeated', async (t) => {
  const ctx = await open(t);
  for (let i = 0; i < 3; i++) await ctx.tokensOf(ctx.shop, new Browser(), offline);
  ctx.server.clock.advance(2);
  const { store } = ctx.server;
  const { commit } = store;
  let commits = 0;
  store.commit = async (writes) => {
    // The first commit marks the account; the one that removes fails.
    commits += 1;
    if (commits === 2) throw new Error('interrupted');
    return commit.call(store, writes);
  };
  await t.rejects(ctx.endEverything(ctx.id), /interrupted/);
  store.commit = commit.bind(store);
  t.match(await ctx.endEverything(ctx.id), { sessions: 3, complete: true });
});

t.test('an account of the configuration that was disabled for a while is not revived', async (t) => {
  const folder = t.testdir();
  const settings = {
    ...config,
    store: { url: `sqlite:${folder}/store.db` },
    accounts: [{ username: 'eve', sub: 'eve', password, email: 'eve@example.com' }],
  };
  const before = await startInProcess(t, settings);
  const listen = { port: Number(new URL(before.issuer).port) };
  const shop = new RelyingParty(before.issuer, 'shop');
  const browser = new Browser();
  const verifier = newVerifier();
  const login = await browser.open(shop.authorizationUrl(verifier, offline));
  const consent = await browser.submit(login, { login: 'eve', password });
  const back = await browser.submit(consent, { decision: 'allow' });
  const { body } = await shop.redeem(redirectParameters(back).get('code') ?? '', verifier);
  await before.stop();
  const disabled = [{ username: 'eve', sub: 'eve', password, disabled: true }];
  const during = await startInProcess(t, {
    ...settings,
    issuer: before.issuer,
    listen,
    accounts: disabled,
  });
  await during.stop();
  await startInProcess(t, { ...settings, issuer: before.issuer, listen });
  t.match(await shop.refresh(String(body['refresh_token'])), refused);
});
