import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import t from 'tap';
import { checkHistory } from '../support/history/check.ts';
import type { Event } from '../support/history/log.ts';
import { historyIsConsistent } from '../support/history/run.ts';
import type { FamilyState, FinalState } from '../support/history/state.ts';
import { ensureRedis, freshPrefix } from '../support/redis.ts';

t.test('workers killed at random over one SQLite file leave a consistent history', async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'postern-history-store-'));
  t.teardown(() => rmSync(folder, { recursive: true, force: true }));
  await historyIsConsistent(t, { url: `sqlite:${join(folder, 'store.db')}` });
});

t.test('workers killed at random over one Redis leave a consistent history', async (t) => {
  const redis = await ensureRedis();
  t.teardown(redis.close);
  await historyIsConsistent(t, { url: redis.url, prefix: freshPrefix() });
});

t.test('the checker detects each kind of inconsistency', (t) => {
  const event = (mark: number, action: Event['action'], more: Partial<Event> = {}): Event => ({
    mark,
    action,
    about: action === 'merge' ? 's' : 'f',
    outcome: 'ok',
    from: mark * 10,
    until: mark * 10 + 5,
    ...more,
  });
  const family: FamilyState = {
    issued: true,
    revoked: false,
    code: true,
    codeConsumedBy: 2,
    token: 2,
    refresh: [
      { by: 2, consumedBy: 3 },
      { by: 3, consumedBy: undefined },
    ],
  };
  const events = [event(1, 'issue'), event(2, 'redeem'), event(3, 'refresh', { turn: 0 }), event(4, 'merge')];
  const state = (changes: Partial<FamilyState> = {}, rest: Partial<FinalState> = {}): FinalState => ({
    families: new Map([['f', { ...family, ...changes }]]),
    logins: new Set([2]),
    listedTokens: [2],
    merged: new Map([['s', new Set([4])]]),
    ...rest,
  });
  const faults = (more: readonly Event[], end: FinalState = state()): string =>
    checkHistory([...events, ...more], end).join('; ');

  t.equal(faults([]), '');
  t.equal(
    faults([event(5, 'redeem', { outcome: 'consumed' }), event(6, 'issue', { outcome: 'exists' })]),
    '',
  );
  t.equal(faults([event(5, 'redeem', { outcome: 'lost', until: Infinity })]), '');
  t.match(faults([event(5, 'redeem')]), /code was won 2 times/);
  t.match(faults([event(5, 'refresh', { turn: 0 })]), /refresh token 0 was won 2 times/);
  t.match(
    faults([], state({ token: undefined, refresh: [] }, { listedTokens: [] })),
    /its product is of undefined/,
  );
  t.match(faults([], state({ codeConsumedBy: undefined })), /was consumed by undefined/);
  t.match(
    faults([], state({ codeConsumedBy: 9, token: 9 }, { listedTokens: [9] })),
    /consumed by an unknown attempt/,
  );
  t.match(faults([], state({ issued: false })), /acknowledged issue was lost/);
  t.match(faults([], state({ refresh: [{ by: 7, consumedBy: undefined }] })), /of two redemptions/);
  t.match(
    faults([], state({ refresh: [{ by: 2, consumedBy: undefined }] })),
    /refresh token 0 forgot its winner/,
  );
  t.match(faults([], state({}, { merged: new Map() })), /acknowledged merge was lost/);
  t.match(faults([], state({}, { logins: new Set() })), /no login in its other family/);
  t.match(faults([], state({}, { listedTokens: [] })), /index of tokens lacks 2/);
  t.match(faults([event(5, 'revoke')]), /acknowledged revocation was lost/);
  t.match(faults([event(5, 'redeem', { outcome: 'absent' })]), /missed a code that had been issued/);
  t.match(faults([event(5, 'look', { found: false })]), /look missed a code/);
  t.match(
    faults([event(0, 'redeem', { outcome: 'consumed' })]),
    /refused as consumed before any attempt could have consumed it/,
  );
  const ended = state(
    { revoked: true, code: false, codeConsumedBy: undefined, token: undefined, refresh: [] },
    { listedTokens: [] },
  );
  t.equal(faults([event(5, 'revoke')], ended), '');
  t.match(
    faults([event(5, 'revoke'), event(6, 'look', { found: true })], ended),
    /found what had been revoked/,
  );
  const unavailable = [event(1, 'issue'), event(2, 'redeem', { outcome: 'unavailable' })];
  t.match(
    checkHistory(unavailable, state({ refresh: [{ by: 2, consumedBy: undefined }] })).join(),
    /ended as unavailable/,
  );
  t.end();
});
