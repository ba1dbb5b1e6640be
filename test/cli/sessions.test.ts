import { join } from 'node:path';
import t, { type Test } from 'tap';
import {
  Browser,
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

const bound = { scope: 'openid email' };
const offline = { scope: 'openid email offline_access', prompt: 'consent' };

const open = async (t: Test) => {
  const { cwd, runInProcess } = await openCommandFolder(t);
  const server = await startInProcess(t, {
    ...usualConfig,
    accounts: [],
    store: { url: `sqlite:${join(cwd, 'store.db')}` },
    clients: [
      ...usualConfig.clients,
      {
        client_id: 'shop',
        client_secret: secret,
        redirect_uris: [redirectUri],
        grant_types: ['authorization_code', 'refresh_token'],
        backchannel_logout_uri: 'https://127.0.0.1:9/logout',
      },
    ],
  });
  const { id } = await server.addAccount({ username: 'ada', password });
  const app = new RelyingParty(server.issuer);
  const shop = new RelyingParty(server.issuer, 'shop');
  const tokensOf = async (party: RelyingParty, browser: Browser, parameters: Record<string, string>) => {
    const verifier = newVerifier();
    let page = await browser.open(party.authorizationUrl(verifier, parameters));
    if (page.body.includes('login-submit')) page = await browser.submit(page, { login: 'ada', password });
    if (page.body.includes('consent-allow')) page = await browser.submit(page, { decision: 'allow' });
    const { body } = await party.redeem(redirectParameters(page).get('code') ?? '', verifier);
    return { access: String(body.access_token), refresh: String(body.refresh_token) };
  };
  const isSignedIn = async (browser: Browser) => {
    const page = await browser.open(app.authorizationUrl(newVerifier(), { prompt: 'none' }));
    return redirectParameters(page).has('code');
  };
  const run = async (...args: string[]) => {
    const { exit, out, err } = await runInProcess([...args, '--json']);
    t.equal(exit, 0, err);
    return JSON.parse(out);
  };
  const refusalOf = async (...args: string[]) => {
    const { exit, err } = await runInProcess(args);
    return { exit, err };
  };
  return { server, id, app, shop, tokensOf, isSignedIn, run, refusalOf, runInProcess };
};

t.test('an operator sees the sessions of an account and ends one of them', async (t) => {
  const ctx = await open(t);
  const { id, app, shop, run } = ctx;
  const [laptop, phone] = [new Browser({ 'user-agent': 'Laptop/1.0' }), new Browser()] as const;
  const short = await ctx.tokensOf(app, laptop, bound);
  const long = await ctx.tokensOf(shop, laptop, offline);
  const other = await ctx.tokensOf(app, phone, bound);

  const { items } = await run('session', 'list', 'ada');
  t.equal(items.length, 2);
  t.match(items[1], {
    session: /^se_[\w-]{12}$/,
    sub: id,
    clients: ['app', 'shop'],
    amr: ['pwd'],
    signed_in_at: String,
    expires_at: String,
    user_agent: 'Laptop/1.0',
    address: /^(127\.0\.0\.1|::1|::ffff:127\.0\.0\.1)$/,
    last_used_at: String,
  });
  t.match(items[0], { clients: ['app'] }, 'the newest comes first');
  const text = (await ctx.runInProcess(['session', 'list', id])).out;
  t.match(text, /SESSION +SIGNED IN +LAST USED +ADDRESS +CLIENTS +BROWSER/);
  t.notMatch(text, short.refresh);

  const laptopSession = items[1].session;
  t.match(await run('session', 'end', laptopSession), { session: laptopSession, ended: true });
  t.notOk(await ctx.isSignedIn(laptop));
  t.ok(await ctx.isSignedIn(phone), 'the other browser stays signed in');
  t.match(await app.refresh(short.refresh), { status: 400, body: { error: 'invalid_grant' } });
  t.equal((await app.post('/oauth/introspect', { token: short.access })).body.active, false);
  t.equal((await app.refresh(other.refresh)).status, 200);
  t.equal((await shop.refresh(long.refresh)).status, 200, 'offline_access outlives the session');
  t.match(await ctx.refusalOf('session', 'end', laptopSession), { exit: 3, err: /no session/ });
  const audit = await run('audit', 'list', '--type', 'session.ended');
  t.match(audit.items, [{ account: id, details: { door: 'cli', session: laptopSession } }]);
});

t.test('an operator sees the grants of an account and revokes one, or all of a client', async (t) => {
  const ctx = await open(t);
  const { id, app, shop, run } = ctx;
  const browser = new Browser();
  const first = await ctx.tokensOf(app, browser, bound);
  const second = await ctx.tokensOf(shop, browser, offline);
  const third = await ctx.tokensOf(shop, new Browser(), offline);

  const { items } = await run('grant', 'list', 'ada');
  t.equal(items.length, 3);
  t.match(items[2], { grant: /^gr_[\w-]{12}$/, client: 'app', sub: id, scopes: ['openid', 'email'] });
  t.match((await ctx.runInProcess(['grant', 'list', 'ada'])).out, /shop +20\S+ +openid email offline_access/);
  t.equal((await run('grant', 'list', 'ada', '--client', 'shop')).items.length, 2);

  t.match(await run('grant', 'revoke', items[2].grant), { client: 'app', revoked: true });
  t.match(await app.refresh(first.refresh), { status: 400 });
  t.match(await ctx.refusalOf('grant', 'revoke', items[2].grant), { exit: 3, err: /no grant/ });
  t.ok(await ctx.isSignedIn(browser), 'the session stays');

  t.match(await run('account', 'revoke', 'ada', '--client', 'shop'), {
    client: 'shop',
    revoked: { grants: 2, consents: 1 },
  });
  for (const { refresh } of [second, third]) t.match(await shop.refresh(refresh), { status: 400 });
  const page = await browser.open(shop.authorizationUrl(newVerifier()));
  t.match(page.body, 'consent-allow', 'the person is asked again');

  const fresh = await ctx.tokensOf(app, browser, bound);
  t.ok((await run('account', 'revoke', 'ada')).revoked.grants >= 1);
  t.match(await app.refresh(fresh.refresh), { status: 400 });
  t.same((await run('grant', 'list', 'ada')).items, []);
  t.match((await run('audit', 'list', '--type', 'grant.revoked')).items[0], { account: id });
});

t.test('sessions and grants are listed page by page, beside each other', async (t) => {
  const ctx = await open(t);
  const ids = new Set<string>();
  for (let i = 0; i < 5; i += 1) await ctx.tokensOf(ctx.app, new Browser(), bound);
  for (const what of ['session', 'grant']) {
    ids.clear();
    let more: string[] = [];
    do {
      const page = await ctx.run(what, 'list', 'ada', '--limit', '2', ...more);
      t.ok(page.items.length <= 2);
      for (const item of page.items) ids.add(item[what]);
      more = page.next === undefined ? [] : ['--cursor', page.next];
    } while (more.length > 0);
    t.equal(ids.size, 5, what);
  }
});

t.test('the last use of a session is written with it, at most every five minutes', async (t) => {
  const ctx = await open(t);
  const { sessions } = ctx.server.app.services;
  const browser = new Browser({ 'user-agent': 'x'.repeat(5_000) });
  await ctx.tokensOf(ctx.app, browser, bound);
  const look = async () => (await sessions.list(ctx.id)).items[0];
  const first = await look();
  t.equal(first?.origin.userAgent?.length, 200);
  ctx.server.clock.advance(60);
  t.ok(await ctx.isSignedIn(browser));
  t.equal((await look())?.lastUse?.at, first?.lastUse?.at);
  ctx.server.clock.advance(300);
  t.ok(await ctx.isSignedIn(browser));
  const later = await look();
  t.equal(Number(later?.lastUse?.at) - Number(first?.lastUse?.at) >= 360_000, true);
  t.same(later?.origin, first?.origin);
  t.equal(later?.signedInAt, first?.signedInAt);
});

t.test('what a session or grant command refuses', async (t) => {
  const ctx = await open(t);
  const refusals: [readonly string[], number, RegExp][] = [
    [['session', 'list', 'nobody'], 3, /no account nobody/],
    [['grant', 'list', 'nobody'], 3, /no account nobody/],
    [['account', 'revoke', 'nobody'], 3, /no account nobody/],
    [['session', 'end', 'se_short'], 3, /no session se_short/],
    [['session', 'end', 'gr_aaaaaaaaaaaa'], 3, /no session/],
    [['grant', 'revoke', 'se_aaaaaaaaaaaa'], 3, /no grant/],
    [['session', 'list', 'ada', '--limit', '0'], 2, /whole number/],
    [['session', 'list', 'ada', '--cursor', 'made up'], 2, /--cursor/],
    [['session', 'end'], 2, /argument/],
  ];
  for (const [args, exit, message] of refusals)
    t.match(await ctx.refusalOf(...args), { exit, err: message }, args.join(' '));
  t.match((await ctx.runInProcess(['session', 'list', 'ada'])).out, /not signed in/);
  t.match((await ctx.runInProcess(['grant', 'list', 'ada'])).out, /No client holds anything/);
});

t.test('an account page ends only what its own account has', async (t) => {
  const ctx = await open(t);
  const { sessions } = ctx.server.app.services;
  const { id } = await ctx.server.addAccount({ username: 'eve', password });
  const browser = new Browser();
  const { refresh } = await ctx.tokensOf(ctx.app, browser, bound);
  await ctx.tokensOf(ctx.shop, browser, offline);
  const [session] = (await sessions.list(ctx.id)).items;
  const { items: grants } = await sessions.listGrants(ctx.id);
  const grant = grants.at(-1);
  t.equal(await sessions.end(session?.id ?? '', { account: id }), undefined);
  t.equal(await sessions.revokeGrant(grant?.id ?? '', { account: id }), undefined);
  t.equal((await ctx.app.refresh(refresh)).status, 200);
  const ends = await Promise.all(
    Array.from({ length: 6 }, () => sessions.end(session?.id ?? '', { account: ctx.id })),
  );
  t.ok(ends.some((ended) => ended?.id === session?.id));
  t.same((await sessions.list(ctx.id)).items, []);
  const { items: deliveries } = await ctx.server.store.list('outbox', 'due', {
    limit: 10,
    to: Date.now() + 60_000,
  });
  t.ok(deliveries.length > 0, 'shop is notified by back-channel logout');
  t.match(deliveries[0]?.document.body, /"client":"shop"/);
});
