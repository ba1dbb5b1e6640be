import t, { type Test } from 'tap';
import {
  Browser,
  formOf,
  newVerifier,
  type Page,
  password,
  RelyingParty,
  redirectUri,
  startInProcess,
  type TestServer,
  usualConfig,
} from '../support/setup/index.ts';
import { documentsOf } from '../support/stored-entries.ts';

// A refused request keeps nothing but what has to survive a refusal, whatever form and status its response has.

const deviceGrant = 'urn:ietf:params:oauth:grant-type:device_code';

const config = {
  ...usualConfig,
  security: { password: { memory_kib: 8192, passes: 1 }, acr_values: ['low', 'high'] },
  clients: [
    ...usualConfig.clients,
    {
      client_id: 'tv',
      token_endpoint_auth_method: 'none',
      application_type: 'native',
      grant_types: [deviceGrant],
      response_types: [],
    },
    { client_id: 'asking', token_endpoint_auth_method: 'none', redirect_uris: [redirectUri] },
  ],
};

const unreachable = JSON.stringify({ id_token: { acr: { essential: true, value: 'high' } } });
const responseModes = ['query', 'fragment', 'form_post', 'query.jwt', 'fragment.jwt', 'form_post.jwt'];

/** The error of an authorization response, whichever way it takes to the client. */
const errorIn = ({ headers, body }: Page): string => {
  const location = headers.get('location');
  const fields =
    location === null
      ? formOf(body).hidden
      : Object.fromEntries(new URLSearchParams(location.replace(/^[^?#]*[?#]/, '')));
  const signed = fields['response'];
  const { error = '' } =
    signed === undefined
      ? fields
      : JSON.parse(Buffer.from(signed.split('.')[1] ?? '', 'base64url').toString());
  return error;
};

/** The texts of all stored documents by their keys. */
const textsIn = async ({ store }: TestServer): Promise<ReadonlyMap<string, string>> =>
  new Map(
    (await documentsOf(store)).map(({ key, document }) => [
      `${key.kind} ${key.family} ${key.id}`,
      JSON.stringify(document),
    ]),
  );

/** The kinds of the documents that a request added or changed. */
const keptBy = async (server: TestServer, request: () => Promise<unknown>): Promise<readonly string[]> => {
  const before = await textsIn(server);
  // Sessions slide by whole seconds.
  server.clock.advance(5);
  await request();
  const after = await textsIn(server);
  const changed = [...after].filter(([key, text]) => before.get(key) !== text);
  return [...new Set(changed.map(([key]) => key.split(' ')[0] ?? ''))].sort();
};

const start = (t: Test) => startInProcess(t, config);

t.test('after an acr that was not reached the sign-in stays, in every response mode', async (t) => {
  const server = await start(t);
  const app = new RelyingParty(server.issuer);
  const kept: (readonly string[])[] = [];
  for (const mode of responseModes) {
    const browser = new Browser();
    const login = await browser.open(
      app.authorizationUrl(newVerifier(), { claims: unreachable, response_mode: mode }),
    );
    let answer: Page | undefined;
    kept.push(
      await keptBy(server, async () => {
        answer = await browser.submit(login, { login: 'ada', password });
      }),
    );
    t.equal(answer && errorIn(answer), 'unmet_authentication_requirements', mode);
    t.match((await browser.open(login.url)).body, 'already completed', `${mode}: the step is done`);
    const silent = await browser.open(app.authorizationUrl(newVerifier(), { prompt: 'none' }));
    t.match(silent.headers.get('location'), 'code=', `${mode}: the person is signed in`);
  }
  for (const kinds of kept) t.strictSame(kinds, kept[0]);
  t.ok(kept[0]?.includes('se'));
  t.notOk(kept[0]?.includes('gr'), 'no grant is stored');
});

t.test('a denial ends its step in every response mode', async (t) => {
  const server = await start(t);
  const asking = new RelyingParty(server.issuer, 'asking', '');
  const browser = new Browser();
  for (const mode of responseModes) {
    let page = await browser.open(asking.authorizationUrl(newVerifier(), { response_mode: mode }));
    if (page.body.includes('login-submit')) page = await browser.submit(page, { login: 'ada', password });
    t.equal(errorIn(await browser.submit(page, { decision: 'deny' })), 'access_denied', mode);
    const late = await browser.submit(page, { decision: 'allow' });
    t.match(late.body, 'already completed', `${mode}: the denial stays`);
  }
});

t.test('a silent request that is refused keeps nothing in any response mode', async (t) => {
  const server = await start(t);
  const asking = new RelyingParty(server.issuer, 'asking', '');
  const browser = new Browser();
  const login = await browser.open(asking.authorizationUrl(newVerifier()));
  await browser.submit(login, { login: 'ada', password });
  for (const mode of responseModes) {
    const parameters = { prompt: 'none', response_mode: mode };
    const kept = await keptBy(server, async () => {
      const answer = await browser.open(asking.authorizationUrl(newVerifier(), parameters));
      t.equal(errorIn(answer), 'consent_required', mode);
      t.notMatch(answer.headers.get('set-cookie') ?? '', 'session', 'the session has no new cookie');
    });
    t.strictSame(kept, [], mode);
  }
});

t.test('a refusal that is answered with a page or a redirect keeps nothing', async (t) => {
  const server = await start(t);
  const { issuer } = server;
  const app = new RelyingParty(issuer);
  const browser = new Browser();
  const login = await browser.open(app.authorizationUrl(newVerifier()));
  await browser.submit(login, { login: 'ada', password });
  const post = (path: string, fields: Readonly<Record<string, string>>): Promise<Page> =>
    browser.request(`${issuer}${path}`, {
      method: 'POST',
      body: new URLSearchParams(fields),
      headers: { origin: issuer },
    });

  await t.test('a form of signing out that was replaced', async (t) => {
    await browser.open(`${issuer}/oauth/logout`);
    const kept = await keptBy(server, async () => {
      const answer = await post('/oauth/logout/confirm', { xsrf: 'of-another-tab', logout: 'yes' });
      t.equal(answer.status, 303);
    });
    t.strictSame(kept, []);
  });

  await t.test('a form of the device page that was replaced', async (t) => {
    await browser.open(`${issuer}/oauth/device`);
    const kept = await keptBy(server, async () => {
      const answer = await post('/oauth/device', { xsrf: 'of-another-tab', user_code: 'BBBB-BBBB' });
      t.equal(answer.status, 303);
    });
    t.strictSame(kept, []);
  });

  await t.test('a code that is wrong, and a denial', async (t) => {
    const { body } = await new RelyingParty(issuer, 'tv', '').post('/oauth/device_authorization', {
      scope: 'openid',
    });
    const entry = await browser.open(`${issuer}/oauth/device`);
    const wrong = await keptBy(server, async () => {
      t.equal((await browser.submit(entry, { user_code: 'BBBB-BBBB' })).status, 422);
    });
    t.strictSame(wrong, []);
    const confirmation = await browser.submit(entry, { user_code: String(body['user_code']) });
    const denied = await keptBy(server, async () => {
      const { hidden } = formOf(confirmation.body);
      const { xsrf = '', user_code = '' } = hidden;
      t.equal((await post('/oauth/device', { xsrf, user_code, abort: 'yes' })).status, 200);
    });
    t.strictSame(denied, ['an', 'dc'], 'the denial is kept');
  });

  await t.test('a refused request of a client', async (t) => {
    const requests: Readonly<Record<string, Readonly<Record<string, string>>>> = {
      '/oauth/token': { grant_type: 'authorization_code', code: 'x'.repeat(43), redirect_uri: redirectUri },
      '/oauth/par': { response_type: 'token' },
      '/oauth/introspect': {},
      '/oauth/revoke': {},
    };
    for (const [path, fields] of Object.entries(requests)) {
      const kept = await keptBy(server, async () =>
        t.equal((await app.post(path, fields)).status, 400, path),
      );
      t.strictSame(kept, [], path);
    }
  });
});
