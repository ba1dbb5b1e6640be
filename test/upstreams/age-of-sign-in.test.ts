/**
 * A person who is signed in at an upstream comes back from it without a question. Such a sign-in is new here, and the
 * person proved who they are some time ago: what asks for a recent sign-in, or for `max_age`, means that time.
 * src/provider/overrides/session-auth-time.ts.
 */
import t from 'tap';
import { adminPath, groupOf } from '../admin/admin-server.ts';
import { codeAt, setUpApp } from '../support/authenticator.ts';
import {
  Browser,
  newVerifier,
  password,
  RelyingParty,
  redirectParameters,
  redirectUri,
  secret,
  usualConfig,
} from '../support/setup/index.ts';
import { asksAgain, claimsIn, hour, openUpstreamPerson } from '../support/upstream-person.ts';
import { locationOf, visitUpstream } from '../support/upstream-sign-in.ts';

t.test('the account pages ask a person who signed in at the upstream an hour ago', async (t) => {
  const { fake, issuer, signedInThere, signIn } = await openUpstreamPerson(t);
  const browser = new Browser();
  t.ok(redirectParameters((await signIn(browser)).page).get('code'));
  const add = `${issuer}/account/passkeys/add`;
  const asked = await browser.open(add);
  t.ok(asksAgain(asked), 'though the session has just begun');
  t.match(await browser.open(await visitUpstream(browser, asked, 'acme')), { status: 400 });
  t.equal(fake.requests.at(-1)?.get('max_age'), '180');

  signedInThere(10);
  const page = await browser.open(await visitUpstream(browser, await browser.open(add), 'acme'));
  t.equal(page.url, add);
  t.match(page, { status: 200, body: 'Add a passkey' });
});

t.test('tokens say when the person signed in there, and max_age means that time', async (t) => {
  const { fake, party, signedInThere, signIn, tokensOf } = await openUpstreamPerson(t);
  const browser = new Browser();
  const tokens = await tokensOf(await signIn(browser));
  t.equal(claimsIn(tokens['id_token'])['auth_time'], fake.person['auth_time']);
  const renewed = await party.refresh(String(tokens['refresh_token']));
  t.equal(renewed.status, 200);
  t.equal(claimsIn(renewed.body['id_token'])['auth_time'], fake.person['auth_time']);

  const longAgo = { max_age: String(2 * hour) };
  t.ok(redirectParameters(await browser.open(party.authorizationUrl(newVerifier(), longAgo))).get('code'));
  const verifier = newVerifier();
  const asked = await browser.open(party.authorizationUrl(verifier, { max_age: '60' }));
  t.ok(asksAgain(asked));
  signedInThere(5);
  const page = await browser.open(await visitUpstream(browser, asked, 'acme'));
  t.equal(fake.requests.at(-1)?.get('max_age'), '60');
  t.equal(claimsIn((await tokensOf({ page, verifier }))['id_token'])['auth_time'], fake.person['auth_time']);
});

t.test('prompt=login takes a new sign-in at the upstream', async (t) => {
  const { fake, server, signedInThere, signIn, party, tokensOf } = await openUpstreamPerson(t);
  const browser = new Browser();
  const again = { prompt: 'login' };
  t.match((await signIn(browser, again)).page, { status: 400 });
  t.equal(fake.requests.at(-1)?.get('prompt'), 'login');
  const signIns = server.events.filter(({ type }) => type === 'sign-in');
  t.match(JSON.stringify(signIns.at(-1)), /signed_in_before/);

  const verifier = newVerifier();
  const login = await browser.open(party.authorizationUrl(verifier, again));
  const left = await browser.request(`${login.url}?with=acme&another=yes`);
  const back = await new Browser().request(locationOf(left));
  t.match(await browser.open(locationOf(back)), { status: 400 });
  t.equal(fake.requests.at(-1)?.get('prompt'), 'login select_account', 'also for another account');

  signedInThere(20);
  const signedIn = await signIn(browser, again);
  t.equal(
    claimsIn((await tokensOf(signedIn))['id_token'])['auth_time'],
    fake.person['auth_time'],
    'a clock may be a little behind',
  );
});

t.test('what a request by CIBA gives says it too', async (t) => {
  const { fake, issuer, signIn } = await openUpstreamPerson(t, {
    clients: [
      ...usualConfig.clients,
      {
        client_id: 'bank',
        client_secret: secret,
        grant_types: ['urn:openid:params:grant-type:ciba'],
        response_types: [],
        backchannel_token_delivery_mode: 'poll',
      },
    ],
  });
  const browser = new Browser();
  await signIn(browser);
  const bank = new RelyingParty(issuer, 'bank');
  const { body } = await bank.post('/oauth/ciba', { scope: 'openid', login_hint: 'grace' });
  await browser.submit(await browser.open(`${issuer}/account/requests`), { decision: 'allow' });
  const tokens = await bank.post('/oauth/token', {
    grant_type: 'urn:openid:params:grant-type:ciba',
    auth_req_id: String(body['auth_req_id']),
  });
  t.equal(claimsIn(tokens.body['id_token'])['auth_time'], fake.person['auth_time']);
});

t.test('the console and the administration API mean that time too', async (t) => {
  const { server, issuer, signedInThere, signIn, findGrace } = await openUpstreamPerson(t, {
    admin: { enabled: true },
  });
  const { accounts, groups } = server.app.services;
  await groups.add({ name: groupOf.admin });
  const resource = `${issuer}/api/admin`;
  await server.addClient({
    type: 'web',
    id: 'tool',
    secret,
    metadata: { redirect_uris: [redirectUri], resources: [resource], first_party: true },
  });
  const browser = new Browser();
  await signIn(browser);
  await accounts.update((await findGrace()).id, { groups: [groupOf.admin] }, { mayChangeRoles: true });
  t.match(await browser.open(`${issuer}/admin`), { status: 200, url: `${issuer}/admin` });
  const rotation = `${issuer}/admin/keys/rotate`;
  t.ok(asksAgain(await browser.open(rotation)));

  const tool = new RelyingParty(issuer, 'tool');
  const rotate = async (): Promise<Response> => {
    const verifier = newVerifier();
    const scope = 'openid admin:read admin:keys';
    const page = await browser.open(tool.authorizationUrl(verifier, { scope, resource }));
    const allowed = page.headers.has('location') ? page : await browser.submit(page, { decision: 'allow' });
    const { body } = await tool.redeem(redirectParameters(allowed).get('code') ?? '', verifier);
    return fetch(`${issuer}${adminPath}/keys/rotate`, {
      method: 'POST',
      headers: { authorization: `Bearer ${body['access_token']}`, 'content-type': 'application/json' },
      body: '{}',
    });
  };
  const refused = await rotate();
  t.equal(refused.status, 401);
  t.match(refused.headers.get('www-authenticate'), /insufficient_user_authentication.*max_age=900/);

  signedInThere(60);
  const page = await browser.open(await visitUpstream(browser, await browser.open(rotation), 'acme'));
  t.match(page, { status: 200, url: rotation });
  t.equal((await rotate()).status, 201);
});

t.test('an upstream that does not say when is asked, also right after a sign-in', async (t) => {
  const { fake, issuer, sayNoTime, signIn, tokensOf, now } = await openUpstreamPerson(t);
  sayNoTime({ isListed: false });
  const browser = new Browser();
  const tokens = await tokensOf(await signIn(browser));
  t.ok(Math.abs(Number(claimsIn(tokens['id_token'])['auth_time']) - now()) < 60, 'tokens have the only time');
  const add = `${issuer}/account/passkeys/add`;
  const asked = await browser.open(add);
  t.ok(asksAgain(asked));
  const page = await browser.open(await visitUpstream(browser, asked, 'acme'));
  t.equal(fake.requests.at(-1)?.get('prompt'), 'login');
  t.equal(page.url, add, 'and is believed then');
});

t.test('a sign-in that is older than what has ended everything is as good as before', async (t) => {
  const { server, party, signIn, tokensOf, findGrace } = await openUpstreamPerson(t);
  const first = await tokensOf(await signIn(new Browser()));
  const { id } = await findGrace();
  await server.app.services.endEverything(id);
  t.equal((await party.refresh(String(first['refresh_token']))).status, 400);
  server.clock.advance(2);
  t.teardown(server.clock.restore);
  const browser = new Browser();
  const tokens = await tokensOf(await signIn(browser));
  const { status } = await fetch(`${party.issuer}/oauth/userinfo`, {
    headers: { authorization: `Bearer ${tokens['access_token']}` },
  });
  t.equal(status, 200);
  t.equal((await party.refresh(String(tokens['refresh_token']))).status, 200);
  const { signedOutAt = 0 } = await findGrace();
  t.equal(
    claimsIn(tokens['id_token'])['auth_time'],
    Math.floor(signedOutAt / 1000),
    'none before that is named',
  );
});

t.test('who ends everything makes no old sign-in a recent one', async (t) => {
  const { server, issuer, signIn, findGrace, signedInThere } = await openUpstreamPerson(t);
  await signIn(new Browser());
  server.clock.advance(2);
  t.teardown(server.clock.restore);
  await server.app.services.endEverything((await findGrace()).id);
  const browser = new Browser();
  t.ok(redirectParameters((await signIn(browser)).page).get('code'));
  const add = `${issuer}/account/passkeys/add`;
  const asked = await browser.open(add);
  t.ok(asksAgain(asked), 'though everything ended just now');
  signedInThere(10);
  t.equal((await browser.open(await visitUpstream(browser, asked, 'acme'))).url, add);
});

t.test('a sign-in that links an identity has to be a new one at the upstream', async (t) => {
  const { fake, server, now, signedInThere, signIn, findGrace } = await openUpstreamPerson(t, {}, {});
  const { upstreamLinks } = server.app.services;
  const creator = new Browser();
  await creator.submit((await signIn(creator)).page, { create: 'yes' });
  const { id } = await findGrace();

  const browser = new Browser();
  fake.person = { sub: 'mallory', preferred_username: 'mallory', auth_time: now() };
  const login = await browser.submit((await signIn(browser)).page, { link: 'yes' });
  signedInThere(2 * hour);
  const back = await visitUpstream(browser, login, 'acme');
  t.equal(fake.requests.at(-1)?.get('max_age'), '180');
  t.match(await browser.open(back), { status: 400 });
  t.equal(await upstreamLinks.find('acme', 'mallory'), undefined);

  signedInThere(10);
  const page = await browser.open(await visitUpstream(browser, login, 'acme'));
  t.ok(redirectParameters(await browser.submit(page, { connect: 'yes' })).get('code'));
  t.equal((await upstreamLinks.find('acme', 'mallory'))?.link.account, id);
});

t.test('an upstream that never says when is asked again before an identity is linked', async (t) => {
  const { fake, server, sayNoTime, signIn } = await openUpstreamPerson(t, {}, {});
  sayNoTime({ isListed: false });
  const creator = new Browser();
  await creator.submit((await signIn(creator)).page, { create: 'yes' });
  const browser = new Browser();
  fake.person = { sub: 'mallory', preferred_username: 'mallory' };
  const login = await browser.submit((await signIn(browser)).page, { link: 'yes' });
  fake.person = { sub: 'grace', preferred_username: 'grace' };
  const page = await browser.open(await visitUpstream(browser, login, 'acme'));
  t.equal(fake.requests.at(-1)?.get('prompt'), 'login');
  await browser.submit(page, { connect: 'yes' });
  t.ok(await server.app.services.upstreamLinks.find('acme', 'mallory'), 'and is believed then');
});

t.test('what the person proves here is from now', async (t) => {
  await t.test('an app that is added, and its code in the next sign-in', async (t) => {
    const { server, issuer, party, signedInThere, signIn } = await openUpstreamPerson(t);
    const add = `${issuer}/account/authenticator/add`;
    signedInThere(100);
    const browser = new Browser();
    await signIn(browser);
    const { key } = await setUpApp(browser, await browser.open(add), server.clock.now());
    const recent = { max_age: '60' };
    const again = await browser.open(party.authorizationUrl(newVerifier(), recent));
    t.ok(redirectParameters(again).get('code'), 'the session goes on with a new time');

    signedInThere(hour);
    server.clock.advance(31);
    t.teardown(server.clock.restore);
    const other = new Browser();
    const { page: form } = await signIn(other);
    await other.submit(form, { code: codeAt(key, server.clock.now()) });
    t.equal((await other.open(add)).url, add);
  });

  await t.test('a password that an operator requires', async (t) => {
    const { server, party, signedInThere, signIn, findGrace, tokensOf } = await openUpstreamPerson(t);
    await signIn(new Browser());
    signedInThere(100);
    const { id } = await findGrace();
    await server.app.services.accounts.update(id, { required: { add: ['password'] } });
    server.clock.advance(2);
    t.teardown(server.clock.restore);
    const browser = new Browser();
    const { page: form, verifier } = await signIn(browser);
    const page = await browser.submit(form, { password });
    const tokens = await tokensOf({ page, verifier });
    const { passwordChangedAt = 0 } = await findGrace();
    t.ok(Number(claimsIn(tokens['id_token'])['auth_time']) >= Math.floor(passwordChangedAt / 1000));
    t.equal((await party.refresh(String(tokens['refresh_token']))).status, 200);
  });

  await t.test('a password that is set on the account page', async (t) => {
    const { issuer, party, signedInThere, signIn } = await openUpstreamPerson(t);
    signedInThere(0);
    const browser = new Browser();
    await signIn(browser);
    const form = await browser.open(`${issuer}/account/password`);
    t.match(await browser.submit(form, { password }), { status: 200, url: /done=yes/ });
    const verifier = newVerifier();
    const page = await browser.open(party.authorizationUrl(verifier));
    const { body } = await party.redeem(redirectParameters(page).get('code') ?? '', verifier);
    t.equal((await party.refresh(String(body['refresh_token']))).status, 200);
  });
});

t.test('so is a sign-in by password in the same session', async (t) => {
  const { server, issuer, signIn } = await openUpstreamPerson(t);
  const { accounts, provisioning } = server.app.services;
  const { id } = await server.addAccount({ username: 'grace', password });
  const account = await accounts.find(id);
  if (!account) throw new Error('no account');
  const identity = { upstream: 'acme', subject: 'grace', profile: {}, assigned: {}, amr: [] };
  await provisioning.link(account, identity, []);
  const browser = new Browser();
  t.ok(redirectParameters((await signIn(browser)).page).get('code'));
  const asked = await browser.open(`${issuer}/account/passkeys/add`);
  t.ok(asksAgain(asked));
  t.match(await browser.submit(asked, { password }), { status: 200, url: `${issuer}/account/passkeys/add` });
});
