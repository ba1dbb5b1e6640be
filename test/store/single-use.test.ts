import { randomUUID } from 'node:crypto';
import { exportJWK, generateKeyPair, SignJWT } from 'jose';
import t, { type Test } from 'tap';
import { Browser, formOf, type Page } from '../support/browser.ts';
import { type Fleet, startFleet } from '../support/fleet.ts';
import { ensureRedis, freshPrefix } from '../support/redis.ts';
import { startCluster } from '../support/redis-cluster.ts';
import {
  answerIn,
  codeFor,
  newVerifier,
  password,
  RelyingParty,
  redirectUri,
  usual,
} from '../support/relying-party.ts';

const crowd = 200;

const assertionKeys = await generateKeyPair('ES256', { extractable: true });
const proofKeys = await generateKeyPair('ES256', { extractable: true });

const clients = Array.from({ length: 10 }, (_, at) => ({
  client_id: `app-${at}`,
  token_endpoint_auth_method: 'none',
  redirect_uris: [redirectUri],
  first_party: true,
}));

const config = {
  accounts: usual.accounts,
  clients: [
    ...usual.clients,
    ...clients,
    {
      client_id: 'signer',
      token_endpoint_auth_method: 'private_key_jwt',
      grant_types: ['client_credentials'],
      redirect_uris: [],
      response_types: [],
      jwks: { keys: [{ ...(await exportJWK(assertionKeys.publicKey)), alg: 'ES256', use: 'sig', kid: 'a' }] },
    },
  ],
  tokens: { refresh_reuse_window: 0 },
  // The crowd is the point here.
  security: { throttle: { failed_authentication_per_client: 0 } },
};

/** The same request to every process of the fleet in turn, all at once. */
const atOnce = <T>(fleet: Fleet, ask: (url: string) => Promise<T>): Promise<T[]> =>
  Promise.all(
    Array.from({ length: crowd }, (_, at) =>
      ask(fleet.members[at % fleet.members.length]?.url ?? fleet.issuer),
    ),
  );

const elsewhere = (url: string, fleet: Fleet, member: string): string => url.replace(fleet.issuer, member);

const one = (
  t: Test,
  answers: readonly { status: number; body: Record<string, unknown> }[],
  error: string | string[],
  what: string,
) => {
  const won = answers.filter(({ status }) => status === 200);
  const refused = answers.filter(({ body }) => [error].flat().includes(String(body['error'])));
  t.equal(won.length, 1, `${what}: one`);
  t.equal(refused.length, crowd - 1, `${what}: every other refused`);
  if (won.length + refused.length !== crowd) {
    t.comment(
      [...new Set(answers.map(({ status, body }) => `${status} ${JSON.stringify(body)}`.slice(0, 200)))].join(
        '\n',
      ),
    );
  }
};

const singleUse = async (t: Test, store: string, prefix?: string): Promise<void> => {
  const fleet = await startFleet({ store, count: 3, config, ...(prefix && { prefix }) });
  t.teardown(() => fleet.close());
  const party = (url: string) => new RelyingParty(url);
  const browser = new Browser();

  const { code, verifier } = await codeFor(party(fleet.issuer), browser);
  one(t, await atOnce(fleet, (url) => party(url).redeem(code, verifier)), 'invalid_grant', 'a code');

  const again = await codeFor(party(fleet.issuer), browser);
  const tokens = await party(fleet.issuer).redeem(again.code, again.verifier);
  const refresh = String(tokens.body['refresh_token']);
  one(t, await atOnce(fleet, (url) => party(url).refresh(refresh)), 'invalid_grant', 'a refresh token');

  const pushed = await party(fleet.issuer).post(
    '/oauth/par',
    Object.fromEntries(new URL(party(fleet.issuer).authorizationUrl(newVerifier())).searchParams),
  );
  const query = new URLSearchParams({ client_id: 'app', request_uri: String(pushed.body['request_uri']) });
  const pages = await atOnce(fleet, (url) => browser.request(`${url}/oauth/authorize?${query}`));
  const codes = (pages: readonly Page[]) =>
    new Set(pages.flatMap((page) => (page.status === 303 ? (answerIn(page).get('code') ?? []) : [])));
  t.equal(codes(pages).size, 1, 'a pushed request: one code');

  const fresh = new Browser();
  const login = await fresh.open(party(fleet.issuer).authorizationUrl(newVerifier()));
  const form = formOf(login.body);
  const posted = await fresh.request(new URL(form.action, login.url).href, {
    method: 'POST',
    body: new URLSearchParams({ ...form.hidden, login: 'ada', password }),
    headers: { origin: fleet.issuer },
  });
  const resume = posted.headers.get('location') ?? '';
  t.match(resume, '/oauth/authorize/');
  const cookies = [...fresh.cookies].map(([key, { value }]) => `${key.split(';')[0]}=${value}`).join('; ');
  const resumed = await atOnce(fleet, async (url): Promise<Page> => {
    const response = await fetch(elsewhere(resume, fleet, url), {
      redirect: 'manual',
      headers: { cookie: cookies },
    });
    return { status: response.status, url, headers: response.headers, body: await response.text() };
  });
  t.equal(codes(resumed).size, 1, 'the resume of an interaction: one code');

  const jti = randomUUID();
  const assertion = await new SignJWT({ jti })
    .setProtectedHeader({ alg: 'ES256', kid: 'a' })
    .setIssuer('signer')
    .setSubject('signer')
    .setAudience(fleet.issuer)
    .setIssuedAt()
    .setExpirationTime('1m')
    .sign(assertionKeys.privateKey);
  const asserted = await atOnce(fleet, (url) =>
    new RelyingParty(url, 'signer', '').post('/oauth/token', {
      grant_type: 'client_credentials',
      client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
      client_assertion: assertion,
    }),
  );
  one(t, asserted, 'invalid_client', 'an assertion');

  const proof = await new SignJWT({ jti: randomUUID(), htm: 'POST', htu: `${fleet.issuer}/oauth/token` })
    .setProtectedHeader({ alg: 'ES256', typ: 'dpop+jwt', jwk: await exportJWK(proofKeys.publicKey) })
    .setIssuedAt()
    .sign(proofKeys.privateKey);
  const proven = await atOnce(fleet, (url) =>
    party(url).post('/oauth/token', { grant_type: 'client_credentials' }, { dpop: proof }),
  );
  one(t, proven, ['invalid_dpop_proof', 'invalid_grant'], 'a DPoP proof');

  const authorized = await Promise.all(
    clients.map(async ({ client_id }, at) => {
      const verifier = newVerifier();
      const url = fleet.members[at % 3]?.url ?? '';
      const asked = new RelyingParty(fleet.issuer, client_id, '').authorizationUrl(verifier);
      const page = await browser.request(elsewhere(asked, fleet, url));
      return new RelyingParty(url, client_id, '').redeem(answerIn(page).get('code') ?? '', verifier);
    }),
  );
  t.same(
    authorized.map(({ status }) => status),
    clients.map(() => 200),
    'ten clients authorized side by side on one session: ten working codes',
  );
};

t.test('three servers over one SQLite file', (t) => singleUse(t, `sqlite:${t.testdir()}/store.db`));

t.test('three servers over one Redis', async (t) => {
  const redis = await ensureRedis();
  t.teardown(() => redis.close());
  await singleUse(t, redis.url, freshPrefix());
});

t.test('three servers over a cluster of six', async (t) => {
  const cluster = await startCluster();
  t.teardown(() => cluster.close());
  await singleUse(t, cluster.url, freshPrefix());
});
