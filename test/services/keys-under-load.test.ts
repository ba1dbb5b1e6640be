import { createLocalJWKSet, decodeProtectedHeader, type JSONWebKeySet, jwtVerify } from 'jose';
import t from 'tap';
import { ensureRedis, freshPrefix } from '../support/redis.ts';
import {
  Browser,
  codeFor,
  RelyingParty,
  runPostern,
  startFleet,
  usualConfig,
} from '../support/setup/index.ts';
import { waitFor } from '../support/wait-for.ts';

t.setTimeout(300_000);

const cacheSeconds = 1;
const rotations = 5;

/** A relying party that caches the key set as long as allowed. */
const cachingParty = (issuer: string) => {
  let read = 0;
  let verify: ReturnType<typeof createLocalJWKSet> | undefined;
  return async (token: string): Promise<void> => {
    if (!verify || Date.now() - read > cacheSeconds * 1000) {
      const answer = await fetch(`${issuer}/oauth/jwks`);
      const set: JSONWebKeySet = JSON.parse(await answer.text());
      read = Date.now();
      verify = createLocalJWKSet(set);
    }
    await jwtVerify(token, verify, { issuer });
  };
};

t.test('keys rotate five times under load on three servers, and no request fails', async (t) => {
  const redis = await ensureRedis();
  t.teardown(() => redis.close());
  const prefix = freshPrefix();
  const fleet = await startFleet(t, {
    store: redis.url,
    count: 3,
    prefix,
    config: {
      ...usualConfig,
      keys: { jwks_cache_seconds: cacheSeconds, rotate_every_days: 0 },
      security: { throttle: { refresh_token_per_account: 0 } },
    },
  });

  const rotate = async (): Promise<void> => {
    const { exit, err } = await runPostern(fleet.cwd, ['keys', 'rotate']);
    if (exit !== 0) throw new Error(`keys rotate ended with ${exit}: ${err}`);
  };

  let running = true;
  let requests = 0;
  const kids = new Set<string>();
  const failures: string[] = [];
  const check = async (what: string, asked: Promise<{ status: number; body: object }>): Promise<void> => {
    const { status, body } = await asked;
    requests++;
    if (status !== 200) failures.push(`${what}: ${status} ${JSON.stringify(body)}`);
  };
  const lifeOf = async (at: number): Promise<void> => {
    const verify = cachingParty(fleet.issuer);
    const browser = new Browser();
    const home = new RelyingParty(fleet.issuer);
    let asked = {};
    while (running) {
      const here = new RelyingParty(fleet.members[(at + requests) % 3]?.url ?? '');
      const { code, verifier } = await codeFor(home, browser, asked);
      // No page is shown from here on: the session outlives the keys that signed its cookie.
      asked = { prompt: 'none' };
      const tokens = await here.redeem(code, verifier);
      await check('exchange', Promise.resolve(tokens));
      for (const name of ['id_token', 'access_token']) {
        const token = String(tokens.body[name]);
        kids.add(String(decodeProtectedHeader(token).kid));
        await verify(token).catch((error) => failures.push(`${name}: ${error.message}`));
      }
      await check('refresh', here.refresh(String(tokens.body['refresh_token'])));
      const person = fetch(`${here.issuer}/userinfo`, {
        headers: { authorization: `Bearer ${tokens.body['access_token']}` },
      });
      await check(
        'userinfo',
        person.then(async (answer) => ({ status: answer.status, body: [await answer.text()] })),
      );
    }
  };
  const lives = [0, 1, 2, 3].map((at) => lifeOf(at).catch((error) => failures.push(String(error))));
  for (let round = 0; round < rotations; round++) {
    await rotate();
    await waitFor('the successors to sign', () => failures.length > 0 || kids.size >= 2 * (round + 2));
  }
  running = false;
  await Promise.all(lives);

  t.same(failures, [], `${requests} requests, none failed, every token verified`);
  t.ok(kids.size >= 2 * (rotations + 1), `${kids.size} keys signed`);
  const published: JSONWebKeySet = JSON.parse(await (await fetch(`${fleet.issuer}/oauth/jwks`)).text());
  for (const member of ['d', 'p', 'q', 'dp', 'dq', 'qi', 'k']) {
    t.notOk(
      published.keys.some((key) => member in key),
      `no ${member} in the key set`,
    );
  }
  // A busy machine may slow the store for a moment; the server reports it, and this test ignores it.
  const faults = fleet
    .log()
    .split('\n')
    .filter((line) => /"level":(50|60)/.test(line) && !line.includes('"StoreUnavailable"'));
  t.same(faults, [], 'and no fault in the log');
});
