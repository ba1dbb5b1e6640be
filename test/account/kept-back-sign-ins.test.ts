import t, { type Test } from 'tap';
import type { Account } from '#src/services/accounts/index.ts';
import { codeAt, setUpApp } from '../support/authenticator.ts';
import { startFakeUpstream } from '../support/fake-upstream.ts';
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
  security: { password: { memory_kib: 8192, passes: 1 } },
  upstreams: [settingsOf(acme)],
});
const { issuer, app } = server;
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
  const byPasskey: KeepBack = async (browser) => {
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
  const strong = new Browser();
  await strong.open(await byPasskey(strong));
  server.clock.advance(1);
  const [passkey] = await passkeys.list(person.id);
  const end = () => submitAt(strong, `${account}/passkeys/${passkey?.id}/remove`);
  await assertEnds(t, { owner: strong, keeps: byPasskey, end, again: byPassword(person) });
  t.equal((await passkeys.list(person.id)).length, 0);
  t.ok(await isSignedIn(owner), 'other sessions stay, as the page says');
});

t.test('a sign-in that is kept back ends with the authenticator app that it was made by', async (t) => {
  t.teardown(server.clock.restore);
  const { now } = server.clock;
  for (const isComplete of [false, true]) {
    await t.test(isComplete ? 'after its code' : 'before its code', async (t) => {
      const person = await newPerson();
      const owner = await signedIn(person);
      const add = `${account}/authenticator/add`;
      const { key } = await setUpApp(owner, await owner.open(add), now());
      server.clock.advance(31);
      const thief = new Browser();
      const ask = await thief.open(await byPassword(person)(thief));
      t.match(ask.body, 'factor-submit');
      const kept = isComplete ? await keepBack(t, thief, ask, { code: codeAt(key, now()) }) : undefined;
      server.clock.advance(1);
      const { authenticators } = await app.services.factors.of(await findAccount(person));
      await submitAt(owner, `${account}/authenticator/${authenticators[0]?.id}/remove`);
      server.clock.advance(1);
      const page = kept ? await thief.open(kept) : await thief.submit(ask, { code: codeAt(key, now()) });
      t.ok(isLogin(page), `${page.status} ${page.url}`);
      t.notOk(await isSignedIn(thief));
      t.ok(await isSignedIn(owner));
    });
  }
});

t.test('a sign-in that is kept back ends with the linked identity that it was made by', async (t) => {
  t.teardown(server.clock.restore);
  const person = await newPerson();
  const owner = await signedIn(person);
  acme.person = { sub: 'eve' };
  const identity = { upstream: 'acme', subject: 'eve', profile: {}, assigned: {}, amr: [] };
  t.ok(await app.services.provisioning.link(await findAccount(person), identity, []));
  const byUpstream: KeepBack = async (browser) => {
    let at = await visitUpstream(browser, await browser.open(sessions), 'acme');
    // One redirect to /oauth/authorize/… leads to the step that signs the person in, and the next one back from it.
    for (let left = 2; left > 0; ) {
      at = new URL(locationOf(await browser.request(at)), issuer).href;
      if (new URL(at).pathname.startsWith('/oauth/authorize/')) left -= 1;
    }
    return at;
  };
  const list = await owner.open(`${account}/upstreams`);
  const remove = /href="(\/account\/upstreams\/[^"/]+\/remove)"/.exec(list.body)?.[1] ?? '';
  const end = () => submitAt(owner, new URL(remove, issuer).href);
  await assertEnds(t, { owner, keeps: byUpstream, end, again: byPassword(person) });
  t.strictSame(await app.services.upstreamLinks.listOf(person.id), []);
});
