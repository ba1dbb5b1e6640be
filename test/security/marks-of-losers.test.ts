import t, { type Test } from 'tap';
import { assertion, assertionType, newKey, proof } from '../support/proofs.ts';
import { ensureRedis, freshPrefix } from '../support/redis.ts';
import {
  Browser,
  codeFor,
  type HttpResponse,
  postForm,
  RelyingParty,
  redirectUri,
  startInProcess,
  type TestServer,
  usualConfig,
} from '../support/setup/index.ts';

// What a request used once stays used when another request wins the race for its code, token or proof.

const key = await newKey();
const grants = ['authorization_code', 'refresh_token', 'client_credentials'];
const person = { redirect_uris: [redirectUri], grant_types: grants, first_party: true };

const config = {
  accounts: usualConfig.accounts,
  clients: [
    {
      client_id: 'signer',
      token_endpoint_auth_method: 'private_key_jwt',
      jwks: { keys: [{ ...key.jwk, alg: 'ES256', use: 'sig', kid: 'a' }] },
      ...person,
    },
  ],
};

type Fields = Readonly<Record<string, string>>;

interface Attempt {
  readonly dpop: string;
  readonly assertion: string;
}

const four = <T>(make: (at: number) => Promise<T>): Promise<T[]> => Promise.all([0, 1, 2, 3].map(make));

const losersOf = (t: Test, answers: readonly HttpResponse[]): readonly number[] => {
  t.equal(answers.filter(({ status }) => status === 200).length, 1, 'one wins');
  return answers.flatMap(({ status }, at) => (status === 200 ? [] : [at]));
};

const lostRaces = async (t: Test, server: TestServer): Promise<void> => {
  const { issuer } = server;
  const endpoint = `${issuer}/oauth/token`;
  const browser = new Browser();
  const authenticatedBy = (signed: string): Fields => ({
    client_id: 'signer',
    client_assertion_type: assertionType,
    client_assertion: signed,
  });
  const byAssertion = (signed: string, fields: Fields, headers: Fields = {}): Promise<HttpResponse> =>
    postForm(endpoint, { ...authenticatedBy(signed), ...fields }, headers);
  const newCode = async (): Promise<Fields> => {
    const { code, verifier } = await codeFor(new RelyingParty(issuer, 'signer'), browser);
    return { grant_type: 'authorization_code', code, code_verifier: verifier, redirect_uri: redirectUri };
  };
  const newAssertion = (): Promise<string> => assertion(key, 'signer', issuer, {}, { kid: 'a' });
  const newAttempt = async (): Promise<Attempt> => ({
    dpop: await proof(key, endpoint),
    assertion: await newAssertion(),
  });
  const proofIsUsed = async (t: Test, dpop = ''): Promise<void> => {
    const answer = await byAssertion(await newAssertion(), await newCode(), { dpop });
    t.match(answer, { status: 400, body: { error: 'invalid_dpop_proof' } }, 'the proof is used');
  };
  const assertionIsUsed = async (t: Test, signed = ''): Promise<void> => {
    const answer = await byAssertion(signed, { grant_type: 'client_credentials' });
    t.match(answer, { status: 401, body: { error: 'invalid_client' } }, 'the assertion is used');
  };

  await t.test('four proofs and assertions for one code', async (t) => {
    const code = await newCode();
    const attempts = await four(newAttempt);
    const answers = await Promise.all(
      attempts.map(({ dpop, assertion: signed }) => byAssertion(signed, code, { dpop })),
    );
    for (const at of losersOf(t, answers)) {
      t.match(answers[at], { status: 400, body: { error: 'invalid_grant' } });
      await proofIsUsed(t, attempts[at]?.dpop);
      await assertionIsUsed(t, attempts[at]?.assertion);
    }
  });

  await t.test('four proofs and assertions for one refresh token', async (t) => {
    const { body } = await byAssertion(await newAssertion(), await newCode());
    const refresh = { grant_type: 'refresh_token', refresh_token: String(body['refresh_token']) };
    const attempts = await four(newAttempt);
    const answers = await Promise.all(
      attempts.map(({ dpop, assertion: signed }) => byAssertion(signed, refresh, { dpop })),
    );
    t.ok(
      answers.some(({ status }) => status === 200),
      'a retry may get the same answer',
    );
    for (const { dpop, assertion: signed } of attempts) {
      await proofIsUsed(t, dpop);
      await assertionIsUsed(t, signed);
    }
  });

  await t.test('four assertions with one proof', async (t) => {
    const attempts = await four(newAttempt);
    const dpop = await proof(key, endpoint);
    const answers = await Promise.all(
      attempts.map(({ assertion: signed }) =>
        byAssertion(signed, { grant_type: 'client_credentials' }, { dpop }),
      ),
    );
    for (const at of losersOf(t, answers)) {
      t.match(answers[at], { status: 400, body: { error: 'invalid_dpop_proof' } });
      await assertionIsUsed(t, attempts[at]?.assertion);
    }
  });

  await t.test('four proofs with one assertion', async (t) => {
    const attempts = await four(newAttempt);
    const signed = await newAssertion();
    const answers = await Promise.all(
      attempts.map(({ dpop }) => byAssertion(signed, { grant_type: 'client_credentials' }, { dpop })),
    );
    for (const at of losersOf(t, answers)) {
      t.match(answers[at], { status: 401, body: { error: 'invalid_client' } });
      await proofIsUsed(t, attempts[at]?.dpop);
    }
  });

  await t.test(
    'a replayed refresh token ends its grant even if its proof was replayed as well',
    async (t) => {
      const { body } = await byAssertion(await newAssertion(), await newCode());
      const refresh = async (token: unknown, dpop: string) =>
        byAssertion(
          await newAssertion(),
          { grant_type: 'refresh_token', refresh_token: String(token) },
          { dpop },
        );
      const dpop = await proof(key, endpoint);
      const second = await refresh(body['refresh_token'], dpop);
      const third = await refresh(second.body['refresh_token'], await proof(key, endpoint));
      t.strictSame([second.status, third.status], [200, 200]);
      const again = await refresh(body['refresh_token'], dpop);
      t.match(again, { status: 400, body: { error: 'invalid_dpop_proof' } });
      t.match(
        server.events.filter(({ type }) => type === 'grant.revoked').at(-1),
        { client: 'signer', correlation: String },
        'an event reports it',
      );
      const last = await refresh(third.body['refresh_token'], await proof(key, endpoint));
      t.match(last, { status: 400, body: { error: 'invalid_grant' } }, 'its tokens are revoked');
    },
  );
};

t.test('with the embedded store', async (t) => lostRaces(t, await startInProcess(t, config)));

t.test('with Redis', async (t) => {
  const redis = await ensureRedis();
  t.teardown(() => redis.close());
  const store = { url: redis.url, prefix: freshPrefix() };
  await lostRaces(t, await startInProcess(t, { ...config, store }));
});
