import t from 'tap';
import { ensureRedis, freshPrefix } from '../support/redis.ts';
import {
  Browser,
  codeFor,
  newVerifier,
  password,
  RelyingParty,
  redirectParameters,
  secret,
  startInProcess,
  usualConfig,
} from '../support/setup/index.ts';

t.test('each operation takes the minimum of round trips to the store', async (t) => {
  const roundTrips: string[] = [];
  const server = await startInProcess(
    t,
    { ...usualConfig, keys: { algorithms: ['ES256', 'RS256'] } },
    {
      observe: (operation) => {
        if (operation === 'read' || operation === 'commit' || operation === 'list' || operation === 'tally') {
          roundTrips.push(operation);
        }
      },
    },
  );
  const party = new RelyingParty(server.issuer);
  const browser = new Browser();
  const counted = async <T>(action: () => Promise<T>): Promise<{ result: T; roundTrips: string[] }> => {
    roundTrips.length = 0;
    const result = await action();
    return { result, roundTrips: [...roundTrips] };
  };
  await codeFor(party, browser);

  const verifier = newVerifier();
  const authorize = await counted(() => browser.request(party.authorizationUrl(verifier)));
  t.ok(redirectParameters(authorize.result).get('code'));
  t.strictSame(authorize.roundTrips, ['read', 'read', 'commit'], 'authorize with a live session: 3');

  const offline = await codeFor(party, browser, { scope: 'openid offline_access', prompt: 'consent' });
  const redeemed = await counted(() => party.redeem(offline.code, offline.verifier));
  t.equal(redeemed.result.status, 200);
  t.strictSame(redeemed.roundTrips, ['read', 'commit'], 'code to tokens: 2');

  const online = await codeFor(party, browser);
  const bound = await counted(() => party.redeem(online.code, online.verifier));
  t.equal(bound.result.status, 200);
  t.strictSame(bound.roundTrips, ['read', 'read', 'commit'], 'code to tokens that live with the session: 3');

  const refreshed = await counted(() => party.refresh(String(redeemed.result.body['refresh_token'])));
  t.equal(refreshed.result.status, 200);
  t.strictSame(refreshed.roundTrips, ['read', 'commit'], 'refresh with rotation: 2');

  const machine = await counted(() => party.post('/oauth/token', { grant_type: 'client_credentials' }));
  t.equal(machine.result.status, 200);
  t.strictSame(machine.roundTrips, [], 'client credentials with a signed token: 0');

  const introspected = await counted(() =>
    party.post('/oauth/introspect', { token: String(refreshed.result.body['refresh_token']) }),
  );
  t.equal(introspected.result.body['active'], true);
  t.strictSame(introspected.roundTrips, ['read'], 'introspection: 1');

  const pushed = await counted(() =>
    party.post('/oauth/par', Object.fromEntries(new URL(party.authorizationUrl(verifier)).searchParams)),
  );
  t.equal(pushed.result.status, 201);
  t.strictSame(pushed.roundTrips, ['commit'], 'a pushed request: 1');
});

t.test("an account that isn't cached is read in the same round trip as the grant", async (t) => {
  const redis = await ensureRedis();
  t.teardown(() => redis.close());
  const roundTrips: { readonly operation: string; readonly start: number; readonly end: number }[] = [];
  let ahead = 0;
  const server = await startInProcess(
    t,
    { ...usualConfig, accounts: [], store: { url: redis.url, prefix: freshPrefix() } },
    {
      clock: { now: () => Date.now() + ahead },
      observe: (operation, took) => {
        const end = performance.now();
        if (operation === 'read' || operation === 'commit')
          roundTrips.push({ operation, start: end - took, end });
      },
    },
  );
  await server.app.services.accounts.add({ username: 'ada', password });
  const party = new RelyingParty(server.issuer);
  const browser = new Browser();
  await codeFor(party, browser);

  ahead += 60_000;
  roundTrips.length = 0;
  const response = await browser.request(party.authorizationUrl(newVerifier()));
  t.ok(redirectParameters(response).get('code'));
  t.strictSame(
    roundTrips.map(({ operation }) => operation),
    ['read', 'read', 'read', 'commit'],
  );
  const [session, one, other, commit] = roundTrips;
  t.ok(one && other && Math.max(one.start, other.start) < Math.min(one.end, other.end), 'at the same time');
  t.ok(session && one && session.end <= one.start && commit && commit.start >= one.end);
});

t.test(
  'the consent to a self-registered client is bound to what was shown without a round trip',
  async (t) => {
    const roundTrips: string[] = [];
    const redirect = { redirect_uri: 'https://notes.example.com/callback' };
    const server = await startInProcess(t, usualConfig, {
      observe: (operation) => roundTrips.push(operation),
    });
    await server.app.services.clients.register({
      metadata: { client_id: 'self', client_name: 'Self', redirect_uris: [redirect.redirect_uri] },
      secret: { value: secret },
    });
    const self = new RelyingParty(server.issuer, 'self');
    const browser = new Browser();
    await codeFor(self, browser, redirect);
    roundTrips.length = 0;
    const response = await browser.request(self.authorizationUrl(newVerifier(), redirect));
    t.ok(redirectParameters(response).get('code'));
    t.strictSame(
      roundTrips.filter((operation) => operation === 'read' || operation === 'commit'),
      ['read', 'read', 'commit'],
    );
  },
);
