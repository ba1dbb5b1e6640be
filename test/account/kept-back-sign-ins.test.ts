import t, { type Test } from 'tap';
import type { Account } from '#src/services/accounts/index.ts';
import { StoreUnavailable } from '#src/store/errors.ts';
import type { Write } from '#src/store/port.ts';
import { kinds } from '#src/store/record-kinds.ts';
import { codeAt, recoveryCodesIn, setUpApp } from '../support/authenticator.ts';
import { startFakeUpstream } from '../support/fake-upstream.ts';
import { holdCommitted } from '../support/hold-commit.ts';
import { addPasskey, passkeyFormOf } from '../support/passkeys.ts';
import {
  Browser,
  formOf,
  newVerifier,
  type Page,
  password,
  RelyingParty,
  redirectParameters,
  startInProcess,
  usualConfig,
} from '../support/setup/index.ts';
import type { SoftwareAuthenticator } from '../support/software-authenticator.ts';
import { locationOf, settingsOf, visitUpstream } from '../support/upstream-sign-in.ts';

/**
 * A browser that keeps back the last redirect of a sign-in can make a session of it minutes later. What its owner ends
 * meanwhile must end it too.
 */
const acme = await startFakeUpstream(t);
const device = {
  client_id: 'tv',
  client_name: 'Television',
  token_endpoint_auth_method: 'none',
  application_type: 'native',
  grant_types: ['urn:ietf:params:oauth:grant-type:device_code'],
  response_types: [],
};
const server = await startInProcess(t, {
  ...usualConfig,
  clients: [...usualConfig.clients, device],
  security: { factors: { remember_days: 30 }, password: { memory_kib: 8192, passes: 1 } },
  upstreams: [settingsOf(acme)],
});
const { issuer, app, store } = server;
const { accounts, passkeys } = app.services;
const account = `${issuer}/account`;
const sessions = `${account}/sessions`;
const origin = new URL(issuer).origin;

let people = 0;
const newPerson = async () => {
  people += 1;
  const username = `person-${people}`;
  const { id } = await server.addAccount({ username, password });
  return { username, id };
};
type Person = Awaited<ReturnType<typeof newPerson>>;

const findAccount = async ({ id }: Person): Promise<Account> => {
  const found = await accounts.find(id);
  if (!found) throw new Error('the account is gone');
  return found;
};

const isLogin = ({ status, body }: Page): boolean => status === 200 && body.includes('login-submit');
const isSignedIn = async (browser: Browser): Promise<boolean> =>
  (await browser.request(sessions)).status === 200;

/** Sends the form of a page, and returns the address that it leads to without opening it. */
const keepBack = async (
  t: Test,
  browser: Browser,
  page: Page,
  fields: Readonly<Record<string, string>>,
): Promise<string> => {
  const { action, hidden } = formOf(page.body);
  const answer = await browser.request(new URL(action, page.url).href, {
    method: 'POST',
    body: new URLSearchParams({ ...hidden, ...fields }),
    headers: { origin },
  });
  t.equal(answer.status, 303);
  return new URL(answer.headers.get('location') ?? '', page.url).href;
};

type KeepBack = (browser: Browser) => Promise<string>;

const byPassword =
  ({ username: login }: Person, at = sessions): KeepBack =>
  async (browser) =>
    keepBack(t, browser, await browser.open(at), { login, password });

const byPasskey =
  (authenticator: SoftwareAuthenticator): KeepBack =>
  async (browser) => {
    const page = await browser.open(sessions);
    const { action, csrf, options } = passkeyFormOf(page.body);
    const answer = await browser.request(new URL(action, page.url).href, {
      method: 'POST',
      body: new URLSearchParams({ csrf, credential: authenticator.get(options) }),
      headers: { origin },
    });
    t.equal(answer.status, 303);
    return new URL(answer.headers.get('location') ?? '', page.url).href;
  };

const byUpstream: KeepBack = async (browser) => {
  let at = await visitUpstream(browser, await browser.open(sessions), 'acme');
  // One redirect to /oauth/authorize/… leads to the step that signs the person in, and the next one back from it.
  for (let left = 2; left > 0; ) {
    at = new URL(locationOf(await browser.request(at)), issuer).href;
    if (new URL(at).pathname.startsWith('/oauth/authorize/')) left -= 1;
  }
  return at;
};

const submitAt = async (browser: Browser, url: string, fields: Readonly<Record<string, string>> = {}) =>
  browser.submit(await browser.open(url), fields);

interface KeptBack {
  readonly owner: Browser;
  readonly keeps: KeepBack;
  /** What the owner does meanwhile. */
  readonly end: () => Promise<unknown>;
  /** A way to sign in afterwards. */
  readonly again?: KeepBack;
}

/** Another browser keeps a sign-in back while the owner ends something. */
const assertEnds = async (t: Test, { owner, keeps, end, again = keeps }: KeptBack): Promise<void> => {
  const thief = new Browser();
  const kept = await keeps(thief);
  server.clock.advance(1);
  await end();
  server.clock.advance(1);
  const page = await thief.open(kept);
  t.ok(isLogin(page), `the person signs in again: ${page.status} ${page.url}`);
  t.notOk(await isSignedIn(thief), 'there is no session that opens account pages');
  t.notMatch((await thief.open(`${account}/passkeys/add`)).body, 'data-passkey-add');
  t.ok(await isSignedIn(owner), 'the browser of the owner keeps its session');
  const later = new Browser();
  await later.open(await again(later));
  t.ok(await isSignedIn(later), 'a sign-in that follows it counts');
};

/** The request that signs in is under way: its way to sign in was checked, and is removed before the request goes on. */
const assertEndsUnderWay = async (
  t: Test,
  { keeps, end, kind }: Pick<KeptBack, 'keeps' | 'end'> & { readonly kind: string },
): Promise<void> => {
  const thief = new Browser();
  const held = holdCommitted(store, (writes) => writes.some(({ key }) => key.kind === kind));
  const keeping = keeps(thief);
  await held.arrived;
  server.clock.advance(1);
  await end();
  server.clock.advance(1);
  held.release();
  const page = await thief.open(await keeping);
  t.ok(isLogin(page), `the person signs in again: ${page.status} ${page.url}`);
  t.notOk(await isSignedIn(thief));
};

/** The store fails after a removal, before another commit that changes nothing but an account. */
const interrupted = async (end: () => Promise<unknown>): Promise<void> => {
  const commit = store.commit.bind(store);
  const isOfAccountOnly = (writes: readonly Write[]): boolean =>
    writes.every(({ key }) => key.kind === kinds.account);
  // The store is a plain object, and the server calls its methods by name.
  Object.assign(store, {
    async commit(writes: readonly Write[]) {
      if (isOfAccountOnly(writes)) throw new StoreUnavailable('the store fails in this test');
      return commit(writes);
    },
  });
  try {
    await end();
  } finally {
    Object.assign(store, { commit });
  }
};

const signedIn = async (person: Person): Promise<Browser> => {
  const browser = new Browser();
  await browser.open(await byPassword(person)(browser));
  t.ok(await isSignedIn(browser));
  server.clock.advance(1);
  return browser;
};

t.test('a sign-in that is kept back ends when all other sessions are ended', async (t) => {
  t.teardown(server.clock.restore);
  const person = await newPerson();
  const owner = await signedIn(person);
  const end = () => submitAt(owner, `${sessions}/others`);

  await t.test('on an account page', (t) => assertEnds(t, { owner, keeps: byPassword(person), end }));

  await t.test('while another page follows the sign-in', async (t) => {
    const thief = new Browser();
    const kept = await byPassword(person)(thief);
    server.clock.advance(1);
    await end();
    await accounts.update(person.id, { required: { add: ['profile', 'factor'] } });
    await thief.open(kept);
    await accounts.update(person.id, { required: { remove: ['profile', 'factor'] } });
    t.notOk(await isSignedIn(thief));
    t.ok(isLogin(await thief.open(sessions)));
  });

  await t.test('in a browser that has a session of the same person', async (t) => {
    const thief = await signedIn(person);
    const kept = await keepBack(
      t,
      thief,
      await thief.open(new RelyingParty(issuer).authorizationUrl(newVerifier(), { prompt: 'login' })),
      { password },
    );
    server.clock.advance(1);
    await end();
    t.notOk((await thief.open(kept)).headers.has('location'), 'the application gets no code');
    t.notOk(await isSignedIn(thief));
  });

  await t.test('for an application, also while no question may be asked', async (t) => {
    const thief = new Browser();
    const kept = await byPassword(person, new RelyingParty(issuer).authorizationUrl(newVerifier()))(thief);
    server.clock.advance(1);
    await end();
    t.ok(isLogin(await thief.open(kept)));
    const silent = new RelyingParty(issuer).authorizationUrl(newVerifier(), { prompt: 'none' });
    t.equal(redirectParameters(await thief.open(silent)).get('error'), 'login_required');
  });

  await t.test('for a device', async (t) => {
    const { body } = await new RelyingParty(issuer, 'tv', '').post('/oauth/device_authorization', {
      scope: 'openid',
    });
    const thief = new Browser();
    const code = { user_code: String(body['user_code']) };
    const entered = await submitAt(thief, `${issuer}/oauth/device`, code);
    const login = await thief.submit(entered, { confirm: 'yes' });
    t.ok(isLogin(login), `${login.status} ${login.url}`);
    const kept = await keepBack(t, thief, login, { login: person.username, password });
    t.match(kept, '/oauth/device/');
    server.clock.advance(1);
    await end();
    t.ok(isLogin(await thief.open(kept)));
    t.notOk(await isSignedIn(thief));
  });
});

t.test('a sign-in that is kept back ends with the passkey that it was made by', async (t) => {
  t.teardown(server.clock.restore);
  const person = await newPerson();
  const owner = await signedIn(person);
  const authenticator = await addPasskey(server, person.username);
  const strong = new Browser();
  await strong.open(await byPasskey(authenticator)(strong));
  server.clock.advance(1);
  const [passkey] = await passkeys.list(person.id);
  const end = () => interrupted(() => submitAt(strong, `${account}/passkeys/${passkey?.id}/remove`));
  await assertEnds(t, { owner: strong, keeps: byPasskey(authenticator), end, again: byPassword(person) });
  t.equal((await passkeys.list(person.id)).length, 0);
  t.ok(await isSignedIn(owner), 'other sessions stay, as the page says');
});

t.test('an answer of a passkey that is kept back ends with what was signed in', async (t) => {
  t.teardown(server.clock.restore);
  const person = await newPerson();
  const authenticator = await addPasskey(server, person.username);
  const endings = {
    'all other sessions': async () => submitAt(await signedIn(person), `${sessions}/others`),
    everything: () => app.services.endEverything(person.id),
  };
  for (const [name, end] of Object.entries(endings)) {
    const thief = new Browser();
    const page = await thief.open(sessions);
    const { action, csrf, options } = passkeyFormOf(page.body);
    const fields = { csrf, credential: authenticator.get(options) };
    server.clock.advance(1);
    await end();
    server.clock.advance(1);
    const answer = await thief.open(new URL(action, page.url).href, {
      method: 'POST',
      body: new URLSearchParams(fields),
      headers: { origin },
    });
    t.equal(answer.status, 422, name);
    t.notOk(await isSignedIn(thief));
    const later = new Browser();
    await later.open(await byPasskey(authenticator)(later));
    t.ok(await isSignedIn(later), 'an answer to a newer page counts');
  }
});

t.test('a sign-in that is kept back ends with the authenticator app that it was made by', async (t) => {
  t.teardown(server.clock.restore);
  const { now } = server.clock;
  for (const [name, isComplete, hasOther] of [
    ['before its code', false, false],
    ['after its code', true, false],
    ['after its code, when another app is left', true, true],
  ] as const) {
    await t.test(name, async (t) => {
      const person = await newPerson();
      const owner = await signedIn(person);
      const add = `${account}/authenticator/add`;
      const { key } = await setUpApp(owner, await owner.open(add), now());
      const { authenticators } = await app.services.factors.of(await findAccount(person));
      server.clock.advance(31);
      if (hasOther) await setUpApp(owner, await owner.open(add), now());
      const thief = new Browser();
      const ask = await thief.open(await byPassword(person)(thief));
      t.match(ask.body, 'factor-submit');
      const kept = isComplete ? await keepBack(t, thief, ask, { code: codeAt(key, now()) }) : undefined;
      server.clock.advance(1);
      await interrupted(() => submitAt(owner, `${account}/authenticator/${authenticators[0]?.id}/remove`));
      server.clock.advance(1);
      const page = kept ? await thief.open(kept) : await thief.submit(ask, { code: codeAt(key, now()) });
      t.ok(isLogin(page), `${page.status} ${page.url}`);
      t.notOk(await isSignedIn(thief));
      t.ok(await isSignedIn(owner));
    });
  }
});

t.test('a browser that gave a second factor is forgotten with all other sessions', async (t) => {
  t.teardown(server.clock.restore);
  const { now } = server.clock;
  const person = await newPerson();
  const owner = await signedIn(person);
  const { key } = await setUpApp(owner, await owner.open(`${account}/authenticator/add`), now());
  const end = () => submitAt(owner, `${sessions}/others`);
  /** The redirect after the code is kept back. */
  const giveCode = async (browser: Browser): Promise<void> => {
    server.clock.advance(31);
    const ask = await browser.open(await byPassword(person)(browser));
    await keepBack(t, browser, ask, { code: codeAt(key, now()), remember_browser: 'yes' });
  };
  const isAsked = async (browser: Browser): Promise<boolean> =>
    (await browser.open(await byPassword(person)(browser))).body.includes('factor-submit');

  const before = new Browser();
  await giveCode(before);
  server.clock.advance(1);
  await end();
  server.clock.advance(1);
  t.ok(await isAsked(before), 'also one that has no session yet');

  const underWay = new Browser();
  const held = holdCommitted(store, (writes) => writes.some((write) => write.key.kind === kinds.factors));
  const giving = giveCode(underWay);
  await held.arrived;
  server.clock.advance(1);
  await end();
  server.clock.advance(1);
  held.release();
  await giving;
  t.ok(await isAsked(underWay), 'also one whose code is on the way');

  const after = new Browser();
  await giveCode(after);
  server.clock.advance(1);
  t.notOk(await isAsked(after), 'one that follows is remembered');
});

t.test('a sign-in that is kept back ends with the recovery codes that it was made by', async (t) => {
  t.teardown(server.clock.restore);
  const { now } = server.clock;
  const person = await newPerson();
  const owner = await signedIn(person);
  const add = `${account}/authenticator/add`;
  const { key, page } = await setUpApp(owner, await owner.open(add), now());
  const [recovery_code = ''] = recoveryCodesIn(page);
  server.clock.advance(31);
  const thief = new Browser();
  const ask = await thief.open(await byPassword(person)(thief));
  const recovery = await thief.open(`${ask.url}?recovery=yes`);
  const kept = await keepBack(t, thief, recovery, { recovery_code });
  server.clock.advance(1);
  await interrupted(() => submitAt(owner, `${account}/authenticator/codes`));
  const { recovery: codes } = await app.services.factors.of(await findAccount(person));
  t.equal(codes?.left, 10, 'there are new codes');
  server.clock.advance(1);
  const late = await thief.open(kept);
  t.ok(isLogin(late), `${late.status} ${late.url}`);
  t.notOk(await isSignedIn(thief));
  t.ok(await isSignedIn(owner));
  server.clock.advance(31);
  const again = new Browser();
  const asked = await again.open(await byPassword(person)(again));
  await again.submit(asked, { code: codeAt(key, now()) });
  t.ok(await isSignedIn(again), 'a sign-in that follows it counts');
});

t.test('a sign-in that is kept back ends with the linked identity that it was made by', async (t) => {
  t.teardown(server.clock.restore);
  const person = await newPerson();
  const owner = await signedIn(person);
  acme.person = { sub: 'eve' };
  const identity = { upstream: 'acme', subject: 'eve', profile: {}, assigned: {}, amr: [] };
  t.ok(await app.services.provisioning.link(await findAccount(person), identity, []));
  const list = await owner.open(`${account}/upstreams`);
  const remove = /href="(\/account\/upstreams\/[^"/]+\/remove)"/.exec(list.body)?.[1] ?? '';
  const end = () => interrupted(() => submitAt(owner, new URL(remove, issuer).href));
  await assertEnds(t, { owner, keeps: byUpstream, end, again: byPassword(person) });
  t.strictSame(await app.services.upstreamLinks.listOf(person.id), []);
});

t.test('a request to sign in that is under way ends with what it signs in by', async (t) => {
  t.teardown(server.clock.restore);
  const { now } = server.clock;

  await t.test('a passkey', async (t) => {
    const person = await newPerson();
    const authenticator = await addPasskey(server, person.username);
    const strong = new Browser();
    await strong.open(await byPasskey(authenticator)(strong));
    server.clock.advance(1);
    const [passkey] = await passkeys.list(person.id);
    const end = () => submitAt(strong, `${account}/passkeys/${passkey?.id}/remove`);
    await assertEndsUnderWay(t, { keeps: byPasskey(authenticator), end, kind: kinds.passkeys });
  });

  await t.test('an authenticator app', async (t) => {
    const person = await newPerson();
    const owner = await signedIn(person);
    const { key } = await setUpApp(owner, await owner.open(`${account}/authenticator/add`), now());
    const { authenticators } = await app.services.factors.of(await findAccount(person));
    server.clock.advance(31);
    const keeps: KeepBack = async (browser) => {
      const ask = await browser.open(await byPassword(person)(browser));
      return keepBack(t, browser, ask, { code: codeAt(key, now()) });
    };
    const end = () => submitAt(owner, `${account}/authenticator/${authenticators[0]?.id}/remove`);
    await assertEndsUnderWay(t, { keeps, end, kind: kinds.factors });
  });

  await t.test('a linked identity', async (t) => {
    const person = await newPerson();
    const owner = await signedIn(person);
    acme.person = { sub: 'mallory' };
    const identity = { upstream: 'acme', subject: 'mallory', profile: {}, assigned: {}, amr: [] };
    t.ok(await app.services.provisioning.link(await findAccount(person), identity, []));
    const list = await owner.open(`${account}/upstreams`);
    const remove = /href="(\/account\/upstreams\/[^"/]+\/remove)"/.exec(list.body)?.[1] ?? '';
    const end = () => submitAt(owner, new URL(remove, issuer).href);
    await assertEndsUnderWay(t, { keeps: byUpstream, end, kind: kinds.upstreamLink });
  });
});
