import { request } from 'node:http';
import t, { type Test } from 'tap';
import type { Clock } from '#src/store/port.ts';
import { createClockAtMinuteStart } from '../support/clocks.ts';
import {
  Browser,
  formOf,
  newVerifier,
  type Page,
  password,
  RelyingParty,
  redirectUri,
  secret,
  startInProcess,
  type TestServer,
  usualConfig,
} from '../support/setup/index.ts';

/** Hostile text for every value from a client, a person, an operator or a URL. */
const payload = `"'><img src=x onerror=alert(1)><script>alert(2)</script>`;
/** RFC 6749 §3.3 forbids quotes and spaces in a scope, and nothing else. */
const scopePayload = "<img/src=x/onerror='alert(3)'>";
const api = 'https://api.example.com/';

const hostile = {
  pages: { name: `Sign-in ${payload}`.slice(0, 99) },
  accounts: [{ username: `ada${payload}`, password, name: payload, claims: { department: payload } }],
  claims: { [scopePayload]: ['department'] },
  scopes: { 'read:it': `Read ${payload}` },
  resources: [{ audience: `${api}?${scopePayload}`, scopes: ['read:it', `${scopePayload}2`] }],
  clients: [
    {
      client_id: `app${scopePayload}`,
      client_name: `App ${payload}`,
      client_secret: secret,
      redirect_uris: [redirectUri, 'https://notes.example.com/callback?a=%22%3E%3Cscript%3E'],
      post_logout_redirect_uris: ['https://notes.example.com/bye'],
      client_uri: `https://notes.example.com/?${encodeURIComponent(payload)}`,
      logo_uri: `https://notes.example.com/logo.svg?'><script>alert(4)</script>`,
      policy_uri: "https://notes.example.com/privacy?'><script>",
    },
  ],
};

const open = async (t: Test, config: Record<string, unknown>, clock: Clock = Date): Promise<TestServer> => {
  const postern = await startInProcess(t, config, { clock });
  return postern;
};

/** Asserts that the page has only elements and attributes that the templates write. */
const assertNoMarkup = (t: Test, page: Page, name: string): void => {
  t.notMatch(
    page.body,
    /<img(?! class="face-logo" src="https:\/\/notes\.example\.com\/)/,
    `${name}: no foreign image`,
  );
  t.notMatch(page.body, /<script(?! src="\/assets\/)/, `${name}: no foreign script`);
  t.notMatch(page.body.replaceAll(/"[^"]*"/g, '""'), /<[^>]*\son\w+=/, `${name}: no handler`);
  t.notMatch(page.body, /\s(style|srcdoc)="|<style|javascript:/i, `${name}: nothing inline`);
};

const guarded = (t: Test, { headers }: Page, name: string): void => {
  const policy = headers.get('content-security-policy') ?? '';
  t.match(
    policy,
    "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'",
    `${name}: policy`,
  );
  t.notMatch(policy, /unsafe|nonce|sha256|\*/, `${name}: without exceptions`);
  t.match(policy, "frame-ancestors 'none'; base-uri 'none'", `${name}: in no frame`);
  t.equal(headers.get('x-frame-options'), 'DENY', `${name}: in no frame of an old browser`);
  t.equal(headers.get('x-content-type-options'), 'nosniff', name);
  t.equal(headers.get('referrer-policy'), 'strict-origin', name);
  t.equal(headers.get('cache-control'), 'no-store', `${name}: not cached`);
  t.equal(headers.get('content-type'), 'text/html; charset=utf-8', name);
};

t.test('no outside text becomes markup, and every page has its security headers', async (t) => {
  const postern = await open(t, hostile);
  const id = `app${scopePayload}`;
  const party = new RelyingParty(postern.issuer, id);
  const authorize = (parameters: Record<string, string> = {}) =>
    party.authorizationUrl(newVerifier(), {
      state: payload,
      nonce: payload,
      login_hint: payload,
      ui_locales: payload,
      scope: `openid profile read:it ${scopePayload} ${scopePayload}2`,
      resource: `${api}?${scopePayload}`,
      claims: JSON.stringify({ userinfo: { department: null, [payload]: null } }),
      ...parameters,
    });
  const look = (page: Page, name: string, status = 200): Page => {
    t.equal(page.status, status, name);
    assertNoMarkup(t, page, name);
    guarded(t, page, name);
    return page;
  };

  const browser = new Browser();
  const person = { login: `ada${payload}`, password };
  const login = look(await browser.open(authorize()), 'login');
  t.match(login.body, 'App &quot;&#39;&gt;&lt;img src=x', 'it is there, as text');
  look(await browser.submit(login, { login: payload, password: payload }), 'login, refused', 422);
  look(
    await browser.open(`${login.url}?lang=${encodeURIComponent(payload)}&x=${encodeURIComponent(payload)}`),
    'language',
  );
  const consent = look(await browser.submit(login, person), 'consent');
  t.match(consent.body, '&lt;img/src=x/onerror=');
  const again = look(
    await browser.open(authorize({ prompt: 'login', login_hint: person.login })),
    'signing in again',
  );
  t.match(again.body, 'value="ada&quot;');
  look(await browser.open(authorize({ prompt: 'select_account' })), 'choosing an account');
  const post = look(
    await browser
      .open((await browser.submit(consent, { decision: 'deny' })).url)
      .then(() => browser.open(authorize({ response_mode: 'form_post', prompt: 'none', scope: 'openid' }))),
    'form_post',
    400,
  );
  t.equal(formOf(post.body).hidden['state'], payload, 'the state goes back as it came');
  look(await browser.open(login.url), 'expired', 400);
  const out = look(
    await browser.open(
      `${postern.issuer}/oauth/logout?client_id=${encodeURIComponent(id)}&state=${encodeURIComponent(payload)}`,
    ),
    'logout',
  );
  t.match(out.body, 'logout-confirm');
  look(
    await browser.open(
      `${postern.issuer}/oauth/logout?client_id=${encodeURIComponent(id)}&post_logout_redirect_uri=${encodeURIComponent(`https://evil.example.com/${payload}`)}`,
    ),
    'logout to nowhere',
    400,
  );
  look(
    await browser.open(`${postern.issuer}/oauth/device?user_code=${encodeURIComponent(payload)}`),
    'device',
  );
  for (const [name, path, status] of [
    ['unknown client', `/oauth/authorize?client_id=${encodeURIComponent(payload)}&response_type=code`, 400],
    [
      'bad redirect',
      `/oauth/authorize?client_id=${encodeURIComponent(id)}&redirect_uri=javascript:alert(1)&response_type=code&state=${encodeURIComponent(payload)}`,
      400,
    ],
    ['a parameter twice', `/oauth/authorize?client_id=a&client_id=${encodeURIComponent(payload)}`, 400],
    ['no such page', `/${encodeURIComponent(payload)}?lang=${encodeURIComponent(payload)}`, 404],
    ['no such page, raw', `/a'b<c>?d=<script>`, 404],
    ['an error explained', '/errors/invalid_grant', 200],
    ['an error unknown', `/errors/${encodeURIComponent(payload)}`, 404],
    ['front page', `/?lang=${encodeURIComponent(payload)}`, 200],
  ] as const)
    look(await browser.request(`${postern.issuer}${path}`), name, status);
});

/** Uses `node:http`, which sends the request target unchanged and shows every cookie. */
const raw = (
  postern: TestServer,
  path: string,
  headers: Record<string, string> = {},
): Promise<{ status: number; cookies: string[]; body: string; type: string; headers: Headers }> =>
  new Promise((resolve, reject) => {
    const { port } = new URL(postern.app.server.listeningOrigin);
    request({ host: '127.0.0.1', port, path, headers: { accept: 'text/html', ...headers } }, (answer) => {
      let body = '';
      answer.setEncoding('utf8').on('data', (chunk: string) => {
        body += chunk;
      });
      answer.on('end', () =>
        resolve({
          status: answer.statusCode ?? 0,
          cookies: answer.headers['set-cookie'] ?? [],
          body,
          type: answer.headers['content-type'] ?? '',
          headers: new Headers(Object.entries(answer.headers).map(([name, value]) => [name, String(value)])),
        }),
      );
    })
      .on('error', reject)
      .end();
  });

t.test(
  'over https every cookie is Secure, HttpOnly, SameSite and bound to this host or to its own path',
  async (t) => {
    const issuer = 'https://id.example.com';
    const postern = await open(t, { ...usualConfig, issuer });
    const host = { host: 'id.example.com' };
    const url = new URL(new RelyingParty(issuer).authorizationUrl(newVerifier()));
    const started = await raw(postern, url.pathname + url.search, host);
    t.equal(started.status, 303);
    const jar = started.cookies.map((line) => line.split(';')[0]).join('; ');
    const place = /path=(\/interaction\/[^;]+)/.exec(started.cookies.join())?.[1] ?? '';
    const login = await raw(postern, `${place}?lang=pl`, { ...host, cookie: jar });
    t.equal(login.status, 200);

    const { hidden } = formOf(login.body);
    const posted = await new Promise<string[]>((resolve, reject) => {
      const { port } = new URL(postern.app.server.listeningOrigin);
      const headers = {
        ...host,
        cookie: jar,
        origin: issuer,
        'content-type': 'application/x-www-form-urlencoded',
      };
      const body = new URLSearchParams({ ...hidden, login: 'ada', password, remember: 'yes' }).toString();
      request({ host: '127.0.0.1', port, path: place, method: 'POST', headers }, (answer) => {
        answer.resume();
        resolve(answer.headers['set-cookie'] ?? []);
      })
        .on('error', reject)
        .end(body);
    });
    const proof = posted.map((line) => line.split(';')[0]).join('; ');
    const resumed = await raw(postern, `/oauth/authorize/${place.split('/').at(-1)}`, {
      ...host,
      cookie: `${jar}; ${proof}`,
    });
    t.equal(resumed.status, 303);
    const cookies = [...started.cookies, ...login.cookies, ...posted, ...resumed.cookies];
    const names = new Set(cookies.map((line) => line.split('=')[0]));
    for (const name of [
      '__Host-postern_session',
      '__Secure-postern_interaction',
      '__Secure-postern_resume',
      '__Host-postern_device',
      '__Secure-postern_answer',
      '__Secure-postern_trail',
    ])
      t.ok(names.has(name), name);
    for (const line of cookies) {
      const name = line.split('=')[0] ?? '';
      t.match(line, /; ?secure/i, `${name}: Secure`);
      t.match(line, /; ?httponly/i, `${name}: HttpOnly`);
      t.match(line, /; ?samesite=lax/i, `${name}: SameSite`);
      t.notMatch(line, /; ?domain=/i, `${name}: this host only`);
      if (name.startsWith('__Host-')) t.match(line, /; ?path=\/(;|$)/i, `${name}: as the prefix wants`);
    }
  },
);

t.test('an unknown path is a page for people and JSON for programs', async (t) => {
  const postern = await open(t, usualConfig);
  const { host } = new URL(postern.issuer);
  for (const path of [
    '/nothing',
    '//',
    '//evil.example.com/%2e%2e',
    '/interaction',
    '/oauth/AUTHORIZE',
    '/oauth/token',
    '/account/%00',
    '/x?lang=de&lang=en',
  ]) {
    const page = await raw(postern, path, { host });
    t.equal(page.status, 404, path);
    t.match(page.type, 'text/html');
    t.notMatch(page.body, /href="(\/\/|https?:\/\/evil)/, 'no link leads away');
    const data = await raw(postern, path, { host, accept: '*/*' });
    t.equal(data.status, 404, path);
    t.match(JSON.parse(data.body), { error: 'not_found' });
  }
  const head = await fetch(`${postern.issuer}/nothing`, { method: 'POST', headers: { accept: 'text/html' } });
  t.equal(head.status, 404);
});

t.test('a malformed URL is refused with a page for people and JSON for programs', async (t) => {
  const postern = await open(t, usualConfig);
  const { host } = new URL(postern.issuer);
  for (const [path, status] of [
    ['/%E0%A4%A', 400],
    ['/interaction/%E0%A4%A?lang=de', 400],
    ['/errors/%ff', 400],
    [`/interaction/${'x'.repeat(300)}`, 414],
  ] as const) {
    const page = await raw(postern, path, { host });
    t.equal(page.status, status, path.slice(0, 40));
    t.match(page.type, 'text/html');
    t.match(page.body, path.includes('lang=de') ? '<html lang="de"' : '<html lang="en"');
    guarded(t, { ...page, url: path }, path.slice(0, 40));
    assertNoMarkup(t, { ...page, url: path }, path.slice(0, 40));
    t.match(page.headers.get('x-request-id'), /^[\w-]{12}$/);
    const data = await raw(postern, path, { host, accept: '*/*' });
    t.equal(data.status, status);
    t.match(JSON.parse(data.body), { error: 'invalid_request', error_uri: String });
    t.match(data.headers.get('content-security-policy'), "default-src 'none'");
  }
});

t.test('a refusal before a page is a page (429, 413, 421), and JSON at the other endpoints', async (t) => {
  const security = { password: { memory_kib: 8192, passes: 1 }, throttle: { token_per_address: 1 } };
  const postern = await open(t, { ...usualConfig, security }, createClockAtMinuteStart());
  const browser = new Browser();
  const url = new RelyingParty(postern.issuer).authorizationUrl(newVerifier());
  await browser.request(url);
  const busy = await browser.request(url);
  t.equal(busy.status, 429);
  guarded(t, busy, 'too many requests');
  t.match(busy.body, /Try again in \d+ second/);
  const long = await browser.request(`${postern.issuer}/oauth/logout`, {
    method: 'POST',
    body: new URLSearchParams({ state: 'x'.repeat(8000) }),
  });
  t.equal(long.status, 413);
  guarded(t, long, 'too much');
  const elsewhere = await raw(postern, '/oauth/authorize', { host: 'evil.test' });
  t.equal(elsewhere.status, 421);
  t.match(elsewhere.type, 'text/html');
  for (const path of ['/oauth/token', '/oauth/par']) {
    const send = () =>
      browser.request(`${postern.issuer}${path}`, { method: 'POST', body: new URLSearchParams() });
    for (const [refused, status] of [
      [await send(), 400],
      [await send(), 429],
    ] as const) {
      t.equal(refused.status, status);
      t.match(
        refused.headers.get('content-type'),
        'application/json',
        `${path} speaks JSON whatever is accepted (RFC 6749 §5.2)`,
      );
    }
  }
});

t.test('an error page leads back to the application only where its redirect URI is registered', async (t) => {
  const postern = await open(t, usualConfig);
  const party = new RelyingParty(postern.issuer);
  const browser = new Browser();
  await browser.submit(await browser.open(party.authorizationUrl(newVerifier())), { login: 'ada', password });
  for (const parameters of [
    { redirect_uri: 'https://evil.example.com/' },
    { client_id: 'nobody' },
    { redirect_uri: `${redirectUri}/..` },
  ]) {
    const page = await browser.request(party.authorizationUrl(newVerifier(), parameters));
    t.equal(page.status, 400);
    t.equal(page.headers.get('location'), null);
    t.notMatch(page.body, /Back to|evil\.example\.com"/);
    t.match(page.body, /href="\/errors\/invalid_(client|redirect_uri)"/);
  }
  const json = await browser.request(party.authorizationUrl(newVerifier(), { client_id: 'nobody' }), {
    headers: { accept: 'application/json' },
  });
  t.match(JSON.parse(json.body), {
    error: 'invalid_client',
    error_uri: `${postern.issuer}/errors/invalid_client`,
  });

  const login = await browser.open(party.authorizationUrl(newVerifier(), { prompt: 'login' }));
  await postern.store.close();
  const away = await browser.request(party.authorizationUrl(newVerifier(), { state: 'the state' }));
  t.equal(away.status, 503);
  t.equal(away.headers.get('retry-after'), '2');
  t.match(away.body, 'Try again in 2 seconds');
  const link = /href="(http:\/\/localhost:4999\/[^"]+)"/.exec(away.body)?.[1]?.replaceAll('&amp;', '&') ?? '';
  t.match(away.body, 'Back to The App');
  t.match(Object.fromEntries(new URL(link).searchParams), {
    error: 'temporarily_unavailable',
    state: 'the state',
    iss: postern.issuer,
  });
  t.notOk(away.headers.get('cross-origin-opener-policy'));
  const evil = await browser.request(
    party.authorizationUrl(newVerifier(), { redirect_uri: 'https://evil.example.com/' }),
  );
  t.equal(evil.status, 400, 'that much is known without a store');
  t.notMatch(evil.body, 'Back to');
  const lost = await browser.submit(login, { login: 'ada', password });
  t.equal(lost.status, 503, 'a form is not taken for refused');
});

t.test('the language is the chosen one, then the application’s, then the browser’s', async (t) => {
  const postern = await open(t, usualConfig);
  const party = new RelyingParty(postern.issuer);
  const tongue = (page: Page): string => /<html lang="([^"]+)"/.exec(page.body)?.[1] ?? '';
  const polish = { headers: { 'accept-language': 'fr, pl;q=0.9' } };
  const browser = new Browser();
  t.equal(tongue(await browser.open(`${postern.issuer}/errors/slow_down`, polish)), 'pl');
  const asked = party.authorizationUrl(newVerifier(), { ui_locales: 'de' });
  const login = await browser.open(asked, polish);
  t.equal(tongue(login), 'de');
  t.match(login.body, /href="\/interaction\/[^"]+\?lang=pl"/, 'by a GET link on the same page');
  const pressed = await browser.request(`${login.url}?lang=en`, polish);
  t.equal(tongue(pressed), 'en');
  t.match(pressed.headers.getSetCookie().join(), 'postern_lang=en');
  t.equal(tongue(await browser.open(asked, polish)), 'en', 'and it is remembered');
  const refused = await browser.submit(pressed, { login: 'ada', password: 'wrong' });
  t.equal(tongue(refused), 'en');
  const unknown = await browser.request(`${postern.issuer}/errors/slow_down?lang=xx`);
  t.notOk(
    unknown.headers.getSetCookie().join().includes('postern_lang'),
    'a language that we don’t speak is not remembered',
  );
  const error = new Browser();
  t.equal(
    tongue(
      await error.open(party.authorizationUrl(newVerifier(), { client_id: 'nobody', ui_locales: 'pl' })),
    ),
    'pl',
    'on error pages as well',
  );
});

t.test(
  'pages show the operator’s name, logo, languages and hosts, and load nothing else from other sites',
  async (t) => {
    const postern = await open(t, {
      ...usualConfig,
      pages: {
        name: 'Harbour ID',
        logo: "https://cdn.example.com/a.svg?x=';script-src%20*",
        languages: ['pl', 'en'],
        default_language: 'pl',
        form_targets: ['https://apps.example.com'],
      },
    });
    const browser = new Browser();
    const login = await browser.open(new RelyingParty(postern.issuer).authorizationUrl(newVerifier()));
    t.match(login.body, /<img class="mark" src="https:\/\/cdn\.example\.com\/a\.svg[^"]*" alt=""/);
    t.match(login.body, '<span>Harbour ID</span>');
    t.match(login.body, '<html lang="pl"');
    t.match(login.body, 'lang=en"');
    t.notMatch(login.body, 'lang=de"', 'a language that is not offered is no link');
    const policy = login.headers.get('content-security-policy') ?? '';
    t.match(policy, "img-src 'self' data: https://cdn.example.com;");
    t.match(policy, "form-action 'self' http://localhost:4999 https://apps.example.com;");
    guarded(t, { ...login, headers: new Headers(login.headers) }, 'login');

    const plain = await open(t, { ...usualConfig, pages: { languages: ['de'], default_language: 'de' } });
    const page = await new Browser().open(`${plain.issuer}/errors/slow_down`);
    t.notMatch(page.body, 'class="languages"', 'with one language there is nothing to choose');
    t.notMatch(page.headers.get('content-security-policy'), 'http');
  },
);

t.test('the headers for an application with many hosts stay within the limits of proxies', async (t) => {
  const hosts = Array.from({ length: 300 }, (_, at) => `https://customer-${at}.apps.example.com`);
  const redirects = hosts.flatMap((host) => [`${host}/callback`, `${host}/silent`]);
  const postern = await open(t, { clients: [{ ...usualConfig.clients[0], redirect_uris: redirects }] });
  const url = new RelyingParty(postern.issuer).authorizationUrl(newVerifier(), {
    redirect_uri: redirects.at(-1) ?? '',
  });
  const policy = (await new Browser().open(url)).headers.get('content-security-policy') ?? '';
  t.match(policy, /form-action 'self' https:\/\/customer-299\.apps\.example\.com https:\/\/customer-0\./);
  t.match(policy, ' https://customer-31.', 'an address for each of the first hosts');
  t.ok(policy.length < 2048, `${policy.length} characters`);
});
