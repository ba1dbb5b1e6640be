import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { exportJWK, generateKeyPair, SignJWT } from 'jose';
import t, { type Test } from 'tap';
import { ensureRedis, freshPrefix } from '../support/redis.ts';
import { startCluster } from '../support/redis-cluster.ts';
import {
  Browser,
  codeFor,
  type Fleet,
  formOf,
  newVerifier,
  type Page,
  password,
  RelyingParty,
  redirectParameters,
  redirectUri,
  startFleet,
  usualConfig,
} from '../support/setup/index.ts';

t.setTimeout(300_000);

const requestCount = 200;

const assertionKeys = await generateKeyPair('ES256', { extractable: true });
const proofKeys = await generateKeyPair('ES256', { extractable: true });

const clients = Array.from({ length: 10 }, (_, at) => ({
  client_id: `app-${at}`,
  token_endpoint_auth_method: 'none',
  redirect_uris: [redirectUri],
  first_party: true,
}));

const deviceGrant = 'urn:ietf:params:oauth:grant-type:device_code';

const config = {
  accounts: usualConfig.accounts,
  clients: [
    ...usualConfig.clients,
    ...clients,
    {
      client_id: 'tv',
      token_endpoint_auth_method: 'none',
      application_type: 'native',
      grant_types: [deviceGrant],
      response_types: [],
      first_party: true,
    },
    {
      client_id: 'signer',
      token_endpoint_auth_method: 'private_key_jwt',
      grant_types: ['client_credentials'],
      redirect_uris: [],
      response_types: [],
      jwks: { keys: [{ ...(await exportJWK(assertionKeys.publicKey)), alg: 'ES256', use: 'sig', kid: 'a' }] },
    },
  ],
  tokens: { refresh_reuse_window: 0, par_ttl: 5 },
  // These tests send many requests at once on purpose.
  security: { throttle: { failed_authentication_per_client: 0 } },
};

/** Sends the same request many times at once, spread over the processes of the fleet. */
const atOnce = <T>(fleet: Fleet, ask: (url: string) => Promise<T>): Promise<T[]> =>
  Promise.all(
    Array.from({ length: requestCount }, (_, at) =>
      ask(fleet.members[at % fleet.members.length]?.url ?? fleet.issuer),
    ),
  );

const elsewhere = (url: string, fleet: Fleet, member: string): string => url.replace(fleet.issuer, member);

interface Told {
  readonly status: number;
  readonly body: Readonly<Record<string, unknown>>;
}

/** The unexpected outcomes, for the failure message. */
const whatElse = (answers: readonly Told[]): string =>
  [...new Set(answers.map(({ status, body }) => `${status} ${JSON.stringify(body)}`.slice(0, 200)))].join(
    '\n',
  );

const oneWins = (t: Test, answers: readonly Told[], ...errors: readonly string[]): void => {
  const won = answers.filter(({ status }) => status === 200);
  const refused = answers.filter(({ body }) => errors.includes(String(body['error'])));
  t.equal(won.length, 1, 'one has its tokens');
  t.equal(refused.length, requestCount - 1, `every other gets ${errors.join(' or ')}`);
  if (won.length + refused.length !== requestCount) t.comment(whatElse(answers));
};

const codesIn = (pages: readonly Page[]): readonly string[] =>
  pages.flatMap((page) => (page.status === 303 ? (redirectParameters(page).get('code') ?? []) : []));

const oneCode = (t: Test, pages: readonly Page[]): void => {
  t.equal(codesIn(pages).length, 1, 'one code');
  const refused = pages.filter(({ status, headers }) =>
    status === 303 ? /[?&]error=/.test(headers.get('location') ?? '') : status >= 400 && status < 500,
  );
  t.equal(refused.length, requestCount - 1, 'every other is refused');
  if (refused.length !== requestCount - 1)
    t.comment(
      whatElse(pages.map(({ status, headers }) => ({ status, body: { to: headers.get('location') } }))),
    );
};

interface Stage {
  readonly fleet: Fleet;
  /** A browser in which Ada is signed in. */
  readonly browser: Browser;
}

const party = (url: string, id?: string): RelyingParty =>
  id === undefined ? new RelyingParty(url) : new RelyingParty(url, id, '');

const redeemed = async (t: Test, { fleet, browser }: Stage): Promise<void> => {
  const { code, verifier } = await codeFor(party(fleet.issuer), browser);
  oneWins(t, await atOnce(fleet, (url) => party(url).redeem(code, verifier)), 'invalid_grant');
};

const refreshed = async (t: Test, { fleet, browser }: Stage): Promise<void> => {
  const { code, verifier } = await codeFor(party(fleet.issuer), browser);
  const tokens = await party(fleet.issuer).redeem(code, verifier);
  const token = String(tokens.body['refresh_token']);
  oneWins(t, await atOnce(fleet, (url) => party(url).refresh(token)), 'invalid_grant');
};

/** The person has approved; the device's requests for tokens are raced. */
const polled = async (t: Test, { fleet, browser }: Stage): Promise<void> => {
  const { body } = await party(fleet.issuer, 'tv').post('/oauth/device_authorization', { scope: 'openid' });
  const entered = await browser.open(`${fleet.issuer}/oauth/device`);
  const confirmed = await browser.submit(entered, { user_code: String(body['user_code']) });
  t.match((await browser.submit(confirmed, {})).body, /Device connected/);
  const poll = { grant_type: deviceGrant, device_code: String(body['device_code']) };
  oneWins(t, await atOnce(fleet, (url) => party(url, 'tv').post('/oauth/token', poll)), 'invalid_grant');
};

const pushed = async (t: Test, { fleet, browser }: Stage): Promise<void> => {
  const request = new URL(party(fleet.issuer).authorizationUrl(newVerifier())).searchParams;
  const { body } = await party(fleet.issuer).post('/oauth/par', Object.fromEntries(request));
  const query = new URLSearchParams({ client_id: 'app', request_uri: String(body['request_uri']) });
  oneCode(t, await atOnce(fleet, (url) => browser.request(`${url}/oauth/authorize?${query}`)));
};

/** Posts the form of a sign-in page, and returns where the browser is sent. */
const signIn = async (browser: Browser, login: Page): Promise<string> => {
  const form = formOf(login.body);
  const { headers } = await browser.request(new URL(form.action, login.url).href, {
    method: 'POST',
    body: new URLSearchParams({ ...form.hidden, login: 'ada', password }),
    headers: { origin: new URL(login.url).origin },
  });
  return headers.get('location') ?? '';
};

const resumed = async (t: Test, { fleet }: Stage): Promise<void> => {
  const fresh = new Browser();
  const resume = await signIn(fresh, await fresh.open(party(fleet.issuer).authorizationUrl(newVerifier())));
  t.match(resume, '/oauth/authorize/');
  const cookie = [...fresh.cookies].map(([key, { value }]) => `${key.split(';')[0]}=${value}`).join('; ');
  const pages = await atOnce(fleet, async (url): Promise<Page> => {
    const response = await fetch(elsewhere(resume, fleet, url), { redirect: 'manual', headers: { cookie } });
    return { status: response.status, url, headers: response.headers, body: await response.text() };
  });
  oneCode(t, pages);
};

/** Each browser opens the request in time, and comes back from its sign-in after the request has expired. */
const pushedAndExpired = async (t: Test, { fleet }: Stage): Promise<void> => {
  const request = new URL(party(fleet.issuer).authorizationUrl(newVerifier())).searchParams;
  const { body } = await party(fleet.issuer).post('/oauth/par', Object.fromEntries(request));
  const expired = sleep((Number(body['expires_in']) + 1) * 1000);
  const query = new URLSearchParams({ client_id: 'app', request_uri: String(body['request_uri']) });
  const url = `${fleet.issuer}/oauth/authorize?${query}`;
  const opened = await Promise.all(
    Array.from({ length: 20 }, async () => {
      const browser = new Browser();
      return { browser, login: await browser.open(url) };
    }),
  );
  const ways: { readonly browser: Browser; readonly resume: string }[] = [];
  for (const { browser, login } of opened) ways.push({ browser, resume: await signIn(browser, login) });
  await expired;
  const pages = await Promise.all(
    ways.map(({ browser, resume }, at) =>
      browser.request(elsewhere(resume, fleet, fleet.members[at % 3]?.url ?? '')),
    ),
  );
  t.equal(codesIn(pages).length, 1, 'one code');
  const refused = pages.filter(({ body, headers }) =>
    (headers.get('location') ?? body).includes('invalid_request_uri'),
  );
  t.equal(refused.length, ways.length - 1, 'every other is refused');
};

const asserted = async (t: Test, { fleet }: Stage): Promise<void> => {
  const assertion = await new SignJWT({ jti: randomUUID() })
    .setProtectedHeader({ alg: 'ES256', kid: 'a' })
    .setIssuer('signer')
    .setSubject('signer')
    .setAudience(fleet.issuer)
    .setIssuedAt()
    .setExpirationTime('1m')
    .sign(assertionKeys.privateKey);
  const request = {
    grant_type: 'client_credentials',
    client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
    client_assertion: assertion,
  };
  const answers = await atOnce(fleet, (url) => party(url, 'signer').post('/oauth/token', request));
  oneWins(t, answers, 'invalid_client');
};

const proven = async (t: Test, { fleet }: Stage): Promise<void> => {
  const dpop = await new SignJWT({ jti: randomUUID(), htm: 'POST', htu: `${fleet.issuer}/oauth/token` })
    .setProtectedHeader({ alg: 'ES256', typ: 'dpop+jwt', jwk: await exportJWK(proofKeys.publicKey) })
    .setIssuedAt()
    .sign(proofKeys.privateKey);
  const request = { grant_type: 'client_credentials' };
  const answers = await atOnce(fleet, (url) => party(url).post('/oauth/token', request, { dpop }));
  oneWins(t, answers, 'invalid_dpop_proof', 'invalid_grant');
};

const sideBySide = async (t: Test, { fleet, browser }: Stage): Promise<void> => {
  const answers = await Promise.all(
    clients.map(async ({ client_id }, at) => {
      const verifier = newVerifier();
      const url = fleet.members[at % 3]?.url ?? '';
      const asked = party(fleet.issuer, client_id).authorizationUrl(verifier);
      const page = await browser.request(elsewhere(asked, fleet, url));
      return party(url, client_id).redeem(redirectParameters(page).get('code') ?? '', verifier);
    }),
  );
  t.same(
    answers.map(({ status }) => status),
    clients.map(() => 200),
    'ten working codes',
  );
};

const singleUse = async (t: Test, store: string, prefix?: string): Promise<void> => {
  const fleet = await startFleet(t, { store, count: 3, config, ...(prefix && { prefix }) });
  const stage: Stage = { fleet, browser: new Browser() };
  await codeFor(party(fleet.issuer), stage.browser);
  await t.test('a code', (t) => redeemed(t, stage));
  await t.test('a refresh token', (t) => refreshed(t, stage));
  await t.test('a device code', (t) => polled(t, stage));
  await t.test('a pushed request (RFC 9126 §4)', (t) => pushed(t, stage));
  await t.test('a pushed request that expires meanwhile', (t) => pushedAndExpired(t, stage));
  await t.test('the resume of an interaction', (t) => resumed(t, stage));
  await t.test('the jti of an assertion (RFC 7523 §3)', (t) => asserted(t, stage));
  await t.test('the jti of a DPoP proof (RFC 9449 §11.1)', (t) => proven(t, stage));
  await t.test('ten clients authorized side by side on one session', (t) => sideBySide(t, stage));
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
