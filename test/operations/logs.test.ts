import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import t from 'tap';
import { createEvents } from '#src/events.ts';
import { logEvents } from '#src/log-events.ts';
import { createLogger } from '#src/logger.ts';
import { assertEach } from '../support/assert-each.ts';
import { assertion, assertionType, newKey, proof, requestObject } from '../support/proofs.ts';
import { sendRaw } from '../support/raw-http.ts';
import { watchSecrets } from '../support/secrets.ts';
import {
  Browser,
  codeFor,
  newVerifier,
  password,
  RelyingParty,
  redirectUri,
  secret,
  startServerProcess,
  testConfig,
  usualConfig,
} from '../support/setup/index.ts';

const deviceGrant = 'urn:ietf:params:oauth:grant-type:device_code';

const config = {
  ...usualConfig,
  clients: [
    ...usualConfig.clients,
    {
      client_id: 'tv',
      token_endpoint_auth_method: 'none',
      application_type: 'native',
      grant_types: [deviceGrant, 'refresh_token'],
      response_types: [],
    },
    {
      client_id: 'wallet',
      token_endpoint_auth_method: 'none',
      redirect_uris: [redirectUri],
      grant_types: ['authorization_code'],
      issuer_tokens: true,
      audience: 'https://credentials.example.com',
      first_party: true,
    },
  ],
  registration: { enabled: true },
  log: { level: 'trace', format: 'json' },
  metrics: { enabled: true, token: 'the-token-of-the-scraper' },
};

const json = (url: string, body: object): Promise<Response> =>
  fetch(url, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) });

const bankKey = await newKey();
const bank = {
  client_id: 'bank',
  token_endpoint_auth_method: 'private_key_jwt',
  jwks: { keys: [{ ...bankKey.jwk, use: 'sig', alg: bankKey.alg }] },
  redirect_uris: [redirectUri],
  grant_types: ['authorization_code', 'refresh_token'],
  first_party: true,
};

/** A secret in each place of a malformed request. */
const malformed = (host: string, secret: string): readonly string[] => {
  const post = (path: string, type: string, body: string, ...headers: string[]): string =>
    [
      `POST ${path} HTTP/1.1`,
      `host: ${host}`,
      'connection: close',
      `content-type: ${type}`,
      `content-length: ${Buffer.byteLength(body)}`,
      ...headers,
      '',
      body,
    ].join('\r\n');
  const get = (path: string, ...headers: string[]): string =>
    [`GET ${path} HTTP/1.1`, `host: ${host}`, 'connection: close', ...headers, '', ''].join('\r\n');
  const form = 'application/x-www-form-urlencoded';
  const brokenJwt = `${Buffer.from(`{"alg":"ES256","kid":"${secret}`).toString('base64url')}.${secret}.x`;
  const exchange = `grant_type=authorization_code&client_id=wallet&code=${secret}`;
  return [
    post('/oauth/token', form, `${exchange}&code=${secret}`),
    post('/oauth/token', form, `grant_type=${secret}&client_id=wallet`),
    post('/oauth/token', form, `${exchange}&refresh_token=${secret}&code_verifier=${secret}&%zz=${secret}`),
    post('/oauth/token', `multipart/form-data; boundary=${secret}`, `--${secret}\r\n`),
    post('/oauth/token', 'application/json', `{"code":"${secret}`),
    post('/oauth/token', form, exchange, `authorization: Basic ${secret}`),
    post('/oauth/token', form, exchange, `authorization: Bearer ${secret} ${secret}`),
    post('/oauth/token', form, exchange, `dpop: ${secret}`),
    post('/oauth/token', form, exchange, `dpop: ${brokenJwt}`),
    post('/oauth/token', form, `${exchange}&client_assertion=${secret}&client_assertion_type=${secret}`),
    post(
      '/oauth/token',
      form,
      `grant_type=client_credentials&client_id=bank&client_assertion=${brokenJwt}&client_assertion_type=${assertionType}`,
    ),
    post('/oauth/par', form, `client_id=wallet&request=${brokenJwt}`),
    post('/oauth/introspect', form, `token=${secret}&token=${secret}`),
    post('/oauth/revoke', form, `client_id=wallet&token=${brokenJwt}`),
    post('/oauth/device', form, `user_code=${secret}&csrf=${secret}`),
    post('/oauth/register', 'application/json', `{"redirect_uris":["${secret}`),
    post('/api/v1/tokens', 'application/json', `{"authorization_code":"${secret}`),
    post('/api/v1/tokens', 'application/json', `{"authorization_code":"${secret}","${secret}":1}`),
    post('/api/v1/tokens', 'text/plain', secret),
    post(`/interaction/${secret}`, form, `password=${secret}&csrf=${secret}`, `cookie: _session=${secret}`),
    get(`/oauth/authorize?client_id=wallet&request=${brokenJwt}`),
    get(`/oauth/authorize?client_id=wallet&request_uri=urn:ietf:params:oauth:request_uri:${secret}`),
    get(`/oauth/authorize?client_id=wallet&response_type=code&claims={"${secret}&state=${secret}`),
    get(`/oauth/authorize?client_id=wallet&response_type=code&authorization_details=[${secret}`),
    get(`/oauth/logout?id_token_hint=${brokenJwt}&state=${secret}`),
    get(`/oauth/logout?id_token_hint=${secret}&logout_hint=${secret}&client_id=app`),
    get(`/oauth/authorize?client_id=app&response_type=code&scope=openid&id_token_hint=${brokenJwt}`),
    get(
      `/oauth/authorize?client_id=app&response_type=code&scope=openid&nonce=n&redirect_uri=${redirectUri}&prompt=none&login_hint=${secret}&id_token_hint=${secret}`,
    ),
    post('/oauth/ciba', form, `client_id=app&scope=openid&login_hint=${secret}&id_token_hint=${secret}`),
    get(`/oauth/register/wallet`, `authorization: Bearer ${secret}`),
    get(`/oauth/token/${secret}?code=${secret}`),
    get(`/callback%zz${secret}`),
    get(`//${secret}/..;/oauth/token`),
    get('/userinfo', `authorization: DPoP ${secret}`, `dpop: ${brokenJwt}`),
    get('/userinfo', `authorization: ${secret}`, `x-request-id: ${secret}`, `x-forwarded-for: ${secret}`),
    get('/oauth/jwks', `cookie: ${secret}=${secret}; =${secret}`),
    `GET /?code=${secret} HTTP/1.1\r\nhost: ${secret}\r\nconnection: close\r\n\r\n`,
    `GET /?code=${secret} HTTP/9.9\r\nauthorization: Bearer ${secret}\r\n\r\n`,
    `${secret}\r\n\r\n`,
  ];
};

t.test('the log never contains credentials, and contains every refusal', async (t) => {
  const secrets = watchSecrets();
  const server = await startServerProcess(t, { config: { ...config, clients: [...config.clients, bank] } });
  t.teardown(secrets.stop);
  const party = new RelyingParty(server.url);
  const browser = new Browser();

  /** Correlation ids of refusals, each with the reason in the response. */
  const refusals = new Map<string, string>();
  const refused = (
    what: string,
    { status, headers }: { status: number; headers: Headers },
    reason: string,
  ): void => {
    const id = headers.get('x-request-id') ?? '';
    t.ok(status >= 400 && id.length > 8, `${what} is refused with ${status}, and its answer names it`);
    refusals.set(id, reason);
  };

  const codesAndTokens = async (): Promise<void> => {
    const login = await browser.open(
      party.authorizationUrl(newVerifier(), {
        state: 'a-state-of-the-client',
        nonce: 'a-nonce-of-the-client',
      }),
    );
    const wrong = await browser.submit(login, { login: 'ada', password: 'not-her-password' });
    refused('a wrong password', wrong, 'wrong_password');
    await browser.submit(login, { login: 'ada@example.com', password: 'a-password-for-nobody' });
    const { code, verifier } = await codeFor(party, browser);
    refused('a wrong verifier', await party.redeem(code, newVerifier()), 'invalid_grant');
    const { body } = await party.redeem(code, verifier);
    const refreshed = await party.refresh(String(body['refresh_token']));
    await party.post('/oauth/introspect', { token: String(body['access_token']) });
    await party.post('/oauth/introspect', { token: String(refreshed.body['refresh_token']) });
    await fetch(`${server.url}/userinfo`, { headers: { authorization: `Bearer ${body['access_token']}` } });
    refused('a replay', await party.redeem(code, verifier), 'invalid_grant');
    refused(
      'a dead refresh token',
      await party.refresh(String(refreshed.body['refresh_token'])),
      'invalid_grant',
    );
    refused(
      'a guessed secret',
      await new RelyingParty(server.url, 'app', 'a-guessed-client-secret').refresh('x'.repeat(43)),
      'invalid_client',
    );
    const stolen = await fetch(`${server.url}/userinfo`, {
      headers: { authorization: 'Bearer a-token-that-was-never-issued' },
    });
    refused('a made-up token', stolen, 'invalid_token');
    refused(
      'a grant type of the caller',
      await party.post('/oauth/token', { grant_type: 'a_grant_type_of_the_caller' }),
      'unsupported_grant_type',
    );
    await party.post('/oauth/revoke', { token: String(refreshed.body['refresh_token']) });
    await party.post('/oauth/par', { response_type: 'code', redirect_uri: redirectUri, scope: 'openid' });
  };

  const device = async (): Promise<void> => {
    const tv = new RelyingParty(server.url, 'tv', '');
    const { body } = await tv.post('/oauth/device_authorization', { scope: 'openid' });
    const poll = () =>
      tv.post('/oauth/token', { grant_type: deviceGrant, device_code: String(body['device_code']) });
    refused('an early poll', await poll(), 'authorization_pending');
    const page = await browser.open(`${server.url}/oauth/device`);
    await browser.submit(page, { user_code: 'BCDF-GHJK' });
    const confirm = await browser.submit(page, { user_code: String(body['user_code']) });
    const next = await browser.submit(confirm, { confirm: 'yes' }).catch(() => confirm);
    if (next.body.includes('login-submit')) await browser.submit(next, { login: 'ada', password });
  };

  const jsonDoor = async (): Promise<void> => {
    const wallet = new RelyingParty(server.url, 'wallet', '');
    const url = wallet.authorizationUrl('unused').replace(/&code_challenge[^&]*/g, '');
    const back = await browser.open(url);
    const code = new URL(back.headers.get('location') ?? '').searchParams.get('code') ?? '';
    t.match(code, /^[\w-]{32,}$/);
    const tokens = await json(`${server.url}/api/v1/tokens`, { authorization_code: code });
    t.equal(tokens.status, 201);
    refused(
      'a replay at the JSON door',
      await json(`${server.url}/api/v1/tokens`, { authorization_code: code }),
      'invalid_grant',
    );
    refused(
      'a code that is none',
      await json(`${server.url}/api/v1/tokens`, { authorization_code: 'é' }),
      'invalid_request',
    );
  };

  const strayRequests = async (): Promise<void> => {
    const nothing = await fetch(
      `${server.url}/nothing?code=a-code-on-the-wrong-road&access_token=a-token-on-the-wrong-road`,
    );
    t.equal(nothing.status, 404);
    const metrics = await fetch(`${server.url}/metrics`, {
      headers: { authorization: 'Bearer a-token-of-another-scraper' },
    });
    t.equal(metrics.status, 401);
    await fetch(`${server.url}/metrics`, { headers: { authorization: 'Bearer the-token-of-the-scraper' } });
    const strange = await fetch(
      `${server.url}/oauth/authorize?client_id=nobody&state=a-state-of-nobody&login_hint=ada`,
    );
    refused('an unknown client', strange, 'invalid_client');
  };

  const proofs = async (): Promise<void> => {
    const client = new RelyingParty(server.url, 'bank', '');
    const signed = async () => ({
      client_assertion: await assertion(bankKey, 'bank', server.url),
      client_assertion_type: assertionType,
    });
    const key = await newKey();
    const verifier = newVerifier();
    const asked = Object.fromEntries(new URL(client.authorizationUrl(verifier)).searchParams);
    const pushed = await client.post('/oauth/par', { ...asked, ...(await signed()) });
    t.equal(pushed.status, 201, JSON.stringify(pushed.body));
    const query = new URLSearchParams({ client_id: 'bank', request_uri: String(pushed.body['request_uri']) });
    const back = await browser.open(`${server.url}/oauth/authorize?${query}`);
    const code = new URL(back.headers.get('location') ?? '').searchParams.get('code') ?? '';
    const redeem = async (proved: Readonly<Record<string, string>>) =>
      client.redeem(code, verifier, { ...(await signed()), ...proved });
    refused(
      'a bad assertion',
      await redeem({ client_assertion: `${'x'.repeat(50)}.y.z` }),
      'invalid_request',
    );
    const dpop = { dpop: await proof(key, `${server.url}/oauth/token`) };
    const parameters = { code, redirect_uri: redirectUri, code_verifier: verifier, ...(await signed()) };
    const tokens = await client.post(
      '/oauth/token',
      { grant_type: 'authorization_code', ...parameters },
      dpop,
    );
    t.equal(tokens.status, 200, JSON.stringify(tokens.body));
    t.equal(tokens.body['token_type'], 'DPoP');
    const replayed = await client.post(
      '/oauth/token',
      { grant_type: 'authorization_code', ...parameters },
      dpop,
    );
    t.ok(replayed.status >= 400);
    const object = await requestObject(bankKey, 'bank', server.url, asked);
    await browser.open(
      `${server.url}/oauth/authorize?${new URLSearchParams({ client_id: 'bank', request: object })}`,
    );
    await fetch(`${server.url}/oauth/logout?id_token_hint=${tokens.body['id_token']}`);
  };

  const brokenRequests = async (): Promise<void> => {
    const secret = 'a-secret-in-the-wrong-place-0123456789';
    secrets.add(secret, Buffer.from(secret).toString('base64url'), secret.toUpperCase());
    const host = `localhost:${server.port}`;
    const all = malformed(host, secret);
    const answers = await Promise.all(all.map((bytes) => sendRaw(server.url, bytes)));
    for (const [n, { status }] of answers.entries())
      t.ok(status > 0, `an answer to ${all[n]?.split('\r')[0]}`);
  };

  const commands = async (): Promise<void> => {
    secrets.add('a-password-from-standard-input');
    const made = await server.command(['account', 'add', 'grace'], 'a-password-from-standard-input\n');
    t.equal(made.exit, 0, made.err);
    const added = await server.command(['client', 'add', '--type', 'machine', '--json']);
    t.equal(added.exit, 0, added.err);
    secrets.add(JSON.parse(added.out).client_secret);
    secrets.add((await readFile(join(server.cwd, 'key-encryption-key'), 'utf8')).trim());
    const logged = made.out + made.err;
    t.notMatch(logged, 'a-password-from-standard-input');
  };

  const acts = [codesAndTokens, device, jsonDoor, strayRequests, proofs, brokenRequests, commands];
  for (const act of acts) await act();
  secrets.stop();
  secrets.add(secret, password);
  server.signal('SIGTERM');
  t.same(await server.ended, { code: 0, signal: null });
  const log = server.log();
  t.ok(secrets.seen.size > 60, `${secrets.seen.size} secrets were used`);
  for (const one of secrets.seen) {
    if (log.includes(one))
      t.fail(`the log contains ${one}: ${log.split('\n').find((line) => line.includes(one))}`);
  }

  const lines = server.lines();
  for (const [id, reason] of refusals) {
    const about = lines.filter(({ correlation }) => correlation === id);
    t.equal(about.filter(({ msg }) => msg === 'request').length, 1, 'one line for the request');
    const reasons = about.flatMap((line) => line['reason'] ?? []);
    t.same(reasons, [reason], `explained once: ${JSON.stringify(about)}`);
  }
  const strays = log.split('\n').filter((line) => line !== '' && !line.startsWith('{'));
  t.same(strays.slice(0, 1), [`Postern is listening on ${server.url} (development).`], 'the greeting');
  t.same(
    strays.filter((line) => !/^(Postern is| {2}\w+ {2,}| {14}to become an administrator: )/.test(line)),
    [],
    'and nothing else is without form',
  );
  const ofRequests = lines.findIndex(({ correlation }) => correlation !== undefined);
  const neverRequests = new Set<unknown>(['client error', 'connection.refused']);
  t.same(
    lines
      .slice(ofRequests)
      .filter((line) => !line['correlation'] && !neverRequests.has(line['type'] ?? line['msg'])),
    [],
    'each line names its request, where bytes became one',
  );
  const requests = lines.filter(({ msg }) => msg === 'request');
  assertEach(
    t,
    requests,
    ({ correlation, route, status, ms }) => correlation && route && status && typeof ms === 'number',
  );
  assertEach(t, requests, (line) => !('url' in line) && !('req' in line), 'a URL is never logged');
});

t.test('an event of any shape is logged without the members it must not have', async (t) => {
  const lines: string[] = [];
  const log = createLogger(testConfig(['log.level=trace']), {
    write: (line: string) => void lines.push(line),
  });
  const events = createEvents(() => {});
  logEvents(events, log);
  events.emit({
    type: 'x',
    outcome: 'refused',
    details: { code: 'hunter2', token: 'hunter2', password: 'hunter2' },
  });
  log.error({ err: new Error('outer', { cause: Object.assign(new Error('inner'), { secret: 'hunter2' }) }) });
  log.info({ headers: { authorization: 'hunter2', cookie: 'hunter2' }, body: { client_secret: 'hunter2' } });
  const hints = { id_token_hint: 'hunter2', login_hint: 'hunter2', logout_hint: 'hunter2' };
  log.info({ ...hints, request: { params: hints }, login_hint_token: 'hunter2' });
  t.equal(lines.length, 4);
  t.notMatch(lines.join(''), 'hunter2');
  t.match(lines[1], /"message":"inner"/);
});
