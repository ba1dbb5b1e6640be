import { createServer } from 'node:http';
import { decodeJwt } from 'jose';
import t, { type Test } from 'tap';
import { assertEach } from '../support/assert-each.ts';
import { setUpApp } from '../support/authenticator.ts';
import { type FakeUpstream, type Misbehaviour, startFakeUpstream } from '../support/fake-upstream.ts';
import {
  Browser,
  password,
  postForm,
  redirectParameters,
  startInProcess,
  usualConfig,
} from '../support/setup/index.ts';
import { openLogin, settingsOf, signInBy } from '../support/upstream-sign-in.ts';
import { waitFor } from '../support/wait-for.ts';

const received: string[] = [];
const app = createServer((request, response) => {
  let body = '';
  request.setEncoding('utf8').on('data', (chunk: string) => {
    body += chunk;
  });
  request.on('end', () => {
    received.push(new URLSearchParams(body).get('logout_token') ?? '');
    response.end();
  });
});
await new Promise<void>((resolve) => app.listen(0, '127.0.0.1', resolve));
t.teardown(() => new Promise((resolve) => app.close(resolve)));
const address = app.address();
if (typeof address !== 'object' || address === null) throw new Error('no port');

const [acme, globex, initech] = await Promise.all([1, 2, 3].map(() => startFakeUpstream(t)));
if (!acme || !globex || !initech) throw new Error('no upstreams');
const server = await startInProcess(t, {
  ...usualConfig,
  clients: [{ ...usualConfig.clients[0], backchannel_logout_uri: `http://127.0.0.1:${address.port}/logout` }],
  security: { throttle: { registration_per_address: 1000, sign_in_start_per_address: 1000 } },
  upstreams: [
    settingsOf(acme, { create: true, link: 'never' }),
    settingsOf(globex, { id: 'globex', create: true, link: 'never' }),
    settingsOf(initech, { id: 'initech' }),
    {
      id: 'plain',
      name: 'Plain',
      client_id: 'x',
      client_secret: 'y',
      oauth2: {
        authorization_endpoint: `${acme.issuer}/authorize`,
        token_endpoint: `${acme.issuer}/token`,
        userinfo_endpoint: `${acme.issuer}/userinfo`,
      },
    },
  ],
});
const { issuer, app: postern } = server;
const { sessions } = postern.services;

/** Signs in by an upstream, and answers with the account and its number of sessions. */
const signedIn = async (fake: FakeUpstream, sub: string, more: object = {}) => {
  fake.person = { sub, ...more };
  const browser = new Browser();
  const page = await signInBy(issuer, fake === acme ? 'acme' : 'globex', { browser });
  if (redirectParameters(page).get('code') === null) throw new Error(`no code: ${page.body.slice(0, 400)}`);
  const { account = '' } = server.events.filter(({ type }) => type === 'sign-in').at(-1) ?? {};
  return { account, browser };
};

const count = async (account: string): Promise<number> => (await sessions.list(account)).items.length;

const send = (token: string, upstream = 'acme') =>
  postForm(`${issuer}/upstream/${upstream}/backchannel-logout`, { logout_token: token });

const lastEvent = () => server.events.filter(({ type }) => type === 'upstream.logout').at(-1);

const now = (): number => Math.floor(server.clock.now() / 1000);

type Claims = Record<string, unknown>;
interface Wrong {
  readonly claims?: Claims;
  readonly header?: object;
  readonly misbehaviour?: Misbehaviour;
  readonly detail: string;
}

const event = 'http://schemas.openid.net/event/backchannel-logout';

/** One thing is wrong with each token. */
const wrongTokens: Readonly<Record<string, Wrong>> = {
  'another issuer': { claims: { iss: 'https://evil.example' }, detail: 'iss' },
  'no issuer': { claims: { iss: undefined }, detail: 'iss' },
  'another audience': { claims: { aud: 'someone-else' }, detail: 'aud' },
  'no audience': { claims: { aud: undefined }, detail: 'aud' },
  'more audiences': { claims: { aud: [acme.clientId, 'someone-else'] }, detail: 'aud' },
  'no time': { claims: { iat: undefined }, detail: 'iat' },
  'an old one': { claims: { iat: now() - 700, exp: undefined }, detail: 'iat' },
  'one of the future': { claims: { iat: now() + 300, exp: undefined }, detail: 'iat' },
  'a time that is a text': { claims: { iat: String(now()) }, detail: 'iat' },
  expired: { claims: { exp: now() - 61 }, detail: 'exp' },
  'not yet valid': { claims: { nbf: now() + 300 }, detail: 'nbf' },
  'no jti': { claims: { jti: undefined }, detail: 'jti' },
  'a jti that is a number': { claims: { jti: 7 }, detail: 'jti' },
  'a long jti': { claims: { jti: 'x'.repeat(256) }, detail: 'jti' },
  'no events': { claims: { events: undefined }, detail: 'events' },
  'another event': { claims: { events: { 'https://other.example/event': {} } }, detail: 'events' },
  'events as a list': { claims: { events: [event] }, detail: 'events' },
  'an event that is a text': { claims: { events: { [event]: 'yes' } }, detail: 'events' },
  'a nonce': { claims: { nonce: 'n' }, detail: 'nonce' },
  'neither sub nor sid': { claims: { sub: undefined }, detail: 'sub' },
  'a sub that is a number': { claims: { sub: 7 }, detail: 'sub' },
  'a sid that is a list': { claims: { sid: ['s'] }, detail: 'sid' },
  'an empty sid': { claims: { sid: '' }, detail: 'sid' },
  'the type of an access token': { header: { typ: 'at+jwt' }, detail: 'typ' },
  'an unknown key': { header: { kid: 'other' }, detail: 'err_jwks_no_matching_key' },
  'the key of a stranger': {
    misbehaviour: { foreignKey: true },
    detail: 'err_jws_signature_verification_failed',
  },
  'no signature': { misbehaviour: { unsigned: true }, detail: 'err_jose_alg_not_allowed' },
  'the public key as a secret': {
    misbehaviour: { publicKeyAsSecret: true },
    detail: 'err_jose_alg_not_allowed',
  },
};

const refuse = async (t: Test, token: string, detail: string, what: string): Promise<void> => {
  const answer = await send(token);
  t.equal(answer.status, 400, what);
  t.match(answer.body, { error: 'invalid_request' });
  t.match(lastEvent(), {
    outcome: 'refused',
    reason: 'logout_token',
    details: { upstream: 'acme', detail },
  });
};

t.test('a token that is wrong in any field ends nothing', async (t) => {
  const { account } = await signedIn(acme, 'wrong');
  for (const [what, { claims, header, misbehaviour = {}, detail }] of Object.entries(wrongTokens)) {
    acme.misbehaviour = misbehaviour;
    const token = await acme.logoutToken({ sub: 'wrong', ...claims }, header);
    acme.misbehaviour = {};
    await refuse(t, token, detail, what);
  }
  for (const [what, token] of [
    ['no token', ''],
    ['text', 'x.y.z'],
    ['a token that was changed', (await acme.logoutToken({ sub: 'wrong' })).replace(/\.[^.]{4}/, '.AAAA')],
  ] as const)
    t.equal((await send(token)).status, 400, what);
  t.equal(await count(account), 1);
});

t.test('what is no such request is refused', async (t) => {
  const { account } = await signedIn(acme, 'shape');
  const token = await acme.logoutToken({ sub: 'shape' });
  const url = `${issuer}/upstream/acme/backchannel-logout`;
  t.equal((await send(token, 'globex')).status, 400, 'of another upstream');
  t.equal((await send(token, 'unknown')).status, 404);
  t.equal((await send(token, 'plain')).status, 404, 'an upstream without OpenID Connect');
  t.equal((await fetch(`${url}?logout_token=${token}`)).status, 404, 'GET');
  const twice = new URLSearchParams([
    ['logout_token', token],
    ['logout_token', token],
  ]);
  t.equal((await fetch(url, { method: 'POST', body: twice })).status, 400, 'two tokens');
  const json = { method: 'POST', body: JSON.stringify({ logout_token: token }) };
  t.equal((await fetch(url, { ...json, headers: { 'content-type': 'application/json' } })).status, 415);
  const long = new URLSearchParams({ logout_token: 'x'.repeat(20_000) });
  t.equal((await fetch(url, { method: 'POST', body: long })).status, 413);
  t.equal(await count(account), 1);
});

t.test('an ID token is no logout token', async (t) => {
  const { account } = await signedIn(acme, 'id-token');
  const token = await acme.logoutToken(
    { sub: 'id-token', events: undefined, jti: undefined },
    { typ: 'JWT' },
  );
  await refuse(t, token, 'events', 'without the event');
  t.equal(await count(account), 1);
});

t.test('while the keys of the upstream can not be read, it is asked to send the token again', async (t) => {
  const token = await initech.logoutToken({ sub: 'keys' });
  initech.misbehaviour = { answer: { '/jwks': (response) => void response.writeHead(500).end() } };
  t.match(await send(token, 'initech'), { status: 503, body: { error: 'temporarily_unavailable' } });
  t.match(server.events.at(-1), { outcome: 'failed', reason: 'upstream_unavailable' });
  initech.misbehaviour = {};
  t.equal((await send(token, 'initech')).status, 200);
});

t.test('so it is while its metadata name no address of keys', async (t) => {
  for (const value of [undefined, null, 5, [], {}, 'nowhere', 'file:///keys', 'http://[']) {
    const fake = await startFakeUpstream(t);
    fake.misbehaviour = { discovery: (metadata) => ({ ...metadata, jwks_uri: value }) };
    const { issuer: other, events } = await startInProcess(t, {
      ...usualConfig,
      upstreams: [settingsOf(fake)],
    });
    const response = await fetch(`${other}/upstream/acme/backchannel-logout`, {
      method: 'POST',
      body: new URLSearchParams({ logout_token: await fake.logoutToken({ sub: 'keys' }) }),
    });
    t.equal(response.status, 503, JSON.stringify(value));
    t.match(events.at(-1), { reason: 'upstream_invalid', details: { detail: 'jwks_uri' } });
  }
});

t.test('a person signs out of all sessions that began there, and applications are notified', async (t) => {
  const { account, browser } = await signedIn(acme, 'all');
  await signedIn(acme, 'all');
  const other = await signedIn(acme, 'other');
  const elsewhere = await signedIn(globex, 'all');
  received.length = 0;
  const answer = await send(await acme.logoutToken({ sub: 'all' }));
  t.equal(answer.status, 200);
  t.equal(answer.headers.get('cache-control'), 'no-store');
  t.match(lastEvent(), { outcome: 'ok', details: { upstream: 'acme', sessions: 2 } });
  t.equal(await count(account), 0);
  t.equal(await count(other.account), 1, 'another person stays');
  t.equal(await count(elsewhere.account), 1, 'the same sub of another upstream stays');
  await waitFor('the application to be notified', () => received.length === 2);
  assertEach(
    t,
    received.map((token) => decodeJwt(token)),
    (claims) => claims['iss'] === issuer && claims.sub === account,
  );
  t.match((await browser.open(`${issuer}/account/sessions`)).body, 'login-submit');
});

t.test('a session of the upstream ends only the one that began in it', async (t) => {
  const { account } = await signedIn(acme, 'sid', { sid: 's1' });
  await signedIn(acme, 'sid', { sid: 's2' });
  t.equal((await send(await acme.logoutToken({ sid: 's3' }))).status, 200, 'one that is unknown here');
  t.equal((await send(await acme.logoutToken({ sid: 's1', sub: 'sid-other' }))).status, 200);
  t.equal(await count(account), 2, 'of another person');
  t.equal((await send(await acme.logoutToken({ sid: 's1' }))).status, 200);
  t.equal(await count(account), 1);
  t.equal((await send(await acme.logoutToken({ sid: 's2', sub: 'sid' }))).status, 200);
  t.equal(await count(account), 0);

  await signedIn(acme, 'sid');
  t.equal((await send(await acme.logoutToken({ sid: 's4', sub: 'sid' }))).status, 200);
  t.equal(await count(account), 0, 'with both, one whose ID token had no sid ends as well');
});

t.test('a session whose owner has signed in by password since stays', async (t) => {
  const { browser, account } = await signedIn(acme, 'changed');
  const { accounts } = postern.services;
  await accounts.setPassword(account, password, { keepTokens: true });
  const login = (await accounts.find(account))?.username ?? '';
  const page = await openLogin(issuer, { browser, parameters: { prompt: 'login' } });
  t.ok(redirectParameters(await browser.submit(page, { login, password })).get('code'));
  t.equal((await send(await acme.logoutToken({ sub: 'changed' }))).status, 200);
  t.equal(await count(account), 1);
});

t.test('of eight copies of one token at once, one is accepted, and none later', async (t) => {
  const { account } = await signedIn(acme, 'replay');
  const token = await acme.logoutToken({ sub: 'replay', jti: 'once' });
  const answers = await Promise.all(Array.from({ length: 8 }, () => send(token)));
  t.strictSame(answers.map(({ status }) => status).sort(), [200, ...Array(7).fill(400)]);
  t.equal(await count(account), 0);
  await signedIn(acme, 'replay');
  await refuse(t, token, 'used', 'later');
  t.equal(await count(account), 1);
  const sameId = await globex.logoutToken({ sub: 'replay', jti: 'once' });
  t.equal((await send(sameId, 'globex')).status, 200, 'another upstream has ids of its own');
  t.equal((await send(await acme.logoutToken({ sub: 'replay', jti: 'twice' }))).status, 200);
  t.equal(await count(account), 0);
});

t.test(
  'wrong tokens of one address are recorded so often, and right ones are accepted all the same',
  async (t) => {
    const limited = await startInProcess(t, {
      ...usualConfig,
      security: { throttle: { sign_in_start_per_address: 20 } },
      upstreams: [settingsOf(acme, { create: true, link: 'never' })],
    });
    const post = (token: string) =>
      postForm(`${limited.issuer}/upstream/acme/backchannel-logout`, { logout_token: token });
    const statuses: number[] = [];
    for (let sent = 0; sent < 120; sent += 1) statuses.push((await post('x.y.z')).status);
    const recorded = limited.events.filter(({ type }) => type === 'upstream.logout').length;
    t.equal(statuses[0], 400);
    t.equal(statuses.at(-1), 429);
    t.equal(recorded, statuses.filter((status) => status === 400).length);
    t.equal((await post(await acme.logoutToken({ sub: 'unknown' }))).status, 200);
  },
);

t.test('a sign-out there asks no browser for the second factor again', async (t) => {
  const { account, browser } = await signedIn(acme, 'remembered');
  await setUpApp(browser, await browser.open(`${issuer}/account/authenticator/add`), server.clock.now());
  t.equal(await count(account), 1);
  t.equal((await send(await acme.logoutToken({ sub: 'remembered' }))).status, 200);
  t.equal(await count(account), 0);
  const { accounts, factors } = postern.services;
  const owner = await accounts.find(account);
  if (!owner) throw new Error('the account is gone');
  t.match(await factors.of(owner), { authenticators: [{}], forgottenAt: undefined });
});
