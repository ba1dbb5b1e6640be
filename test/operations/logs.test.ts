import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import t from 'tap';
import { Browser } from '../support/browser.ts';
import {
  codeFor,
  newVerifier,
  password,
  RelyingParty,
  redirectUri,
  secret,
  usual,
} from '../support/relying-party.ts';
import { watchSecrets } from '../support/secrets.ts';
import { startServerProcess } from '../support/server-process.ts';

const deviceGrant = 'urn:ietf:params:oauth:grant-type:device_code';

const config = {
  ...usual,
  clients: [
    ...usual.clients,
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
  log: { level: 'trace', format: 'json' },
  metrics: { enabled: true, token: 'the-token-of-the-scraper' },
};

const json = (url: string, body: object): Promise<Response> =>
  fetch(url, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) });

t.test('nothing that opens a door is ever in the log, and every refusal is', async (t) => {
  const secrets = watchSecrets();
  const server = await startServerProcess({ config });
  t.teardown(() => server.close());
  t.teardown(secrets.stop);
  const party = new RelyingParty(server.url);
  const browser = new Browser();

  /** Correlation ids of refusals, each with the reason that the answer gave. */
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

  for (const act of [codesAndTokens, device, jsonDoor, strayRequests, commands]) await act();
  secrets.stop();
  secrets.add(secret, password);
  server.signal('SIGTERM');
  t.same(await server.ended, { code: 0, signal: null });
  const log = server.log();
  t.ok(secrets.seen.size > 45, `${secrets.seen.size} secrets were used`);
  for (const one of secrets.seen) {
    if (log.includes(one))
      t.fail(`the log holds ${one}: ${log.split('\n').find((line) => line.includes(one))}`);
  }

  const lines = server.lines();
  for (const [id, reason] of refusals) {
    const about = lines.filter(({ correlation }) => correlation === id);
    t.equal(about.filter(({ msg }) => msg === 'request').length, 1, 'one line for the request');
    t.ok(
      about.some((line) => line['reason'] === reason),
      `${reason} is explained: ${JSON.stringify(about)}`,
    );
  }
  const requests = lines.filter(({ msg }) => msg === 'request');
  t.ok(
    requests.every(
      ({ correlation, route, status, ms }) => correlation && route && status && typeof ms === 'number',
    ),
  );
  t.ok(
    requests.every((line) => !('url' in line) && !('req' in line)),
    'a URL is never logged',
  );
});

t.test('an event of any make is logged without what it must not hold', async (t) => {
  const { createLog, logEvents } = await import('#src/log.ts');
  const { testConfig } = await import('../support/people.ts');
  const { createEvents } = await import('#src/events.ts');
  const lines: string[] = [];
  const log = createLog(testConfig(['log.level=trace']), { write: (line: string) => void lines.push(line) });
  const events = createEvents(() => {});
  logEvents(events, log);
  events.emit({
    type: 'x',
    outcome: 'refused',
    details: { code: 'hunter2', token: 'hunter2', password: 'hunter2' },
  });
  log.error({ err: new Error('outer', { cause: Object.assign(new Error('inner'), { secret: 'hunter2' }) }) });
  log.info({ headers: { authorization: 'hunter2', cookie: 'hunter2' }, body: { client_secret: 'hunter2' } });
  t.equal(lines.length, 3);
  t.notMatch(lines.join(''), 'hunter2');
  t.match(lines[1], /"message":"inner"/);
});
