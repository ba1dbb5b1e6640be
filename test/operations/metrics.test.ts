import { setTimeout as sleep } from 'node:timers/promises';
import t from 'tap';
import { freePort } from '#src/testing/free-port.ts';
import { createManualClock } from '../support/clocks.ts';
import { startRedis } from '../support/redis-server.ts';
import {
  Browser,
  basicAuthorization,
  codeFor,
  RelyingParty,
  startInProcess,
  startServerProcess,
  usualConfig,
} from '../support/setup/index.ts';
import { waitFor } from '../support/wait-for.ts';

const token = 'the-token-of-the-scraper';

const scrape = (url: string, authorization = `Bearer ${token}`): Promise<Response> =>
  fetch(`${url}/metrics`, { headers: { authorization } });

/** Returns the value of one series; labels may be in any order. */
const valueIn = (
  text: string,
  name: string,
  labels: Readonly<Record<string, string>> = {},
): number | undefined => {
  const wanted = Object.entries(labels).map(([label, value]) => `${label}="${value}"`);
  for (const line of text.split('\n')) {
    const [, found, inner = '', value] = /^(\w+)(?:\{(.*)\})? (\S+)$/.exec(line) ?? [];
    if (found === name && wanted.every((one) => inner.split(',').includes(one))) return Number(value);
  }
  return undefined;
};

t.test('metrics require the token', async (t) => {
  const postern = await startInProcess(t, { ...usualConfig, metrics: { enabled: true, token } });
  for (const [what, authorization] of Object.entries({
    nothing: '',
    'another token': 'Bearer another-token-of-a-scraper',
    'its beginning': `Bearer ${token.slice(0, -1)}`,
    'another scheme': `Basic ${Buffer.from(`x:${token}`).toString('base64')}`,
    'something long': `Bearer ${'x'.repeat(8000)}`,
  })) {
    const answer = await scrape(postern.issuer, authorization);
    t.equal(answer.status, 401, what);
    t.equal(answer.headers.get('www-authenticate'), 'Bearer');
    t.notMatch(await answer.text(), /postern_/);
  }
  t.equal((await scrape(postern.issuer)).status, 200);
  const post = await fetch(`${postern.issuer}/metrics`, {
    method: 'POST',
    headers: { authorization: `Bearer ${token}` },
  });
  t.equal(post.status, 404);

  const without = await startInProcess(t, usualConfig);
  t.equal((await scrape(without.issuer)).status, 404, 'not there unless wanted');
  await without.stop();
});

t.test('the metrics port serves nothing else, and the main port then serves no metrics', async (t) => {
  const port = await freePort();
  const server = await startServerProcess(t, {
    config: { ...usualConfig, metrics: { enabled: true, port } },
  });
  const own = `http://127.0.0.1:${port}`;
  t.equal((await scrape(server.url)).status, 404);
  for (const path of ['/', '/oauth/jwks', '/metrics?x', '/metrics/', '/readyz']) {
    t.equal((await fetch(own + path)).status, 404, path);
  }
  t.equal((await fetch(`${own}/metrics`, { method: 'POST' })).status, 404);
  const answer = await fetch(`${own}/metrics`);
  t.match(answer.headers.get('content-type'), /^text\/plain; version=/);
  const text = await answer.text();
  t.equal(valueIn(text, 'postern_ready'), 1);
  t.ok(
    (valueIn(text, 'postern_store_operations_total', { operation: 'commit', outcome: 'ok' }) ?? 0) > 0,
    'the first round trip is counted',
  );

  const twice = await startServerProcess(t, { ready: false, config: { metrics: { enabled: true, port } } });
  t.match(await twice.ended, { code: 4 }, 'a port that is taken ends the start');
  t.match(twice.log(), new RegExp(`postern: 127\\.0\\.0\\.1:${port} is taken by another program`));
  await twice.close();
});

t.test('events are counted under a fixed set of labels', async (t) => {
  const server = await startServerProcess(t, {
    config: { ...usualConfig, metrics: { enabled: true, token } },
  });
  const party = new RelyingParty(server.url);
  const browser = new Browser();
  const { code, verifier } = await codeFor(party, browser);
  await party.redeem(code, verifier);
  await party.redeem(code, verifier);
  await fetch(`${server.url}/api/v1/tokens`, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      ...basicAuthorization('app'),
    },
    body: JSON.stringify({
      authorization_code: code,
      redirect_uri: 'http://localhost:4999/callback',
      code_verifier: verifier,
    }),
  });
  for (let n = 0; n < 30; n += 1) {
    await party.post('/oauth/token', { grant_type: `grant-${n}"} 1\nforged 1` });
    await fetch(`${server.url}/somewhere/${n}`);
    await new RelyingParty(server.url, `client-${n}`, 'x').post('/oauth/token', {
      grant_type: 'client_credentials',
    });
    await fetch(`${server.url}/interaction/uid-${n}`);
  }
  const text = await (await scrape(server.url)).text();

  t.equal(
    valueIn(text, 'postern_http_requests_total', { method: 'POST', route: '/api/v1/tokens', status: '400' }),
    1,
  );
  t.equal(
    valueIn(text, 'postern_http_requests_total', { method: 'GET', route: 'unknown', status: '404' }),
    30,
  );
  t.ok((valueIn(text, 'postern_http_request_seconds_count', { route: '/interaction/:uid' }) ?? 0) >= 30);
  const exchange = (grant: string, endpoint: string, outcome: string, reason: string) =>
    valueIn(text, 'postern_exchanges_total', { grant, door: endpoint, outcome, reason });
  t.equal(exchange('authorization_code', 'engine', 'ok', ''), 1);
  t.equal(exchange('authorization_code', 'engine', 'refused', 'invalid_grant'), 1);
  t.equal(exchange('authorization_code', 'json', 'refused', 'invalid_grant'), 1);
  t.equal(exchange('other', 'engine', 'refused', 'unsupported_grant_type'), 30);
  t.equal(exchange('client_credentials', 'engine', 'refused', 'invalid_client'), 30);
  t.equal(valueIn(text, 'postern_events_total', { type: 'sign-in', outcome: 'ok', reason: '' }), 1);
  t.ok((valueIn(text, 'postern_store_operation_seconds_count', { operation: 'read' }) ?? 0) > 0);
  for (const line of ['ES256', 'EdDSA', 'RS256', 'cookie']) {
    t.ok((valueIn(text, 'postern_key_age_seconds', { line }) ?? -1) >= 0, `the age of ${line}`);
  }
  t.equal(valueIn(text, 'postern_key_faults'), 0);
  t.equal(valueIn(text, 'postern_password_hashes', { state: 'running' }), 0);
  t.equal(valueIn(text, 'postern_password_hashes', { state: 'waiting' }), 0);
  t.ok(
    (valueIn(text, 'postern_audit_written_total') ?? -1) + (valueIn(text, 'postern_audit_waiting') ?? -1) > 5,
    'the refusals of a stranger are counted each, and recorded together',
  );
  t.equal(valueIn(text, 'postern_audit_dropped_total'), 0);
  t.ok((valueIn(text, 'nodejs_eventloop_lag_p99_seconds') ?? -1) >= 0);

  const labels = [...text.matchAll(/(\w+)="([^"]*)"/g)];
  const names = new Set(labels.map(([, name]) => name));
  for (const name of ['client', 'client_id', 'account', 'sub', 'user', 'address', 'ip', 'url', 'path'])
    t.notOk(names.has(name), `no label ${name}`);
  const values = labels.map(([, , value]) => value ?? '');
  for (const one of [/client-\d/, /^app$/, /ada/, /127\.0\.0\.1/, /grant-\d/, /somewhere/, /uid-/]) {
    t.notOk(
      values.some((value) => one.test(value)),
      `no value like ${one}`,
    );
  }
  const series = text.split('\n').filter((line) => line !== '' && !line.startsWith('#'));
  t.ok(series.length < 600, `${series.length} series, whatever callers send`);
});

t.test('gauges report measured values, not defaults', async (t) => {
  const clock = createManualClock();
  const postern = await startInProcess(
    t,
    {
      ...usualConfig,
      metrics: { enabled: true, token },
      security: { password: { memory_kib: 65_536, passes: 3 } },
    },
    { clock },
  );
  const look = async (): Promise<string> => (await scrape(postern.issuer)).text();
  const age = (text: string): number => valueIn(text, 'postern_key_age_seconds', { line: 'ES256' }) ?? -1;
  const first = age(await look());
  clock.advance(86_400_000);
  t.ok(Math.abs(age(await look()) - first - 86_400) < 5, 'a key is a day older a day later');

  const { accounts } = postern.app.services;
  // The configured password is hashed at its first use.
  await accounts.authenticate('ada', 'wrong');
  const tries = Array.from({ length: 20 }, () => accounts.authenticate('ada', 'wrong'));
  const busy = await look();
  const running = valueIn(busy, 'postern_password_hashes', { state: 'running' }) ?? 0;
  const waiting = valueIn(busy, 'postern_password_hashes', { state: 'waiting' }) ?? 0;
  t.ok(running > 0 && waiting > 0, `${running} hashes are computed, ${waiting} wait`);
  await Promise.all(tries);
  t.equal(valueIn(await look(), 'postern_password_hashes', { state: 'waiting' }), 0);

  await waitFor('a loop that stood still to show', async () => {
    for (const end = performance.now() + 300; performance.now() < end; );
    await sleep(50);
    return (valueIn(await look(), 'nodejs_eventloop_lag_max_seconds') ?? 0) > 0.2;
  });

  postern.app.services.readiness.drain();
  t.equal(valueIn(await look(), 'postern_ready'), 0);
});

t.test('an outage of the store is counted', async (t) => {
  const redis = await startRedis();
  const server = await startServerProcess(t, {
    config: { ...usualConfig, store: { url: redis.url }, metrics: { enabled: true, token } },
  });
  t.teardown(async () => {
    await server.close();
    await redis.close();
  });
  const failed = (text: string) =>
    valueIn(text, 'postern_store_operations_total', { operation: 'read', outcome: 'unavailable' }) ?? 0;
  t.equal(failed(await (await scrape(server.url)).text()), 0);
  await redis.kill();
  const party = new RelyingParty(server.url);
  t.equal((await party.refresh('x'.repeat(43))).status, 503);
  const text = await (await scrape(server.url)).text();
  t.ok(failed(text) > 0);
  t.equal(
    valueIn(text, 'postern_exchanges_total', { outcome: 'refused', reason: 'temporarily_unavailable' }),
    1,
  );
  t.equal(valueIn(text, 'postern_http_requests_total', { route: '/oauth/token', status: '503' }), 1);
});
