import { createServer } from 'node:http';
import t, { type Test } from 'tap';
import {
  Browser,
  codeFor,
  formOf,
  type Page,
  password,
  RelyingParty,
  signedInBrowser,
  startInProcess,
  usualConfig,
} from '../support/setup/index.ts';
import { waitFor } from '../support/wait-for.ts';

const received: string[] = [];
const rp = createServer((request, response) => {
  let body = '';
  request.on('data', (chunk) => {
    body += chunk;
  });
  request.on('end', () => {
    received.push(new URLSearchParams(body).get('logout_token') ?? '');
    response.end();
  });
});
await new Promise<void>((resolve) => rp.listen(0, '127.0.0.1', resolve));
t.teardown(() => new Promise((resolve) => rp.close(resolve)));
const address = rp.address();
if (typeof address !== 'object' || address === null) throw new Error('no port');

const server = await startInProcess(t, {
  ...usualConfig,
  accounts: [...usualConfig.accounts, { username: 'bob', password }],
  clients: [{ ...usualConfig.clients[0], backchannel_logout_uri: `http://127.0.0.1:${address.port}/logout` }],
});
const { issuer } = server;
const list = `${issuer}/account/sessions`;
const safari =
  'Mozilla/5.0 (iPhone; CPU iPhone OS 19_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/19.0 Mobile/15E148 Safari/604.1';

/** A person who signed in through an application, and what the application got. */
const signedIn = async ({ scope = 'openid', agent = safari } = {}) => {
  const browser = new Browser({ 'user-agent': agent });
  const party = new RelyingParty(issuer);
  const { code, verifier } = await codeFor(party, browser, { scope, prompt: 'login consent' });
  const { body } = await party.redeem(code, verifier);
  return { browser, party, tokens: body };
};

const idsIn = ({ body }: Page): readonly string[] =>
  [...body.matchAll(/href="\/account\/sessions\/(se_[^"]+)"/g)].map(([, id = '']) => id);

const endAll = async (t: Test): Promise<void> => {
  const { accounts } = server.app.services;
  for (const name of ['ada', 'bob']) {
    const { id = '' } = (await accounts.findByUsername(name)) ?? {};
    await server.app.services.endEverything(id);
  }
  t.ok(true);
};
t.beforeEach(endAll);

t.test('without a session, a form of it, or from another site nothing is ended', async (t) => {
  const { browser } = await signedIn();
  const victim = await signedIn();
  const page = await browser.open(list);
  t.equal(page.status, 200);
  const [id = ''] = idsIn(page);
  const action = `${list}/${id}`;
  const form = await browser.open(action);
  const { hidden } = formOf(form.body);
  const post = (who: Browser, fields: Readonly<Record<string, string>>, headers = {}) =>
    who.request(action, {
      method: 'POST',
      body: new URLSearchParams(fields),
      headers: { origin: issuer, ...headers },
    });
  t.equal((await post(new Browser(), hidden)).status, 303, 'a stranger is sent to the sign-in');
  for (const csrf of ['', 'x'.repeat(43)]) t.equal((await post(browser, { csrf })).status, 403);
  t.equal((await post(browser, {})).status, 403);
  t.equal((await post(victim.browser, hidden)).status, 403, 'the token is of another session');
  t.equal((await post(browser, hidden, { origin: 'https://evil.example' })).status, 403);
  t.equal((await post(browser, hidden, { 'sec-fetch-site': 'cross-site' })).status, 403);
  t.strictSame(idsIn(await browser.open(list)), [id]);
});

t.test('the sessions of another person are neither listed nor ended', async (t) => {
  const { browser } = await signedIn();
  const bob = await signedInBrowser(server, 'bob');
  const { id: bobId = '' } = (await server.app.services.accounts.findByUsername('bob')) ?? {};
  const [session] = (await server.app.services.sessions.list(bobId)).items;
  const id = session?.id ?? '';
  const mine = await signedIn();
  const page = await browser.open(list);
  t.equal(idsIn(page).length, 1);
  t.notMatch(page.body, id);
  t.equal((await browser.open(`${list}/${id}`)).status, 404);
  const form = await browser.open(`${list}/${idsIn(page)[0]}`);
  const { hidden } = formOf(form.body);
  for (const other of [id, 'se_xxxxxxxxxxxx', 'gr_xxxxxxxxxxxx', 'x']) {
    const { status } = await browser.request(`${list}/${other}`, {
      method: 'POST',
      body: new URLSearchParams(hidden),
      headers: { origin: issuer },
    });
    t.equal(status, 404, other);
  }
  t.equal((await bob.request(list)).status, 200);
  t.equal((await mine.browser.request(list)).status, 200);
});

t.test('the page names browser, address, methods and apps, and marks this device', async (t) => {
  const { browser } = await signedIn();
  await signedIn({ agent: 'Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0' });
  const { body } = await browser.open(list);
  const [current = '', other = ''] = body.split('<li>').filter((part) => part.includes('entry-title'));
  t.match(current, 'Safari on iOS');
  t.match(current, 'This device');
  t.notMatch(current, 'session-end');
  t.match(other, 'Firefox on Linux');
  t.notMatch(other, 'This device');
  for (const part of [current, other]) {
    t.match(part, /127\.0\.0\.1|::1/);
    t.match(part, 'Password');
    t.match(part, 'The App');
  }
  t.notMatch(body, 'postern-account');
  t.equal((await browser.open(`${list}?after=made-up`)).status, 400);
});

t.test('an ended session is over, with its refresh tokens, and its apps are notified', async (t) => {
  const { browser } = await signedIn();
  const other = await signedIn();
  const offline = await signedIn({ scope: 'openid offline_access' });
  received.length = 0;
  for (let left = 2; left > 0; left -= 1) {
    const ids = idsIn(await browser.open(list));
    t.equal(ids.length, left);
    const page = await browser.submit(await browser.open(`${list}/${ids[0]}`), {});
    t.equal(page.url, `${list}?done=yes`);
    t.match(page.body, 'role="status"');
  }
  await waitFor('a logout token for each session', () => received.length >= 2);
  t.match(received, [/\./, /\./]);
  t.equal((await browser.request(list)).status, 200);
  for (const { browser: ended } of [other, offline]) t.equal((await ended.request(list)).status, 303);
  const refused = await other.party.refresh(other.tokens.refresh_token ?? '');
  t.equal(refused.body.error, 'invalid_grant');
  const kept = await offline.party.refresh(offline.tokens.refresh_token ?? '');
  t.equal(kept.status, 200, 'offline access outlives the session');
});

t.test('all others end at once, with offline access where the box is ticked', async (t) => {
  const { browser, tokens, party } = await signedIn({ scope: 'openid offline_access' });
  const others = [await signedIn(), await signedIn({ scope: 'openid offline_access' })];
  const page = await browser.submit(await browser.open(`${list}/others`), { offline: 'yes' });
  t.equal(page.url, `${list}?done=yes`);
  t.strictSame(idsIn(page), []);
  for (const other of others) {
    t.equal((await other.browser.request(list)).status, 303);
    const { body } = await other.party.refresh(other.tokens.refresh_token ?? '');
    t.equal(body.error, 'invalid_grant');
  }
  t.equal((await party.refresh(tokens.refresh_token ?? '')).status, 200, 'this device keeps its own');
});
