import t, { type Test } from 'tap';
import {
  Browser,
  formOf,
  newVerifier,
  type Page,
  password,
  RelyingParty,
  redirectParameters,
  redirectUri,
  secret,
  startInProcess,
  type TestServer,
} from '../support/setup/index.ts';

const api = 'https://api.example.com/notes';

const config = {
  accounts: [
    {
      username: 'ada',
      password,
      name: 'Ada Lovelace',
      email: 'ada@example.com',
      birthdate: '1815-12-10',
      claims: { department: 'Engines', cost_center: 7, salary: 'nobody’s business' },
    },
    { username: 'bob', password },
  ],
  claims: { department: ['department', 'cost_center'] },
  scopes: {
    department: { en: 'See where you work', de: 'Sehen, wo Sie arbeiten' },
    'notes:read': 'Read your notes',
  },
  resources: [{ audience: api, scopes: ['notes:read', 'notes:write'] }],
  clients: [
    {
      client_id: 'app',
      client_name: 'Harbour <Notes>',
      client_secret: secret,
      redirect_uris: [redirectUri, 'https://notes.example.com/callback'],
      grant_types: ['authorization_code', 'refresh_token'],
      policy_uri: 'https://notes.example.com/privacy',
    },
    {
      client_id: 'native',
      application_type: 'native',
      token_endpoint_auth_method: 'none',
      redirect_uris: ['com.example.notes:/callback'],
    },
    {
      client_id: 'own',
      application_type: 'native',
      token_endpoint_auth_method: 'none',
      redirect_uris: ['https://notes.example.com/app', 'com.example.own:/callback'],
      first_party: true,
    },
  ],
};

const open = async (t: Test): Promise<TestServer> => {
  const server = await startInProcess(t, config);
  return server;
};

interface Asking {
  readonly browser: Browser;
  readonly party: RelyingParty;
  readonly verifier: string;
  readonly page: Page;
}

/** Signs in if asked, and returns the consent page or the redirect to the client. */
const ask = async (
  { issuer }: TestServer,
  parameters: Readonly<Record<string, string>> = {},
  browser = new Browser(),
): Promise<Asking> => {
  const { client_id: id = 'app', login = 'ada', ...others } = parameters;
  const party = new RelyingParty(issuer, id, id === 'app' ? secret : '');
  const verifier = newVerifier();
  let page = await browser.open(party.authorizationUrl(verifier, { state: 'the-state', ...others }));
  if (page.body.includes('login-submit')) page = await browser.submit(page, { login, password });
  return { browser, party, verifier, page };
};

const asksConsent = ({ page }: { readonly page: Page }): boolean => page.body.includes('consent-allow');

/** Presses "Allow" after unticking some boxes. */
const allow = ({ browser, page }: Asking, without: readonly string[] = []): Promise<Page> => {
  const { hidden } = formOf(page.body);
  const body = new URLSearchParams({ ...hidden, decision: 'allow' });
  for (const name of without) body.delete(name);
  return browser.open(page.url, { method: 'POST', body });
};

const redeem = async ({ party, verifier }: Asking, back: Page, parameters = {}) => {
  const { body } = await party.redeem(redirectParameters(back).get('code') ?? '', verifier, parameters);
  const person = await fetch(`${party.issuer}/userinfo`, {
    headers: { authorization: `Bearer ${body['access_token']}` },
  });
  return { tokens: body, scope: String(body['scope']).split(' ').sort(), person: await person.json() };
};

t.test('the page shows the account, the application, what it asks for and where it leads', async (t) => {
  const server = await open(t);
  const asking = await ask(server, { scope: 'openid profile email department', ui_locales: 'fr de-AT' });
  const { body, headers } = asking.page;
  t.match(body, '<html lang="de"', 'in the language that the application asked for');
  t.match(body, 'ada');
  t.match(body, 'ada@example.com');
  t.match(body, 'Harbour &lt;Notes&gt;');
  t.match(body, 'Sehen, wo Sie arbeiten');
  t.match(body, 'class="notice notice-warn redirect"', 'a way back to this very device is said aloud');
  t.match(body, 'localhost:4999');
  t.match(body, 'href="https://notes.example.com/privacy"');
  t.notMatch(body, 'badge-new', 'with nothing allowed before, nothing is new');
  t.notMatch(body, 'badge-warn');
  t.match(
    headers.get('content-security-policy'),
    "form-action 'self' http://localhost:4999 https://notes.example.com;",
  );

  const elsewhere = await ask(server, { redirect_uri: 'https://notes.example.com/callback' });
  t.notMatch(elsewhere.page.body, 'notice-warn redirect');
  t.match(elsewhere.page.body, 'notes.example.com');
});

t.test(
  '"Cancel" is a real access_denied with state and iss (RFC 6749 §4.1.2.1, RFC 9207), and remembers nothing',
  async (t) => {
    const server = await open(t);
    const asking = await ask(server);
    const back = await asking.browser.submit(asking.page, { decision: 'deny' });
    t.equal(back.status, 303);
    t.strictSame(
      Object.fromEntries([...redirectParameters(back)].filter(([name]) => name !== 'error_description')),
      {
        error: 'access_denied',
        error_uri: `${server.issuer}/errors/access_denied`,
        state: 'the-state',
        iss: server.issuer,
      },
    );
    t.ok(asksConsent(await ask(server, {}, asking.browser)), 'the question comes again');
    const form = await asking.browser.submit((await ask(server, {}, asking.browser)).page, {
      decision: 'ALLOW',
    });
    t.equal(redirectParameters(form).get('error'), 'access_denied', 'only the button that says so allows');
  },
);

t.test('consent is kept per account and client, and only new scopes are asked and marked', async (t) => {
  const server = await open(t);
  const first = await ask(server, { scope: 'openid email' });
  const { scope } = await redeem(first, await allow(first));
  t.strictSame(scope, ['email', 'openid']);
  t.ok(
    redirectParameters((await ask(server, { scope: 'openid email' })).page).has('code'),
    'not asked again in another browser',
  );
  t.ok(asksConsent(await ask(server, { scope: 'openid email', login: 'bob' })), 'another person is');

  const more = await ask(server, { scope: 'openid email profile department' });
  t.equal(more.page.body.match(/badge-new/g)?.length, 2);
  t.match(more.page.body, 'name="scope:profile"');
  t.match(more.page.body, 'See where you work');
  t.notMatch(more.page.body, 'name="scope:email"');
});

t.test('a scope may be left out, allowed later, and taken back', async (t) => {
  const server = await open(t);
  const first = await ask(server, { scope: 'openid profile email' });
  const partial = await redeem(first, await allow(first, ['scope:email']));
  t.strictSame(partial.scope, ['openid', 'profile']);
  t.match(partial.person, { name: 'Ada Lovelace' });
  t.notOk('email' in partial.person);
  t.ok(
    redirectParameters((await ask(server, {}, first.browser)).page).has('code'),
    'this session does not nag',
  );
  t.match((await ask(server)).page.body, 'name="scope:email"', 'the next one asks for what was left out');

  const again = await ask(server, { prompt: 'consent' }, first.browser);
  t.match(again.page.body, /name="scope:profile"[\s\S]*name="scope:email"/, 'prompt=consent shows all of it');
  t.equal(again.page.body.match(/badge-new/g)?.length, 1);
  const whole = await redeem(again, await allow(again));
  t.strictSame(whole.scope, ['email', 'openid', 'profile'], 'a former refusal does not outweigh it');

  const taken = await ask(server, { prompt: 'consent' }, first.browser);
  const less = await redeem(taken, await allow(taken, ['scope:profile']));
  t.strictSame(less.scope, ['email', 'openid']);
  t.match((await ask(server)).page.body, 'name="scope:profile"', 'and is forgotten');
});

t.test('concurrent answers are all kept', async (t) => {
  const server = await open(t);
  const scopes = ['email', 'profile', 'department'];
  const first = await Promise.all(scopes.map((scope) => ask(server, { scope: `openid ${scope}` })));
  for (const back of await Promise.all(first.map((asking) => allow(asking))))
    t.ok(redirectParameters(back).has('code'));
  const all = { scope: `openid ${scopes.join(' ')}` };
  t.ok(redirectParameters((await ask(server, all)).page).has('code'), 'nothing is asked twice');

  const second = await Promise.all(scopes.map(() => ask(server, { ...all, prompt: 'consent' })));
  await Promise.all(second.map((asking, at) => allow(asking, at === 0 ? ['scope:email'] : [])));
  const again = await ask(server, { ...all, prompt: 'consent' });
  t.match(again.page.body, 'name="scope:profile"');
  const resources = await Promise.all(
    ['notes:read', 'notes:write'].map((scope) => ask(server, { scope: `openid ${scope}`, resource: api })),
  );
  for (const back of await Promise.all(resources.map((asking) => allow(asking)))) {
    t.ok(redirectParameters(back).has('code'));
  }
  const both = await ask(server, { scope: 'openid notes:read notes:write', resource: api });
  t.ok(redirectParameters(both.page).has('code'), 'what is allowed at an API as well');
});

t.test(
  'single claims are listed by name, and only essential ones can’t be unticked (OpenID Connect Core §5.5)',
  async (t) => {
    const server = await open(t);
    const claims = JSON.stringify({
      userinfo: { name: null, birthdate: { essential: true }, department: null, salary: null, '<b>': null },
    });
    const asking = await ask(server, { scope: 'openid', claims });
    t.match(asking.page.body, 'name="claim:name"');
    t.notMatch(asking.page.body, 'name="claim:birthdate"');
    t.match(asking.page.body, 'Date of birth');
    t.notMatch(asking.page.body, 'salary', 'what no scope releases is not to be had');
    const { person } = await redeem(asking, await allow(asking, ['claim:name']));
    t.strictSame(Object.keys(person).sort(), ['birthdate', 'department', 'sub']);
    t.ok(
      redirectParameters((await ask(server, { scope: 'openid', claims }, asking.browser)).page).has('code'),
    );
  },
);

t.test('claims that the operator defined are released by their scope, at userinfo only', async (t) => {
  const server = await open(t);
  const asking = await ask(server, { scope: 'openid department' });
  const { tokens, person } = await redeem(asking, await allow(asking));
  t.match(person, { department: 'Engines', cost_center: 7 });
  t.notOk('salary' in person);
  const idToken = Buffer.from(String(tokens['id_token']).split('.')[1] ?? '', 'base64url').toString();
  t.notMatch(idToken, 'Engines');
  const metadata = await (await fetch(`${server.issuer}/.well-known/openid-configuration`)).json();
  t.ok(metadata.scopes_supported.includes('department'));
  t.ok(metadata.claims_supported.includes('cost_center'));
});

t.test('API access and offline access are separate lines', async (t) => {
  const server = await open(t);
  const wish = { scope: 'openid offline_access notes:read notes:write', resource: api, prompt: 'consent' };
  const asking = await ask(server, wish);
  t.match(asking.page.body, api);
  t.match(asking.page.body, 'Read your notes');
  t.match(asking.page.body, '<code>notes:write</code>', 'a scope without words is shown by its name');
  t.match(asking.page.body, 'asked-offline');
  const { tokens } = await redeem(asking, await allow(asking), { resource: api });
  t.ok(tokens['refresh_token']);
  const payload = JSON.parse(
    Buffer.from(String(tokens['access_token']).split('.')[1] ?? '', 'base64url').toString(),
  );
  t.equal(payload.aud, api);
  t.equal(payload.scope, 'notes:read notes:write');

  const again = await ask(server, wish, asking.browser);
  t.match(again.page.body, api);
  t.match(again.page.body, 'asked-offline');
  t.notMatch(again.page.body, 'badge-new', 'all of it shown, none of it new');
});

t.test('an application that registered itself is marked', async (t) => {
  const server = await open(t);
  await server.app.services.clients.register({
    metadata: {
      client_id: 'self',
      client_name: 'Postern Security Team',
      redirect_uris: [redirectUri],
      client_uri: 'https://bank.example.com/',
      initiate_login_uri: 'https://bank.example.com/login',
    },
    secret: { value: secret },
  });
  const browser = new Browser();
  const login = await browser.open(new RelyingParty(server.issuer, 'self').authorizationUrl(newVerifier()));
  t.match(login.body, 'face-detail">localhost:4999', 'by the host that its answers go to');
  t.notMatch(login.body, 'bank.example.com', 'and not by a home page, which may be anybody’s');
  const shown = await browser.submit(login, { login: 'ada', password });
  t.notMatch(shown.body, 'bank.example.com');
  await browser.submit(shown, { decision: 'deny' });
  const late = await browser.open(login.url);
  t.match(late.body, 'You’ve already completed this step');
  t.notMatch(late.body, 'bank.example.com', 'there is no redirect');
  const asking = await ask(server, { client_id: 'self' });
  t.match(asking.page.body, /badge-warn">Unverified/);
  t.match(asking.page.body, 'Its name and logo haven’t been verified');
  t.match(asking.page.body, /First seen on [A-Z][a-z]+ \d/);
});

t.test(
  'a native application asks each time (RFC 8252 §8.6); a first-party one only where another could impersonate it',
  async (t) => {
    const server = await open(t);
    const wish = { client_id: 'native', redirect_uri: 'com.example.notes:/callback' };
    const first = await ask(server, wish);
    t.match(first.page.body, 'com.example.notes:');
    t.ok(redirectParameters(await allow(first)).has('code'));
    const second = await ask(server, wish, first.browser);
    t.ok(asksConsent(second));
    t.match(second.page.body, 'name="scope:email"', 'and shows what it has');
    t.notMatch(second.page.body, 'badge-new');
    const claimed = { client_id: 'own', redirect_uri: 'https://notes.example.com/app' };
    t.ok(redirectParameters((await ask(server, claimed, first.browser)).page).has('code'));
    const scheme = { client_id: 'own', redirect_uri: 'com.example.own:/callback' };
    t.ok(asksConsent(await ask(server, scheme, first.browser)));
  },
);

t.test('consent requires the form that was shown to this person (consent CSRF)', async (t) => {
  const server = await open(t);
  const asking = await ask(server);
  const { browser, page } = asking;
  const post = (fields: Record<string, string>, headers: Record<string, string> = {}) =>
    browser.request(page.url, { method: 'POST', body: new URLSearchParams(fields), headers });
  const csrf = formOf(page.body).hidden['csrf'] ?? '';
  const decision = 'allow';
  t.equal((await post({ decision })).status, 403);
  const login = await new Browser().open(new RelyingParty(server.issuer).authorizationUrl(newVerifier()));
  t.equal(
    (await post({ decision, csrf: formOf(login.body).hidden['csrf'] ?? '' })).status,
    403,
    'the MAC of a sign-in form',
  );
  t.equal((await post({ decision, csrf }, { origin: 'https://evil.example.com' })).status, 403);
  t.equal(
    (await browser.request(`${page.url}?decision=allow&csrf=${csrf}`)).status,
    200,
    'a GET only shows the page',
  );
  const bobs = await ask(server, { login: 'bob' });
  t.equal((await bobs.browser.request(page.url)).status, 400, 'the page of another person');
  t.equal(
    (await bobs.browser.request(page.url, { method: 'POST', body: new URLSearchParams({ decision, csrf }) }))
      .status,
    400,
  );
  t.ok(
    redirectParameters(await browser.submit(page, { decision })).has('code'),
    'the form itself still works',
  );
});

t.test('the account can be switched on the way, within the same request', async (t) => {
  const server = await open(t);
  const asking = await ask(server);
  const { browser } = asking;
  const link = /href="(\/interaction\/[^"]+switch=yes)"/.exec(asking.page.body)?.[1] ?? '';
  const login = await browser.open(new URL(link, server.issuer).href);
  t.match(login.body, 'login-submit');
  t.notMatch(login.body, /id="login"[^>]* readonly/, 'a blank form');
  const swap = await browser.submit(login, { login: 'bob', password });
  const consent = await browser.submit(swap, {});
  t.match(consent.body, 'consent-allow');
  t.match(consent.body, '<strong>bob</strong>');
  const old = await browser.open(asking.page.url);
  t.notMatch(old.body, '<strong>ada</strong>', 'the page of the former account is gone');
  const back = await allow({ ...asking, page: consent });
  t.equal(redirectParameters(back).get('state'), 'the-state');
  const { person } = await redeem(asking, back);
  t.equal(person.preferred_username, 'bob');
});

t.test('two consents at once on one session are both in the grant', async (t) => {
  const server = await open(t);
  const { browser, page } = await ask(server, { scope: 'openid' });
  await browser.submit(page, { decision: 'allow' });
  const wishes = ['openid email', 'openid profile', 'openid department'];
  const asking = await Promise.all(wishes.map((scope) => ask(server, { scope }, browser)));
  const answers = await Promise.all(asking.map((one) => allow(one)));
  for (const [at, answer] of answers.entries()) {
    const scope = wishes[at] ?? '';
    t.ok(redirectParameters(answer).has('code'), `${scope}: nothing is asked twice`);
    const one = asking[at];
    if (one) t.strictSame((await redeem(one, answer)).scope, scope.split(' ').sort());
  }
});
