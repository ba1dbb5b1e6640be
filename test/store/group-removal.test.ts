import { setTimeout as sleep } from 'node:timers/promises';
import t from 'tap';
import { assertEach } from '../support/assert-each.ts';
import { ensureRedis, freshPrefix } from '../support/redis.ts';
import {
  Browser,
  codeFor,
  password,
  RelyingParty,
  runPostern,
  startFleet,
  usualConfig,
} from '../support/setup/index.ts';
import { readIdToken } from '../support/tokens.ts';

interface Attempt {
  /** When the request was sent. */
  readonly at: number;
  readonly answeredAt: number;
  readonly status: number;
  readonly error: unknown;
  readonly groups: unknown;
}

const chains = 15;
const refreshes = 500;
/** README and docs/accounts.md promise it. */
const boundMs = 5_000;

t.setTimeout(180_000);

t.test('a removed member gets no token, with 500 refreshes running on three processes', async (t) => {
  const redis = await ensureRedis();
  t.teardown(() => redis.close());
  const fleet = await startFleet(t, {
    store: redis.url,
    prefix: freshPrefix(),
    count: 3,
    config: {
      clients: [{ ...usualConfig.clients[0], allowed_groups: ['staff'] }],
      groups: [{ name: 'staff' }],
    },
  });
  const command = async (args: readonly string[], input = '') => {
    const { exit, err } = await runPostern(fleet.cwd, args, input);
    t.equal(exit, 0, err);
  };
  await command(['account', 'add', 'ada', '--permanent'], `${password}\n`);
  await command(['group', 'add-member', 'staff', 'ada']);

  const parties = fleet.members.map(({ url }) => new RelyingParty(url));
  const first = new RelyingParty(fleet.issuer);
  const browser = new Browser();
  const tokens: string[] = [];
  for (let n = 0; n < chains; n += 1) {
    const parameters = { scope: 'openid groups offline_access', prompt: 'consent' };
    const { code, verifier } = await codeFor(first, browser, parameters);
    tokens.push(String((await first.redeem(code, verifier)).body['refresh_token']));
  }

  const attempts: Attempt[] = [];
  let end = Number.POSITIVE_INFINITY;
  const run = async (start: string, chain: number): Promise<void> => {
    let token = start;
    for (let n = chain; Date.now() < end || attempts.length < refreshes; n += 1) {
      const party = parties[n % parties.length] ?? first;
      const at = Date.now();
      const response = await party.refresh(token);
      const { status, body } = response;
      const groups = status === 200 ? readIdToken(response)['groups'] : undefined;
      attempts.push({ at, answeredAt: Date.now(), status, error: body['error'], groups });
      if (status === 200) token = String(body['refresh_token']);
      await sleep(50);
    }
  };
  const running = Promise.all(tokens.map(run));
  while (attempts.length < 150) await sleep(20);
  const beforeAt = Date.now();
  await command(['group', 'remove-member', 'staff', 'ada']);
  const removedAt = Date.now();
  end = removedAt + boundMs + 2_000;
  await running;

  t.ok(attempts.length >= refreshes, `${attempts.length} refreshes`);
  const before = attempts.filter(({ answeredAt }) => answeredAt < beforeAt);
  assertEach(
    t,
    before,
    ({ status, groups }) => status === 200 && String(groups) === 'staff',
    'a member before',
  );
  const after = attempts.filter(({ at }) => at >= removedAt + boundMs);
  assertEach(t, after, ({ error }) => error === 'access_denied', 'no token after the bound');
  assertEach(
    t,
    attempts,
    ({ status, error }) => status === 200 || error === 'access_denied',
    'no request failed in another way',
  );
  const late = attempts.filter(({ at, status }) => at >= removedAt && status === 200).map(({ at }) => at);
  t.comment(`tokens until ${late.length === 0 ? 0 : Math.max(...late) - removedAt} ms after the removal`);
});
