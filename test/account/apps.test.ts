import t from 'tap';
import { assertEach } from '../support/assert-each.ts';
import {
  Browser,
  codeFor,
  formOf,
  newVerifier,
  type Page,
  password,
  RelyingParty,
  redirectUri,
  secret,
  signedInBrowser,
  startInProcess,
  usualConfig,
} from '../support/setup/index.ts';

const api = 'https://notes.example.com/';
const web = { client_secret: secret, redirect_uris: [redirectUri] };
const server = await startInProcess(t, {
  ...usualConfig,
  accounts: [
    { ...usualConfig.accounts[0], groups: ['staff'] },
    { username: 'bob', password },
  ],
  groups: [{ name: 'staff' }],
  claims: {},
  resources: [{ audience: api, scopes: [{ name: 'notes:read', description: 'Read your notes' }] }],
  registration: { enabled: true },
  clients: [
    ...usualConfig.clients,
    {
      client_id: 'notes/1',
      client_name: 'Notes',
      ...web,
      resources: [api],
      grant_types: ['authorization_code', 'refresh_token'],
    },
    { client_id: 'wiki', client_name: 'Wiki', ...web, client_uri: 'https://wiki.example.com/' },
    {
      client_id: 'chat',
      client_name: 'Chat',
      ...web,
      initiate_login_uri: 'https://chat.example.com/login',
      client_uri: 'https://chat.example.com/',
    },
    {
      client_id: 'payroll',
      client_name: 'Payroll',
      ...web,
      client_uri: 'https://pay.example.com/',
      allowed_groups: ['staff'],
    },
  ],
});
const { issuer } = server;
const list = `${issuer}/account/apps`;
const offline = { scope: 'openid offline_access notes:read', resource: api, prompt: 'consent' };
const notes = new RelyingParty(issuer, 'notes/1');

const connect = async (browser: Browser, party = notes, parameters: Record<string, string> = offline) => {
  const { code, verifier } = await codeFor(party, browser, parameters);
  const { status, body } = await party.redeem(code, verifier);
  if (status !== 200) throw new Error(`no tokens: ${body.error_description}`);
  return body;
};

const register = async (more: object = {}): Promise<RelyingParty> => {
  const response = await fetch(`${issuer}/oauth/register`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ redirect_uris: [redirectUri], client_name: 'Agent', ...more }),
  });
  const { client_id, client_secret } = JSON.parse(await response.text());
  return new RelyingParty(issuer, client_id, client_secret);
};

const bobsBrowser = async (): Promise<Browser> => {
  const browser = await signedInBrowser(server, 'bob');
  return browser;
};

const disconnectLinks = ({ body }: Page): readonly string[] =>
  [...body.matchAll(/class="app-disconnect" href="([^"]+)"/g)].map(([, href = '']) => `${issuer}${href}`);
const opened = ({ body }: Page): readonly string[] =>
  [...body.matchAll(/class="app-open" href="([^"]+)"/g)].map(([, href = '']) => href);

t.beforeEach(async () => {
  const { accounts, connectedApps } = server.app.services;
  for (const name of ['ada', 'bob']) {
    const { id = '' } = (await accounts.findByUsername(name)) ?? {};
    for (const { client } of await connectedApps.list(id)) await connectedApps.disconnect(id, client);
  }
});

t.test('without a session, a form of it, or from another site nothing is disconnected', async (t) => {
  const browser = new Browser();
  const { refresh_token } = await connect(browser);
  const page = await browser.open(list);
  const [link = ''] = disconnectLinks(page);
  const { hidden } = formOf((await browser.open(link)).body);
  const post = (who: Browser, fields: Readonly<Record<string, string>>, headers = {}) =>
    who.request(`${list}/disconnect`, {
      method: 'POST',
      body: new URLSearchParams(fields),
      headers: { origin: issuer, ...headers },
    });
  t.equal((await post(new Browser(), hidden)).status, 303, 'a stranger is sent to the sign-in');
  t.equal((await post(browser, { ...hidden, csrf: 'x'.repeat(43) })).status, 403);
  t.equal((await post(browser, { app: 'notes/1' })).status, 403);
  t.equal((await post(await bobsBrowser(), hidden)).status, 403, 'the token is of another person');
  t.equal((await post(browser, hidden, { origin: 'https://evil.example' })).status, 403);
  for (const app of ['', 'wiki', 'postern-account', '__proto__'])
    t.equal((await post(browser, { ...hidden, app })).status, 404, `one that is not connected: ${app}`);
  t.equal((await browser.open(`${list}/disconnect`)).status, 404);
  t.equal((await browser.open(`${list}/disconnect-unverified`)).status, 404, 'there is none');
  t.equal((await notes.refresh(String(refresh_token))).status, 200);
});

t.test('the page lists what a person may open', async (t) => {
  const browser = new Browser();
  await codeFor(new RelyingParty(issuer), browser);
  await register({ client_uri: 'https://harmless.example.com/' });
  const chat = `https://chat.example.com/login?${new URLSearchParams({ iss: issuer })}`;
  t.same(opened(await browser.open(list)), [chat, 'https://pay.example.com/', 'https://wiki.example.com/']);
  t.same(
    opened(await (await bobsBrowser()).open(list)),
    [chat, 'https://wiki.example.com/'],
    'and not what is for members of other groups',
  );
  const { clients } = server.app.services;
  await clients.stop('wiki');
  t.same(opened(await browser.open(list)), [chat, 'https://pay.example.com/'], 'or was stopped');
  await clients.start('wiki');
});

t.test('the page says what an application may, and disconnects it', async (t) => {
  const browser = new Browser();
  const claims = JSON.stringify({ userinfo: { birthdate: { essential: true } } });
  const { access_token, refresh_token } = await connect(browser, notes, { ...offline, claims });
  await connect(browser, new RelyingParty(issuer), {});
  const bob = await bobsBrowser();
  t.equal(disconnectLinks(await bob.open(list)).length, 0, 'another person sees none of it');

  const page = await browser.open(list);
  t.equal(disconnectLinks(page).length, 2);
  t.notMatch(page.body, 'postern-account');
  const entry = page.body.split('<li>').find((part) => part.includes('Notes')) ?? '';
  t.match(page.body, 'Read your notes');
  t.match(page.body, 'Date of birth', 'also what it asked for one by one');
  t.match(page.body, api);
  t.match(page.body, /<time datetime="20/);
  t.notMatch(entry, 'badge-warn');
  const link = disconnectLinks(page).find((href) => href.endsWith('app=notes%2F1')) ?? '';
  const question = await browser.open(link);
  t.match(question.body, 'Disconnect Notes?');
  const done = await browser.submit(question, {});
  t.equal(done.url, `${list}?done=yes`);
  t.match(done.body, 'role="status"');
  t.equal(disconnectLinks(done).length, 1, 'the other one stays');
  t.match(await notes.refresh(String(refresh_token)), { status: 400, body: { error: 'invalid_grant' } });
  t.equal((await notes.post('/oauth/introspect', { token: String(access_token) })).body['active'], false);
  const again = await browser.open(notes.authorizationUrl(newVerifier(), { scope: 'openid' }));
  t.match(again.body, /consent-allow/, 'it asks again');
  t.match(
    server.events.findLast(({ type }) => type === 'app.disconnected'),
    {
      client: 'notes/1',
      address: /127\.0\.0\.1|::1/,
      correlation: /./,
    },
  );
  t.equal((await browser.submit(question, {})).status, 404, 'the same form a second time');
});

t.test('all applications that registered themselves are disconnected at once', async (t) => {
  const browser = new Browser();
  const kept = await connect(browser);
  const agents = [
    await register({ client_name: 'Agent <b>1</b>' }),
    await register({ client_name: 'Agent 2' }),
  ];
  const tokens: unknown[] = [];
  for (const agent of agents)
    tokens.push((await connect(browser, agent, { scope: 'openid', prompt: 'consent' })).access_token);
  const page = await browser.open(list);
  t.equal(page.body.match(/badge-warn/g)?.length, 2);
  t.match(page.body, 'Agent &lt;b&gt;1&lt;/b&gt;');
  const question = await browser.open(`${list}/disconnect-unverified`);
  t.match(question.body, 'Agent 2');
  t.notMatch(question.body, 'Notes');
  const done = await browser.submit(question, {});
  t.equal(disconnectLinks(done).length, 1);
  for (const [at, agent] of agents.entries())
    t.equal((await agent.post('/oauth/introspect', { token: String(tokens[at]) })).body['active'], false);
  t.equal((await notes.refresh(String(kept.refresh_token))).status, 200);
});

t.test('the button pressed in ten windows at once leaves nothing and no error', async (t) => {
  const browser = new Browser();
  await connect(browser);
  const [link = ''] = disconnectLinks(await browser.open(list));
  const { hidden } = formOf((await browser.open(link)).body);
  const before = server.events.filter(({ type }) => type === 'app.disconnected').length;
  const answers = await Promise.all(
    Array.from({ length: 10 }, () =>
      browser.request(`${list}/disconnect`, {
        method: 'POST',
        body: new URLSearchParams(hidden),
        headers: { origin: issuer },
      }),
    ),
  );
  assertEach(t, answers, ({ status }) => status === 303 || status === 404);
  t.ok(answers.some(({ status }) => status === 303));
  t.ok(server.events.filter(({ type }) => type === 'app.disconnected').length > before);
  t.equal(disconnectLinks(await browser.open(list)).length, 0);
});
