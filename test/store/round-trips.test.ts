import t from 'tap';
import { Browser } from '../support/browser.ts';
import { openHouse } from '../support/house.ts';
import { answerIn, codeFor, newVerifier, RelyingParty, usual } from '../support/relying-party.ts';

t.test('each operation takes no more trips to the store than it must', async (t) => {
  const trips: string[] = [];
  const house = await openHouse({
    config: { ...usual, keys: { algorithms: ['ES256', 'RS256'] } },
    observe: (operation) => {
      if (operation === 'read' || operation === 'commit' || operation === 'list' || operation === 'tally') {
        trips.push(operation);
      }
    },
  });
  t.teardown(() => house.close());
  const party = new RelyingParty(house.issuer);
  const browser = new Browser();
  const counted = async <T>(action: () => Promise<T>): Promise<{ result: T; trips: string[] }> => {
    trips.length = 0;
    const result = await action();
    return { result, trips: [...trips] };
  };
  await codeFor(party, browser);

  const verifier = newVerifier();
  const authorize = await counted(() => browser.request(party.authorizationUrl(verifier)));
  t.ok(answerIn(authorize.result).get('code'));
  t.strictSame(authorize.trips, ['read', 'read', 'commit'], 'authorize with a live session: 3');

  const offline = await codeFor(party, browser, { scope: 'openid offline_access', prompt: 'consent' });
  const redeemed = await counted(() => party.redeem(offline.code, offline.verifier));
  t.equal(redeemed.result.status, 200);
  t.strictSame(redeemed.trips, ['read', 'commit'], 'code to tokens: 2');

  const online = await codeFor(party, browser);
  const bound = await counted(() => party.redeem(online.code, online.verifier));
  t.equal(bound.result.status, 200);
  t.strictSame(bound.trips, ['read', 'read', 'commit'], 'code to tokens that live with the session: 3');

  const refreshed = await counted(() => party.refresh(String(redeemed.result.body['refresh_token'])));
  t.equal(refreshed.result.status, 200);
  t.strictSame(refreshed.trips, ['read', 'commit'], 'refresh with rotation: 2');

  const machine = await counted(() => party.post('/oauth/token', { grant_type: 'client_credentials' }));
  t.equal(machine.result.status, 200);
  t.strictSame(machine.trips, [], 'client credentials with a signed token: 0');

  const introspected = await counted(() =>
    party.post('/oauth/introspect', { token: String(refreshed.result.body['refresh_token']) }),
  );
  t.equal(introspected.result.body['active'], true);
  t.strictSame(introspected.trips, ['read'], 'introspection: 1');

  const pushed = await counted(() =>
    party.post('/oauth/par', Object.fromEntries(new URL(party.authorizationUrl(verifier)).searchParams)),
  );
  t.equal(pushed.result.status, 201);
  t.strictSame(pushed.trips, ['commit'], 'a pushed request: 1');
});
