import { setTimeout as sleep } from 'node:timers/promises';
import type { Test } from 'tap';
import { measure } from './measure.ts';
import type { TestServer } from './setup/index.ts';
import { Browser, codeFor, type HttpResponse, newVerifier, RelyingParty } from './setup/index.ts';
import { waitFor } from './wait-for.ts';

/** The documented time limits, in milliseconds. */
const responseLimitMs = 3000;
export const readinessLimitMs = 2000;
export const recoveryLimitMs = 5000;

/** Waits until `/readyz` has the status; returns the time it took. */
export const waitForReadiness = async (server: TestServer, status: number): Promise<number> => {
  const { ms } = await measure(() =>
    waitFor(`/readyz to be ${status}`, async () => {
      const answer = await fetch(`${server.issuer}/readyz`);
      await answer.body?.cancel();
      return answer.status === status;
    }),
  );
  return ms;
};

interface Answered {
  readonly status: number;
  readonly headers: Headers;
}

/** Asserts that a request is answered in time and without an error, or with 503 and `Retry-After`. */
export const answersInTime = async <T extends Answered>(
  t: Test,
  what: string,
  ask: () => Promise<T>,
  expectedWait = /^[123]$/,
): Promise<T> => {
  const { result, ms } = await measure(ask);
  t.ok(ms <= responseLimitMs, `${what}: answered after ${Math.round(ms)} ms`);
  t.ok(result.status < 500 || result.status === 503, `${what}: ${result.status}`);
  const wait = result.headers.get('retry-after');
  if (result.status === 503) t.match(wait, expectedWait, `${what}: to come back after ${wait} s`);
  return result;
};

interface Session {
  readonly server: TestServer;
  readonly party: RelyingParty;
  readonly browser: Browser;
  readonly tokens: HttpResponse['body'];
}

/** What the reserve of a full store refuses for a minute, once it is noticed. */
const beginsSignIn = new Set(['a pushed request', 'a sign-in']);

/** Requests every endpoint that uses the store, at once. */
const everyEndpoint = async (
  t: Test,
  { server, party, browser, tokens }: Session,
  isFull: boolean,
): Promise<void> => {
  const bearer = { authorization: `Bearer ${tokens['access_token']}` };
  const verifier = newVerifier();
  const pushed = Object.fromEntries(new URL(party.authorizationUrl(verifier)).searchParams);
  const json = { authorization_code: 'x'.repeat(43) };
  const requests: Readonly<Record<string, () => Promise<Answered>>> = {
    'a refresh': () => party.refresh(String(tokens['refresh_token'])),
    'client credentials': () => party.post('/oauth/token', { grant_type: 'client_credentials' }),
    introspection: () => party.post('/oauth/introspect', { token: String(tokens['access_token']) }),
    revocation: () => party.post('/oauth/revoke', { token: 'x'.repeat(43) }),
    'a pushed request': () => party.post('/oauth/par', pushed),
    userinfo: () => fetch(`${server.issuer}/userinfo`, { headers: bearer }),
    'the JSON token endpoint': () =>
      fetch(`${server.issuer}/api/v1/tokens`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(json),
      }),
    'a page': () => browser.request(party.authorizationUrl(verifier)),
    'a sign-in': () => new Browser().request(party.authorizationUrl(verifier, { prompt: 'login' })),
  };
  await Promise.all(
    Object.entries(requests).map(([what, ask]) =>
      answersInTime(t, what, ask, isFull && beginsSignIn.has(what) ? /^([123]|60)$/ : undefined),
    ),
  );
};

interface Outage {
  /** Receives the code that is redeemed during the outage. */
  readonly breakStore: (code: string) => Promise<void> | void;
  readonly repair: () => Promise<void> | void;
  /** False when the server keeps serving other requests. */
  readonly stopsServing?: boolean;
  /** The store is out of memory, so its reserve is kept. */
  readonly isFull?: boolean;
}

/**
 * Asserts that during an outage nothing hangs, nothing is a 500 and endpoints without store access still answer, and that
 * afterwards the server recovers in time and no code is lost.
 */
export const survivesOutage = async (
  t: Test,
  server: TestServer,
  { breakStore, repair, stopsServing = true, isFull = false }: Outage,
): Promise<void> => {
  const party = new RelyingParty(server.issuer);
  const browser = new Browser();
  const codes = [];
  for (let at = 0; at < 7; at++) codes.push(await codeFor(party, browser));
  const [first, tried, other, ...untouched] = codes;
  if (!first || !tried || !other) throw new Error('no code');
  const { body: tokens } = await party.redeem(first.code, first.verifier);

  await breakStore(tried.code);
  const notReady = stopsServing ? waitForReadiness(server, 503) : Promise.resolve(0);
  const refused = await answersInTime(t, 'a code', () => party.redeem(tried.code, tried.verifier));
  if (stopsServing) {
    t.equal(refused.status, 503);
    t.match(refused.body, { error: 'temporarily_unavailable' });
    const ms = await notReady;
    t.ok(ms <= readinessLimitMs, `not ready after ${Math.round(ms)} ms`);
    const page = await browser.request(party.authorizationUrl(newVerifier()));
    t.match(page, { status: 503, body: /<html/ }, 'a page as well');
    await everyEndpoint(t, { server, party, browser, tokens }, isFull);
  } else {
    t.ok([200, 503].includes(refused.status));
  }
  for (const path of ['/livez', '/.well-known/openid-configuration', '/oauth/jwks']) {
    t.equal((await fetch(server.issuer + path)).status, 200, `${path} answers all the while`);
  }

  await repair();
  const { result: retried, ms: recoveryMs } = await measure(async () => {
    await waitForReadiness(server, 200);
    return retryWhileUnavailable(() => party.redeem(other.code, other.verifier));
  });
  t.equal(retried.status, 200);
  t.ok(recoveryMs <= recoveryLimitMs, `ready and at work again after ${Math.round(recoveryMs)} ms`);
  if (refused.status === 503) {
    const again = await retryWhileUnavailable(() => party.redeem(tried.code, tried.verifier));
    t.equal(again.status, 200, 'the code that was tried in vain is still good');
  }
  for (const { code, verifier } of untouched) {
    t.equal(
      (await retryWhileUnavailable(() => party.redeem(code, verifier))).status,
      200,
      'no code was lost',
    );
  }
};

/** Retries a request while it is answered 503. */
export const retryWhileUnavailable = async (ask: () => Promise<HttpResponse>): Promise<HttpResponse> => {
  for (let tries = 0; tries < 50; tries++) {
    const answer = await ask();
    if (answer.status !== 503) return answer;
    await sleep(100);
  }
  throw new Error('unavailable for too long');
};
