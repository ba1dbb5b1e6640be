import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import t from 'tap';
import {
  Browser,
  codeFor,
  RelyingParty,
  redirectUri,
  startFleet,
  usualConfig,
} from '../support/setup/index.ts';
import { startSecurityTest, threeClients } from './security-test.ts';

const text = (value: unknown): string => String(value);

t.test('a code used twice at the same moment revokes its grant, and an event reports it', async (t) => {
  const { app, events } = await startSecurityTest(t);
  const { code, verifier } = await codeFor(app, new Browser());
  const before = events.length;
  const answers = await Promise.all(Array.from({ length: 8 }, () => app.redeem(code, verifier)));
  const won = answers.filter(({ status }) => status === 200);
  t.equal(won.length, 1);
  const recorded = events.slice(before);
  t.equal(recorded.filter(({ type }) => type === 'token.refused').length, 7, 'each loser once');
  t.match(
    recorded.filter(({ type }) => type === 'grant.revoked')[0],
    { outcome: 'ok', client: 'app', correlation: String },
    'and the end of the grant',
  );
  t.equal((await app.refresh(text(won[0]?.body['refresh_token']))).status, 400);
});

t.test("a refresh token whose successor was used can't be refreshed again (RFC 9700 §4.14.2)", async (t) => {
  const { spa, events } = await startSecurityTest(t, {
    ...threeClients,
    tokens: { refresh_reuse_window: 60 },
  });
  const { code, verifier } = await codeFor(spa, new Browser());
  const a = text((await spa.redeem(code, verifier)).body['refresh_token']);
  const b = text((await spa.refresh(a)).body['refresh_token']);
  t.equal((await spa.refresh(a)).body['refresh_token'], b, 'an answer that was lost is given again');
  const c = text((await spa.refresh(b)).body['refresh_token']);
  t.equal((await spa.refresh(b)).body['refresh_token'], c, 'that of the successor as well');

  const before = events.length;
  t.match(await spa.refresh(a), { status: 400, body: { error: 'invalid_grant' } }, 'within the window');
  t.match(
    events.slice(before).map(({ type, client }) => [type, client]),
    [
      ['grant.revoked', 'spa'],
      ['token.refused', 'spa'],
    ],
  );
  for (const token of [b, c]) {
    t.match(
      await spa.refresh(token),
      { status: 400, body: { error: 'invalid_grant' } },
      'the family is gone',
    );
  }
});

t.test('every process detects a reuse, whatever happens in between (RFC 9700 §4.14.2)', async (t) => {
  const folder = await mkdtemp(join(tmpdir(), 'postern-reuse-'));
  t.teardown(() => rm(folder, { recursive: true, force: true }));
  const fleet = await startFleet(t, {
    store: `sqlite:${join(folder, 'store.db')}`,
    count: 2,
    config: {
      ...usualConfig,
      clients: [
        {
          client_id: 'spa',
          token_endpoint_auth_method: 'none',
          redirect_uris: [redirectUri],
          grant_types: ['authorization_code', 'refresh_token'],
          first_party: true,
        },
      ],
      tokens: { refresh_reuse_window: 60 },
    },
  });
  const parties = fleet.members.map(({ url }) => new RelyingParty(url, 'spa', ''));
  const [one = parties[0], other = one] = parties;
  if (!one || !other) throw new Error('a fleet of two');
  const browser = new Browser();
  let reused = 0;
  for (let round = 0; round < 8; round += 1) {
    const { code, verifier } = await codeFor(one, browser);
    const a = text((await one.redeem(code, verifier)).body['refresh_token']);
    const b = text((await other.refresh(a)).body['refresh_token']);
    const [used, ...again] = await Promise.all([
      one.refresh(b),
      ...Array.from({ length: 6 }, (_, at) => (at % 2 === 0 ? one : other).refresh(a)),
    ]);
    t.equal(used?.status, 200, 'the successor is good once');
    const c = text(used?.body['refresh_token']);
    for (const { status, body } of again) {
      t.ok(status === 400 || body['refresh_token'] === b, 'the successor of then, or nothing');
    }
    const seen = again.some(({ status }) => status === 400);
    if (seen) reused += 1;
    else t.equal((await other.refresh(a)).status, 400, 'at the latest now');
    t.equal((await other.refresh(c)).status, 400, 'and the family is gone');
  }
  t.comment(`${reused} of 8 seen at once`);
});
