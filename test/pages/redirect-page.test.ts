import { request } from 'node:http';
import { text } from 'node:stream/consumers';
import t from 'tap';
import {
  Browser,
  formOf,
  newVerifier,
  type Page,
  password,
  RelyingParty,
  redirectParameters,
  secret,
  startInProcess,
  usualConfig,
} from '../support/setup/index.ts';

// test/browser/other-host.test.ts shows why the page exists.

const callback = `https://app.example.com/callback?tenant="><script>alert(1)</script>&x='`;
const scheme = 'com.example.app:/callback';

const server = await startInProcess(t, {
  accounts: usualConfig.accounts,
  clients: [
    {
      client_id: 'app',
      client_name: 'The <App>',
      client_secret: secret,
      redirect_uris: [new URL(callback).href],
      first_party: true,
    },
    {
      client_id: 'native',
      token_endpoint_auth_method: 'none',
      application_type: 'native',
      redirect_uris: [scheme],
    },
  ],
  registration: { enabled: true },
});
/** The headers of a browser that opens a page. */
const navigation = { 'sec-fetch-mode': 'navigate', 'sec-fetch-dest': 'document' };

/** `fetch` sets Fetch Metadata itself, so the request that leads to the application is sent without it. */
const get = (url: string, headers: Readonly<Record<string, string>>): Promise<Page> =>
  new Promise((resolve, reject) => {
    request(url, { headers: { accept: 'text/html', ...headers } }, async (response) => {
      const body = await text(response);
      const pairs = Object.entries(response.headers).map(([name, value]) => [name, String(value)] as const);
      resolve({
        status: response.statusCode ?? 0,
        url,
        headers: new Headers(Object.fromEntries(pairs)),
        body,
      });
    })
      .on('error', reject)
      .end();
  });

const post = async (browser: Browser, { url, body }: Page, fields: Readonly<Record<string, string>>) => {
  const { action, hidden } = formOf(body);
  const answer = await browser.request(new URL(action, url).href, {
    method: 'POST',
    body: new URLSearchParams({ ...hidden, ...fields }),
    headers: { origin: server.issuer },
  });
  return new URL(answer.headers.get('location') ?? '', server.issuer).href;
};

/** Signs in and returns what the browser gets after the last form. */
const signIn = async (
  headers: Readonly<Record<string, string>>,
  parameters: Readonly<Record<string, string>> = {},
  party = new RelyingParty(server.issuer),
): Promise<{ readonly page: Page; readonly browser: Browser }> => {
  const browser = new Browser();
  const redirect_uri = new URL(callback).href;
  const login = await browser.open(party.authorizationUrl(newVerifier(), { redirect_uri, ...parameters }));
  const resume = (url: string) => get(url, { ...headers, cookie: browser.cookiesFor(new URL(url).pathname) });
  const afterLogin = await post(browser, login, { login: 'ada', password });
  if (party.id === 'app') return { page: await resume(afterLogin), browser };
  const consent = await browser.open(afterLogin);
  return { page: await resume(await post(browser, consent, { decision: 'allow' })), browser };
};

t.test('programs, frames and apps of the device are redirected as before', async (t) => {
  const cases = {
    'a program': {},
    'a script': { 'sec-fetch-mode': 'cors', 'sec-fetch-dest': 'empty' },
    'a frame': { 'sec-fetch-mode': 'navigate', 'sec-fetch-dest': 'iframe' },
  };
  for (const [name, headers] of Object.entries(cases)) {
    const { page } = await signIn(headers);
    t.equal(page.status, 303, name);
    t.ok(redirectParameters(page).get('code'), name);
  }
  const native = new RelyingParty(server.issuer, 'native', '');
  const { page } = await signIn(navigation, { redirect_uri: scheme }, native);
  t.equal(page.status, 303, 'no redirect follows a private-use scheme');
  t.match(page.headers.get('location'), /^com\.example\.app:\/callback\?code=/);
});

t.test('a browser gets a page that goes on by itself, after a form only', async (t) => {
  const { page, browser } = await signIn(navigation, { state: `"><img src=x onerror=alert(1)>` });
  t.equal(page.status, 200);
  t.notOk(page.headers.get('location'));
  t.equal(page.headers.get('cache-control'), 'no-store');
  t.match(page.headers.get('content-security-policy'), /form-action 'self';/);
  t.notOk(page.headers.get('cross-origin-opener-policy'), 'a popup keeps its opener');
  const refresh = /<meta http-equiv="refresh" content="0; url=([^"]+)">/.exec(page.body)?.[1] ?? '';
  const target = new URL(refresh.replaceAll('&amp;', '&'));
  t.equal(target.origin, 'https://app.example.com');
  t.ok(target.searchParams.get('code'));
  t.equal(target.searchParams.get('state'), `"><img src=x onerror=alert(1)>`);
  t.equal(target.searchParams.get('iss'), server.issuer);
  t.match(page.body, `<a class="continue" href="${refresh}">`, 'and has a link for browsers that do not');
  t.match(page.body, 'The &lt;App&gt;');
  t.notMatch(page.body, /<img src=x|<script>alert/);
  t.notMatch(page.body, 'class="languages"', 'loading it again would use the code again');

  const registered = await fetch(`${server.issuer}/oauth/register`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ client_name: 'Trustworthy', redirect_uris: ['https://evil.example/landing'] }),
  });
  // The response of a registration has this shape (RFC 7591 §3.2.1).
  const { client_id } = (await registered.json()) as { client_id: string };
  const stranger = new RelyingParty(server.issuer, client_id);
  const unverified = await signIn(navigation, { redirect_uri: 'https://evil.example/landing' }, stranger);
  t.match(unverified.page, { status: 200, body: '<strong>evil.example</strong>' });
  t.notMatch(unverified.page.body, 'Trustworthy', 'a client that registered itself is named by its host');

  const url = new RelyingParty(server.issuer).authorizationUrl(newVerifier(), {
    redirect_uri: new URL(callback).href,
  });
  const again = await get(url, { ...navigation, cookie: browser.cookiesFor('/oauth/authorize') });
  t.equal(again.status, 303, 'no form came before it');
});
