import t, { type Test } from 'tap';
import type { Entry } from '#src/store/port.ts';
import {
  Browser,
  password,
  RelyingParty,
  redirectUri,
  secret,
  startInProcess,
  type TestServer,
  usualConfig,
} from '../support/setup/index.ts';
import { entriesOf } from '../support/stored-entries.ts';

const deviceGrant = 'urn:ietf:params:oauth:grant-type:device_code';
const cibaGrant = 'urn:openid:params:grant-type:ciba';
const notificationToken = 'notify.me-with~this/token+0123456789==';

const config = {
  ...usualConfig,
  security: { password: { memory_kib: 8192, passes: 1 } },
  clients: [
    ...usualConfig.clients,
    {
      client_id: 'tv',
      client_secret: secret,
      redirect_uris: [redirectUri],
      grant_types: ['authorization_code', deviceGrant, cibaGrant, 'refresh_token'],
      backchannel_token_delivery_mode: 'ping',
      backchannel_client_notification_endpoint: 'https://127.0.0.1:9/ping',
    },
  ],
};

/** Everything in the dump that has the form of a code, and the ids of records with their families. */
const guessesIn = (entries: readonly Entry[]): readonly string[] => {
  const guesses = new Set(JSON.stringify(entries).match(/[\w.:~-]{20,200}/g));
  for (const { key } of entries) {
    guesses.add(key.family + key.id);
    guesses.add(key.id);
  }
  for (const guess of [...guesses]) for (const part of guess.split(/[.:~]/)) guesses.add(part);
  return [...guesses].filter((guess) => guess.length >= 20);
};

const start = async (t: Test) => {
  const server = await startInProcess(t, config);
  const party = new RelyingParty(server.issuer, 'tv');
  const browser = new Browser();
  const poll = (grant: string, name: string, value: string) =>
    party.post('/oauth/token', { grant_type: grant, [name]: value });
  return { server, party, browser, poll };
};

const beginDevice = async (party: RelyingParty) => {
  const { body } = await party.post('/oauth/device_authorization', { scope: 'openid' });
  return { deviceCode: String(body['device_code']), userCode: String(body['user_code']) };
};

const beginCiba = async (party: RelyingParty): Promise<string> => {
  const { body } = await party.post('/oauth/ciba', {
    scope: 'openid',
    login_hint: 'ada',
    client_notification_token: notificationToken,
  });
  return String(body['auth_req_id']);
};

/** Enters and confirms the code, which leads to the sign-in. */
const confirmDevice = async ({ issuer }: TestServer, browser: Browser, userCode: string) => {
  const entry = await browser.open(`${issuer}/oauth/device`);
  return browser.submit(await browser.submit(entry, { user_code: userCode }), { confirm: 'yes' });
};

t.test('a device code read from the store gives no tokens', async (t) => {
  const { server, party, browser, poll } = await start(t);
  const { deviceCode, userCode } = await beginDevice(party);
  const login = await confirmDevice(server, browser, userCode);
  const during = await entriesOf(server.store);
  t.ok(
    during.some(({ key }) => key.kind === 'in'),
    'a sign-in is under way',
  );
  const consent = await browser.submit(login, { login: 'ada', password });
  t.match(await browser.submit(consent, { decision: 'allow' }), { status: 200, body: /connected|device/i });

  const entries = [...during, ...(await entriesOf(server.store))];
  t.notMatch(JSON.stringify(entries), deviceCode.slice(12), 'the code is not there');
  for (const guess of guessesIn(entries)) {
    const { status, body } = await poll(deviceGrant, 'device_code', guess);
    if (status === 200) t.fail(`${guess} was accepted: ${Object.keys(body)}`);
  }
  t.equal((await poll(deviceGrant, 'device_code', deviceCode)).status, 200, 'the device gets its tokens');
});

t.test('an auth_req_id or notification token read from the store is of no use', async (t) => {
  const { server, party, browser, poll } = await start(t);
  const id = await beginCiba(party);
  const before = await entriesOf(server.store);
  const login = await browser.open(new RelyingParty(server.issuer).authorizationUrl('x'.repeat(43)));
  await browser.submit(login, { login: 'ada', password });
  const page = await browser.open(`${server.issuer}/account/requests`);
  t.match(await browser.submit(page, { decision: 'allow' }), { body: /Approved/ });

  const entries = [...before, ...(await entriesOf(server.store))];
  t.ok(
    entries.some(({ key }) => key.kind === 'ob'),
    'the ping is on its way',
  );
  t.notMatch(JSON.stringify(entries), id.slice(12), 'the id is not there');
  t.notOk(JSON.stringify(entries).includes(notificationToken), 'nor is the token of the client');
  for (const guess of guessesIn(entries)) {
    if ((await poll(cibaGrant, 'auth_req_id', guess)).status === 200) t.fail(`${guess} was accepted`);
  }
  t.equal((await poll(cibaGrant, 'auth_req_id', id)).status, 200, 'the client gets its tokens');
});

t.test('a pushed request read from a sign-in under way can not be used by others', async (t) => {
  const { server, party, browser } = await start(t);
  const pushed = await party.post('/oauth/par', {
    client_id: 'tv',
    response_type: 'code',
    redirect_uri: redirectUri,
    scope: 'openid',
    code_challenge: 'x'.repeat(43),
    code_challenge_method: 'S256',
  });
  t.equal(pushed.status, 201);
  const requestUri = String(pushed.body['request_uri']);
  const url = `${server.issuer}/oauth/authorize?${new URLSearchParams({ client_id: 'tv', request_uri: requestUri })}`;
  t.match((await browser.open(url)).body, /login-submit/);
  const id = requestUri.slice(requestUri.lastIndexOf(':') + 1);
  t.notMatch(JSON.stringify(await entriesOf(server.store)), id.slice(12));
});
