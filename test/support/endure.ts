import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Test } from 'tap';
import { Browser } from './browser.ts';
import type { House } from './house.ts';
import { waitFor } from './patience.ts';
import { type Answer, codeFor, newVerifier, RelyingParty } from './relying-party.ts';

/** The bounds that operators are promised, in milliseconds. */
const answerWithin = 3000;
export const readinessFlipsWithin = 2000;
export const backWithin = 5000;

/** How long this process could have run while others had the cores, as Linux counts it. */
const heldUp = (): number => {
  try {
    const [, nanoseconds] = readFileSync('/proc/self/schedstat', 'utf8').split(' ');
    return Number(nanoseconds) / 1e6;
  } catch {
    return 0;
  }
};

/** Without what a busy machine adds: that is no promise of ours. */
const timed = async <T>(action: () => Promise<T>): Promise<{ result: T; ms: number }> => {
  const [start, held] = [performance.now(), heldUp()];
  const result = await action();
  return { result, ms: performance.now() - start - (heldUp() - held) };
};

/** Until `/readyz` has that status; how long it took. */
export const readyIs = async (house: House, status: number): Promise<number> => {
  const { ms } = await timed(() =>
    waitFor(`/readyz to be ${status}`, async () => {
      const answer = await fetch(`${house.issuer}/readyz`);
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

/** In time, no fault, and whoever is sent away learns when to come back. */
export const bounded = async <T extends Answered>(
  t: Test,
  what: string,
  ask: () => Promise<T>,
): Promise<T> => {
  const { result, ms } = await timed(ask);
  t.ok(ms <= answerWithin, `${what}: answered after ${Math.round(ms)} ms`);
  t.ok(result.status < 500 || result.status === 503, `${what}: ${result.status}`);
  const wait = result.headers.get('retry-after');
  if (result.status === 503) t.match(wait, /^[123]$/, `${what}: to come back after ${wait} s`);
  return result;
};

interface Scene {
  readonly house: House;
  readonly party: RelyingParty;
  readonly browser: Browser;
  readonly tokens: Answer['body'];
}

/** All that people and clients may ask for, at once. */
const everyDoor = async (t: Test, { house, party, browser, tokens }: Scene): Promise<void> => {
  const bearer = { authorization: `Bearer ${tokens['access_token']}` };
  const verifier = newVerifier();
  const pushed = Object.fromEntries(new URL(party.authorizationUrl(verifier)).searchParams);
  const json = { authorization_code: 'x'.repeat(43) };
  const doors: Readonly<Record<string, () => Promise<Answered>>> = {
    'a refresh': () => party.refresh(String(tokens['refresh_token'])),
    'client credentials': () => party.post('/oauth/token', { grant_type: 'client_credentials' }),
    introspection: () => party.post('/oauth/introspect', { token: String(tokens['access_token']) }),
    revocation: () => party.post('/oauth/revoke', { token: 'x'.repeat(43) }),
    'a pushed request': () => party.post('/oauth/par', pushed),
    userinfo: () => fetch(`${house.issuer}/userinfo`, { headers: bearer }),
    'the JSON door': () =>
      fetch(`${house.issuer}/api/v1/tokens`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(json),
      }),
    'a page': () => browser.request(party.authorizationUrl(verifier)),
    'a sign-in': () => new Browser().request(party.authorizationUrl(verifier, { prompt: 'login' })),
  };
  await Promise.all(Object.entries(doors).map(([what, ask]) => bounded(t, what, ask)));
};

interface Trouble {
  /** Told of the code that is tried meanwhile. */
  readonly harm: (code: string) => Promise<void> | void;
  readonly mend: () => Promise<void> | void;
  /** False: others are served all the while. */
  readonly stops?: boolean;
}

/** In trouble: nothing hangs, nothing is a 500, what needs no store still answers. Back: the codes are still good. */
export const endures = async (
  t: Test,
  house: House,
  { harm, mend, stops = true }: Trouble,
): Promise<void> => {
  const party = new RelyingParty(house.issuer);
  const browser = new Browser();
  const codes = [];
  for (let at = 0; at < 7; at++) codes.push(await codeFor(party, browser));
  const [first, tried, other, ...untouched] = codes;
  if (!first || !tried || !other) throw new Error('no code');
  const { body: tokens } = await party.redeem(first.code, first.verifier);

  await harm(tried.code);
  const flipped = stops ? readyIs(house, 503) : Promise.resolve(0);
  const refused = await bounded(t, 'a code', () => party.redeem(tried.code, tried.verifier));
  if (stops) {
    t.equal(refused.status, 503);
    t.match(refused.body, { error: 'temporarily_unavailable' });
    const ms = await flipped;
    t.ok(ms <= readinessFlipsWithin, `not ready after ${Math.round(ms)} ms`);
    const page = await browser.request(party.authorizationUrl(newVerifier()));
    t.match(page, { status: 503, body: /<html/ }, 'a page as well');
    await everyDoor(t, { house, party, browser, tokens });
  } else {
    t.ok([200, 503].includes(refused.status));
  }
  for (const path of ['/livez', '/.well-known/openid-configuration', '/oauth/jwks']) {
    t.equal((await fetch(house.issuer + path)).status, 200, `${path} answers all the while`);
  }

  await mend();
  const { result: retried, ms: back } = await timed(async () => {
    await readyIs(house, 200);
    return settled(() => party.redeem(other.code, other.verifier));
  });
  t.equal(retried.status, 200);
  t.ok(back <= backWithin, `ready and at work again after ${Math.round(back)} ms`);
  if (refused.status === 503) {
    const again = await settled(() => party.redeem(tried.code, tried.verifier));
    t.equal(again.status, 200, 'the code that was tried in vain is still good');
  }
  for (const { code, verifier } of untouched) {
    t.equal((await settled(() => party.redeem(code, verifier))).status, 200, 'no code was lost');
  }
};

/** A client that is told to come back does. */
export const settled = async (ask: () => Promise<Answer>): Promise<Answer> => {
  for (let tries = 0; tries < 50; tries++) {
    const answer = await ask();
    if (answer.status !== 503) return answer;
    await sleep(100);
  }
  throw new Error('unavailable for too long');
};
