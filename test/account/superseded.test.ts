/** An account of the store whose user name an account of the configuration gets later. */
import t, { type Test } from 'tap';
import { listRecords } from '#src/services/audit/index.ts';
import { parseReport } from '../support/doctor.ts';
import {
  Browser,
  newVerifier,
  openCommandFolder,
  type Page,
  password,
  RelyingParty,
  redirectParameters,
  redirectUri,
  secret,
  startInProcess,
  usualConfig,
} from '../support/setup/index.ts';
import { waitFor } from '../support/wait-for.ts';

const ownPassword = 'a very long phrase 77';
const configured = { username: 'alice', password, email: 'alice@example.com', email_verified: true };

/** Two starts on one store: people sign up before the second one, which adds the accounts of the configuration. */
const openStarts = (t: Test) => {
  const settings = {
    ...usualConfig,
    accounts: [],
    store: { url: `sqlite:${t.testdir()}/store.db` },
    clients: [
      {
        client_id: 'shop',
        client_secret: secret,
        redirect_uris: [redirectUri],
        grant_types: ['authorization_code', 'refresh_token'],
        first_party: true,
      },
    ],
    audit: { enabled: true },
    pages: { create_account: true },
    security: { password: { memory_kib: 8192, passes: 1 } },
  };
  let address = {};
  const start = async (accounts: readonly object[], more: object = {}) => {
    const server = await startInProcess(t, { ...settings, ...address, ...more, accounts });
    address = { issuer: server.issuer, listen: { port: Number(new URL(server.issuer).port) } };
    return { server, shop: new RelyingParty(server.issuer, 'shop') };
  };
  return { start };
};
type Started = Awaited<ReturnType<ReturnType<typeof openStarts>['start']>>;

const offline = { scope: 'openid profile offline_access', prompt: 'consent' };

const signUp = async ({ shop }: Started, login: string) => {
  const browser = new Browser();
  const verifier = newVerifier();
  const form = await browser.open(shop.authorizationUrl(verifier, { ...offline, prompt: 'create consent' }));
  const back = await browser.submit(form, {
    login,
    name: '',
    email: 'eve@example.com',
    password: ownPassword,
  });
  const allowed = back.headers.has('location') ? back : await browser.submit(back, { decision: 'allow' });
  return { browser, body: await codeIn(shop, allowed, verifier) };
};

const codeIn = async (shop: RelyingParty, back: Page, verifier: string) =>
  (await shop.redeem(redirectParameters(back).get('code') ?? '', verifier)).body;

/** The claims after a sign-in in an empty browser; undefined when it is refused. */
const signIn = async ({ server, shop }: Started, login: string, typed: string) => {
  const browser = new Browser();
  const verifier = newVerifier();
  const form = await browser.open(shop.authorizationUrl(verifier, { scope: 'openid profile' }));
  const back = await browser.submit(form, { login, password: typed });
  if (!back.headers.has('location')) return undefined;
  const body = await codeIn(shop, back, verifier);
  return claimsFor(server.issuer, body);
};

const claimsFor = async (issuer: string, body: object): Promise<Record<string, unknown> | undefined> => {
  const authorization = `Bearer ${Object(body)['access_token']}`;
  const response = await fetch(`${issuer}/oauth/userinfo`, { headers: { authorization } });
  return response.status === 200 ? Object(await response.json()) : undefined;
};

t.test(
  'an account can’t be used under a user name that the configuration gives to another one',
  async (t) => {
    const { start } = openStarts(t);
    const before = await start([]);
    const { browser, body } = await signUp(before, 'alice');
    const own = await claimsFor(before.server.issuer, body);
    t.equal(own?.['preferred_username'], 'alice');
    const id = String(own?.['sub']);
    await before.server.stop();

    const during = await start([configured]);
    const { issuer, app } = during.server;
    const { accounts } = app.services;
    t.equal(await claimsFor(issuer, body), undefined, 'the access token');
    t.equal((await during.shop.refresh(String(body['refresh_token']))).status, 400, 'the refresh token');
    const silent = await browser.request(during.shop.authorizationUrl(newVerifier(), { prompt: 'none' }));
    t.equal(redirectParameters(silent).get('error'), 'login_required', 'the session');
    t.equal(await signIn(during, 'alice', ownPassword), undefined, 'its password');
    await t.rejects(accounts.enable(id), { code: 'account_superseded', status: 409 });
    t.match(await accounts.find(id), { enabled: false, isSuperseded: true });
    await waitFor('the record', async () => {
      const { items } = await listRecords(during.server.store, { account: id }, { limit: 50 });
      return items.some(({ type }) => type === 'account.superseded');
    });

    const alice = await signIn(during, 'alice', password);
    t.equal(alice?.['preferred_username'], 'alice');
    t.not(alice?.['sub'], id);
    t.match(await accounts.update(id, { username: 'eve' }), { enabled: true, username: 'eve' });
    const eve = await signIn(during, 'eve', ownPassword);
    t.match(eve, { sub: id, preferred_username: 'eve' });
    t.equal(
      (await during.shop.refresh(String(body['refresh_token']))).status,
      400,
      'what was signed in stays ended',
    );
    t.equal(await signIn(during, 'eve', password), undefined);
  },
);

t.test('… and under its verified address, where addresses are names', async (t) => {
  const { start } = openStarts(t);
  const before = await start([]);
  await before.server.addAccount({ username: 'alice@example.com', password: ownPassword });
  await before.server.stop();
  const during = await start([configured]);
  t.ok(await signIn(during, 'alice@example.com', ownPassword), 'it is no name of the configured account');
  await during.server.stop();
  const after = await start([configured], { sign_in: { identifiers: ['username', 'email'] } });
  t.equal(await signIn(after, 'alice@example.com', ownPassword), undefined);
  t.match(await signIn(after, 'alice@example.com', password), { preferred_username: 'alice' });
  const { accounts } = after.server.app.services;
  t.match(await accounts.superseded(), [{ username: 'alice@example.com', by: 'alice' }]);
});

t.test('a claim that is the name of a configured account gives way to the user name', async (t) => {
  const { start } = openStarts(t);
  const before = await start([]);
  const claims = { preferred_username: 'alice' };
  await before.server.addAccount({ username: 'grace', password: ownPassword, claims });
  t.match(await signIn(before, 'grace', ownPassword), claims);
  await before.server.addAccount({ username: 'linus', password: ownPassword });
  await before.server.stop();
  const during = await start([{ ...configured, preferred_username: 'linus' }]);
  t.match(await signIn(during, 'grace', ownPassword), { preferred_username: 'grace' });
  t.equal(
    await signIn(during, 'linus', ownPassword),
    undefined,
    'the user name is the claim of a configured account',
  );
  t.match(await during.server.app.services.accounts.superseded(), [{ username: 'linus', by: 'alice' }]);
});

t.test('a password of the store signs no one in to the configured account with the same sub', async (t) => {
  const { start } = openStarts(t);
  const before = await start([]);
  const claims = { email: 'alice@example.com', email_verified: true };
  const { id } = await before.server.addAccount({ username: 'grace', password: ownPassword, claims });
  await before.server.stop();
  const during = await start([{ ...configured, sub: id }]);
  t.equal(await signIn(during, 'grace', ownPassword), undefined);
  t.match(await signIn(during, 'alice', password), { sub: id, preferred_username: 'alice' });
  t.match(await during.server.app.services.accounts.findByEmail(claims.email), { username: 'alice' });
  t.same(await during.server.app.services.accounts.superseded(), [], 'it was moved there on purpose');
});

t.test('the commands say which accounts are superseded', async (t) => {
  const folder = await openCommandFolder(t);
  const run = (args: readonly string[]) => folder.runInProcess([...args]);
  t.equal((await run(['account', 'add', 'alice', '--generate'])).exit, 0);
  const accounts = ['--set', `accounts=${JSON.stringify([configured])}`];
  const { out } = await run(['doctor', '--json', ...accounts]);
  t.match(
    parseReport(out).findings.find(({ code }) => code === 'account_superseded'),
    { severity: 'error', about: 'accounts' },
  );
  const list = await run(['account', 'list', ...accounts]);
  t.match(list.out, /alice +superseded +store/);
});
