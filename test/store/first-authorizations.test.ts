import { decodeJwt } from 'jose';
import t, { type Test } from 'tap';
import { ensureRedis, freshPrefix } from '../support/redis.ts';
import {
  Browser,
  codeFor,
  formOf,
  newVerifier,
  type Page,
  password,
  RelyingParty,
  redirectParameters,
  redirectUri,
  secret,
  startInProcess,
  usualConfig,
} from '../support/setup/index.ts';

// A session knows one grant of each client. Requests that make the first one at the same time have to share it: a code of
// another grant would be refused.

const client = (id: string, more: object = {}) => ({
  client_id: id,
  client_secret: secret,
  redirect_uris: [redirectUri],
  post_logout_redirect_uris: [redirectUri],
  grant_types: ['authorization_code', 'refresh_token'],
  ...more,
});

const redis = await ensureRedis();
t.teardown(() => redis.close());

const stores = {
  embedded: () => ({ url: 'memory:' }),
  redis: () => ({ url: redis.url, prefix: freshPrefix() }),
};

type Parameters = Readonly<Record<string, string>>;

const parallel = 8;
const times = <T>(make: (n: number) => Promise<T>): Promise<T[]> =>
  Promise.all(Array.from({ length: parallel }, (_, n) => make(n)));

for (const [name, storeOf] of Object.entries(stores)) {
  const open = async (t: Test) => {
    const { issuer } = await startInProcess(t, {
      ...usualConfig,
      clients: [
        ...usualConfig.clients,
        client('own', {
          first_party: true,
          backchannel_logout_uri: 'http://localhost:4999/bye',
          backchannel_logout_session_required: true,
        }),
        client('asking'),
      ],
      store: storeOf(),
    });
    const signIn = async (): Promise<Browser> => {
      const browser = new Browser();
      await codeFor(new RelyingParty(issuer), browser);
      return browser;
    };
    const browser = await signIn();
    // Connections that are open already let the requests of a test arrive together.
    await times(() => fetch(`${issuer}/oauth/jwks`).then((response) => response.arrayBuffer()));
    const own = new RelyingParty(issuer, 'own');
    const asking = new RelyingParty(issuer, 'asking');

    /** Sends the request, and redeems its code once all have theirs. */
    const authorize = async (party: RelyingParty, parameters: Parameters = {}, from = browser) => {
      const verifier = newVerifier();
      const page = await from.request(party.authorizationUrl(verifier, parameters));
      return { page, redeem: () => party.redeem(redirectParameters(page).get('code') ?? '', verifier) };
    };
    return { issuer, browser, signIn, own, asking, authorize };
  };

  t.test(`${name}: each of ${parallel} first authorizations at once gets a code that is good`, async (t) => {
    const { own, authorize, issuer, signIn } = await open(t);
    const scopes = ['openid', 'openid email', 'openid profile', 'openid email profile'];
    for (let round = 0; round < 3; round += 1) {
      const browser = await signIn();
      const asked = await times((n) => authorize(own, { scope: scopes[n % scopes.length] ?? '' }, browser));
      const answers = await Promise.all(asked.map(({ redeem }) => redeem()));
      t.strictSame(
        answers.map(({ status, body }) => [status, body.scope]),
        answers.map((_, n) => [200, scopes[n % scopes.length]]),
      );
      const sids = new Set(answers.map(({ body }) => decodeJwt(String(body.id_token))['sid']));
      t.equal(sids.size, 1, 'they name one session (OpenID Connect Back-Channel Logout §2.1)');
      t.match([...sids], [/^[\w-]{16}$/]);
      for (const { body } of answers) {
        const headers = { authorization: `Bearer ${body.access_token}` };
        t.equal((await fetch(`${issuer}/userinfo`, { headers })).status, 200);
        t.equal((await own.refresh(String(body.refresh_token))).status, 200);
      }
    }
    const later = await authorize(own);
    t.equal((await later.redeem()).status, 200);
  });

  t.test(`${name}: so do first authorizations of a client whose consent is remembered`, async (t) => {
    const { asking, authorize, signIn } = await open(t);
    await codeFor(asking, new Browser());
    for (let round = 0; round < 3; round += 1) {
      const browser = await signIn();
      const asked = await times(() => authorize(asking, {}, browser));
      const answers = await Promise.all(asked.map(({ redeem }) => redeem()));
      t.strictSame(
        answers.map(({ status }) => status),
        answers.map(() => 200),
      );
    }
  });

  t.test(`${name}: consents that are given in several tabs are all good`, async (t) => {
    const { asking, browser } = await open(t);
    const tabs = await times(async (n) => {
      const verifier = newVerifier();
      const scope = n % 2 === 0 ? 'openid email' : 'openid profile';
      return { verifier, page: await browser.open(asking.authorizationUrl(verifier, { scope })) };
    });
    const answer = ({ page }: { readonly page: Page }) => {
      t.match(page.body, 'consent-allow');
      return browser.request(new URL(formOf(page.body).action, page.url).href, {
        method: 'POST',
        headers: { origin: new URL(page.url).origin },
        body: new URLSearchParams({ ...formOf(page.body).hidden, decision: 'allow' }),
      });
    };
    const [early, ...others] = tabs;
    if (!early) throw new Error('no tabs');
    const first = await answer(early);
    const answered = await Promise.all(others.map(answer));
    const ends: Page[] = [];
    // One tab goes on after the other: the cookie of the session changes with each.
    for (const { headers } of [first, ...answered])
      ends.push(await browser.open(headers.get('location') ?? ''));
    const redeemed = await Promise.all(
      ends.map((page, n) =>
        asking.redeem(redirectParameters(page).get('code') ?? '', tabs[n]?.verifier ?? ''),
      ),
    );
    t.strictSame(
      redeemed.map(({ status, body }) => [status, body.scope]),
      redeemed.map((_, n) => [200, n % 2 === 0 ? 'openid email' : 'openid profile']),
    );
  });

  t.test(
    `${name}: offline access that one tab got outlives the sign-out, whatever others asked for`,
    async (t) => {
      const { asking, browser, issuer } = await open(t);
      const tabs = await times(async (n) => {
        const verifier = newVerifier();
        const scope = n === 0 ? 'openid offline_access' : 'openid';
        const url = asking.authorizationUrl(verifier, { scope, prompt: 'consent' });
        return { verifier, page: await browser.open(url) };
      });
      const answered = await Promise.all(
        tabs.map(({ page }) =>
          browser.request(new URL(formOf(page.body).action, page.url).href, {
            method: 'POST',
            headers: { origin: new URL(page.url).origin },
            body: new URLSearchParams({ ...formOf(page.body).hidden, decision: 'allow' }),
          }),
        ),
      );
      // All at once, with the cookie that the session has now.
      const ends = await Promise.all(
        answered.map(({ headers }) => browser.request(headers.get('location') ?? '')),
      );
      const redeemed = await Promise.all(
        ends.map((page, n) =>
          asking.redeem(redirectParameters(page).get('code') ?? '', tabs[n]?.verifier ?? ''),
        ),
      );
      t.strictSame(
        redeemed.map(({ status }) => status),
        redeemed.map(() => 200),
      );
      const question = await browser.open(`${issuer}/oauth/logout`);
      await browser.submit(question, { logout: 'yes' });
      const [offline, online] = redeemed;
      t.equal((await asking.refresh(String(online?.body.refresh_token))).status, 400);
      t.equal((await asking.refresh(String(offline?.body.refresh_token))).status, 200);
    },
  );

  t.test(`${name}: a grant that was revoked is not made again by the next request`, async (t) => {
    const { own, authorize } = await open(t);
    const tokens: string[] = [];
    for (let round = 0; round < 3; round += 1) {
      const { body } = await (await authorize(own)).redeem();
      tokens.push(String(body.refresh_token));
      t.equal((await own.post('/oauth/revoke', { token: String(body.refresh_token) })).status, 200);
      const next = await times(() => authorize(own));
      t.strictSame(
        (await Promise.all(next.map(({ redeem }) => redeem()))).map(({ status }) => status),
        next.map(() => 200),
      );
      for (const token of tokens)
        t.match(await own.refresh(token), { status: 400, body: { error: 'invalid_grant' } });
    }
  });

  t.test(`${name}: nor one that ended when the person signed out of the client alone`, async (t) => {
    const { issuer, own, authorize, browser } = await open(t);
    const tokens: string[] = [];
    for (let round = 0; round < 2; round += 1) {
      const { body } = await (await authorize(own)).redeem();
      tokens.push(String(body.refresh_token));
      const question = await browser.open(`${issuer}/oauth/logout?client_id=own`);
      const { action, hidden } = formOf(question.body);
      await browser.request(new URL(action, question.url).href, {
        method: 'POST',
        headers: { origin: issuer },
        body: new URLSearchParams(hidden),
      });
      for (const token of tokens) t.equal((await own.refresh(token)).status, 400, 'ended');
      const again = await (await authorize(own)).redeem();
      t.equal(again.status, 200, 'still signed in');
      for (const token of tokens) t.equal((await own.refresh(token)).status, 400, 'stays ended');
      tokens.push(String(again.body.refresh_token));
      const second = await (await authorize(own)).redeem();
      t.equal((await own.refresh(String(second.body.refresh_token))).status, 200);
      await own.post('/oauth/revoke', { token: String(again.body.refresh_token) });
    }
  });

  t.test(`${name}: sessions of one person do not share a grant`, async (t) => {
    const { own, authorize, issuer } = await open(t);
    const here = await (await authorize(own)).redeem();
    const verifier = newVerifier();
    const other = new Browser();
    const login = await other.open(own.authorizationUrl(verifier));
    const page = await other.submit(login, { login: 'ada', password });
    const there = await own.redeem(redirectParameters(page).get('code') ?? '', verifier);
    await own.post('/oauth/revoke', { token: String(here.body.refresh_token) });
    t.equal((await own.refresh(String(there.body.refresh_token))).status, 200, issuer);
  });
}
