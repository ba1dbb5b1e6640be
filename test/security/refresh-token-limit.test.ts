import t from 'tap';
import {
  Browser,
  codeFor,
  postForm,
  RelyingParty,
  redirectUri,
  startInProcess,
  usualConfig,
} from '../support/setup/index.ts';

/** Each refresh token stays in the store until it would expire, so that a second use is noticed (CWE-770). */

const limit = 12;

const { issuer, clock } = await startInProcess(t, {
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
  tokens: { refresh_reuse_window: 0 },
  security: {
    password: { memory_kib: 8192, passes: 1 },
    throttle: { refresh_token_per_account: limit },
  },
});

const party = new RelyingParty(issuer, 'spa', '');

const refresh = (refresh_token: string) =>
  postForm(`${issuer}/oauth/token`, { grant_type: 'refresh_token', refresh_token, client_id: 'spa' });

const signIn = async (nonce?: string): Promise<string> => {
  const { code, verifier } = await codeFor(party, new Browser(), {
    scope: 'openid offline_access',
    ...(nonce !== undefined && { nonce }),
  });
  const { body } = await party.redeem(code, verifier);
  return String(body.refresh_token);
};

t.test('one account gets a limited number of refresh tokens a minute', async (t) => {
  let token = await signIn();
  let answer = await refresh(token);
  let issued = 1;
  for (; answer.status === 200 && issued < 2 * limit; issued += 1) {
    token = String(answer.body.refresh_token);
    answer = await refresh(token);
  }
  t.equal(issued, limit);
  t.match(answer, { status: 429, body: { error: 'temporarily_unavailable' } });
  const wait = Number(answer.headers.get('retry-after'));
  t.ok(wait >= 1 && wait <= 60, `${wait}`);

  const { code, verifier } = await codeFor(party, new Browser(), { scope: 'openid offline_access' });
  t.equal((await party.redeem(code, verifier)).status, 429, 'also by a code');

  clock.advance(wait);
  t.equal((await party.redeem(code, verifier)).status, 200, 'a refusal uses up no code');
  t.equal((await refresh(token)).status, 200, 'and no refresh token');
  t.equal((await refresh(token)).status, 400, 'which still works once');
});

t.test('a token with a long nonce counts once per KiB', async (t) => {
  clock.advance(60);
  let token = await signIn('n'.repeat(3_800));
  let issued = 1;
  for (; issued < limit; issued += 1) {
    const { status, body } = await refresh(token);
    if (status !== 200) break;
    token = String(body.refresh_token);
  }
  t.equal(issued, 3);
});
