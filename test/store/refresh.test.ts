import t, { type Test } from 'tap';
import { modelKey } from '#src/provider/storage/ids.ts';
import { assertEach } from '../support/assert-each.ts';
import {
  Browser,
  codeFor,
  RelyingParty,
  redirectUri,
  startInProcess,
  usualConfig,
} from '../support/setup/index.ts';

// Fails without src/provider/overrides/generate-token-id.ts.

const config = {
  ...usualConfig,
  clients: [
    ...usualConfig.clients,
    {
      client_id: 'spa',
      token_endpoint_auth_method: 'none',
      redirect_uris: [redirectUri],
      grant_types: ['authorization_code', 'refresh_token'],
      first_party: true,
    },
  ],
};

const openAt = async (t: Test, over: object = {}) => {
  let ahead = 0;
  const clock = { now: () => Date.now() + ahead };
  const server = await startInProcess(t, { ...config, ...over }, { clock });
  return {
    server,
    pass: (seconds: number) => {
      ahead += seconds * 1000;
    },
  };
};

t.test(
  'a refresh token used again within the window has the same successor (RFC 9700 §4.14.2)',
  async (t) => {
    const { server, pass } = await openAt(t, { tokens: { refresh_reuse_window: 60 } });
    const party = new RelyingParty(server.issuer, 'spa', '');
    const { code, verifier } = await codeFor(party, new Browser());
    const first = String((await party.redeem(code, verifier)).body['refresh_token']);

    const together = await Promise.all(Array.from({ length: 50 }, () => party.refresh(first)));
    assertEach(t, together, ({ status }) => status === 200, 'many retries are answered');
    const successors = new Set(together.map(({ body }) => body['refresh_token']));
    t.equal(successors.size, 1, 'with one successor');
    const [second = ''] = [...successors].map(String);
    t.not(second, first);
    const key = modelKey('RefreshToken', second);
    const stored = async () => key && server.store.read([key]);
    const before = await stored();

    pass(40);
    const late = await party.refresh(first);
    t.equal(late.body['refresh_token'], second, 'forty seconds later still');
    t.strictSame(await stored(), before, 'which lives no longer for it');
    const third = await party.refresh(second);
    t.equal(third.status, 200, 'and the successor works');

    pass(25);
    t.match(
      await party.refresh(first),
      { status: 400, body: { error: 'invalid_grant' } },
      'after the window it is a reuse',
    );
    t.match(
      await party.refresh(String(third.body['refresh_token'])),
      { status: 400, body: { error: 'invalid_grant' } },
      'which takes the whole family along',
    );
  },
);

t.test('after the window a used refresh token is a reuse, also when its successor is unused', async (t) => {
  const { server, pass } = await openAt(t, { tokens: { refresh_reuse_window: 60 } });
  const party = new RelyingParty(server.issuer, 'spa', '');
  const { code, verifier } = await codeFor(party, new Browser());
  const first = String((await party.redeem(code, verifier)).body['refresh_token']);
  const { body } = await party.refresh(first);
  pass(61);
  t.match(await party.refresh(first), { status: 400, body: { error: 'invalid_grant' } });
  t.match(await party.refresh(String(body['refresh_token'])), { status: 400 }, 'its family is revoked');
});

t.test('a refresh that is refused for another reason consumes nothing', async (t) => {
  const { server } = await openAt(t, { tokens: { refresh_reuse_window: 0 } });
  const party = new RelyingParty(server.issuer, 'spa', '');
  const { code, verifier } = await codeFor(party, new Browser());
  const token = String((await party.redeem(code, verifier)).body['refresh_token']);
  t.match(await party.refresh(token, { scope: 'openid address' }), {
    status: 400,
    body: { error: 'invalid_scope' },
  });
  t.match(await party.refresh(token, { resource: 'https://unknown.example' }), { status: 400 });
  t.equal((await party.refresh(token)).status, 200);
});

t.test('a code that is refused for a wrong verifier is still good (RFC 7636 §4.6)', async (t) => {
  const { server } = await openAt(t);
  const party = new RelyingParty(server.issuer, 'spa', '');
  const { code, verifier } = await codeFor(party, new Browser());
  t.match(await party.redeem(code, 'x'.repeat(43)), { status: 400, body: { error: 'invalid_grant' } });
  t.match(await party.redeem(code, verifier, { redirect_uri: `${redirectUri}x` }), { status: 400 });
  t.equal((await party.redeem(code, verifier)).status, 200);
});

t.test('a grant lives on as long as its tokens are refreshed', async (t) => {
  const { server, pass } = await openAt(t, {
    tokens: { refresh_token_ttl: 100, grant_ttl: 100, session_ttl: 1000, access_token_ttl: 60 },
  });
  const party = new RelyingParty(server.issuer);
  const { code, verifier } = await codeFor(party, new Browser());
  let token = String((await party.redeem(code, verifier)).body['refresh_token']);
  for (let round = 0; round < 3; round++) {
    pass(80);
    const answer = await party.refresh(token);
    t.equal(answer.status, 200, `after ${(round + 1) * 80} seconds`);
    token = String(answer.body['refresh_token']);
  }
});

t.test('an access token ends with its grant at the latest, also one of a late refresh', async (t) => {
  const lifetimes = {
    refresh_token_ttl: 600,
    grant_ttl: 60,
    access_token_ttl: 86_400,
    session_ttl: 1_000_000,
  };
  const server = await startInProcess(t, { ...config, tokens: lifetimes });
  const pass = server.clock.advance;
  const party = new RelyingParty(server.issuer);
  const { code, verifier } = await codeFor(party, new Browser());
  let { body } = await party.redeem(code, verifier);
  const tokens = [String(body['access_token'])];
  // Refresh tokens that are rotated just before they end outlive the first lifetime of the grant.
  for (let round = 0; round < 160; round++) {
    pass(590);
    const answer = await party.refresh(String(body['refresh_token']));
    if (answer.status !== 200) t.fail(`round ${round}: ${answer.body['error_description']}`);
    ({ body } = answer);
    if (round > 150) tokens.push(String(body['access_token']));
  }
  t.equal(body['expires_in'], 86_400, 'the grant lasts for it');
  pass(86_300);
  const states = await Promise.all(
    tokens.map(async (token) => (await party.post('/oauth/introspect', { token })).body['active']),
  );
  t.equal(states[0], false);
  t.equal(states.at(-1), true, 'and can be introspected until it ends');
  await party.post('/oauth/revoke', { token: tokens.at(-1) ?? '' });
  const { body: revoked } = await party.post('/oauth/introspect', { token: tokens.at(-1) ?? '' });
  t.equal(revoked['active'], false, 'and revoked');
});

t.test('a token of a grant that ends sooner says so', async (t) => {
  const lifetimes = { refresh_token_ttl: 60, grant_ttl: 60, access_token_ttl: 3600, session_ttl: 1_000_000 };
  const server = await startInProcess(t, { ...config, tokens: lifetimes });
  const pass = server.clock.advance;
  const party = new RelyingParty(server.issuer);
  const browser = new Browser();
  await codeFor(party, browser);
  // The grant of the session began two hours ago and lives for 7260 seconds.
  pass(7200);
  const { code, verifier } = await codeFor(party, browser);
  const { body } = await party.redeem(code, verifier);
  t.ok(Number(body['expires_in']) <= 60, `${body['expires_in']}`);
});
