import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import t, { type Test } from 'tap';
import { launchChromium } from '../support/chromium.ts';
import { newVerifier, RelyingParty, secret, startInProcess, usualConfig } from '../support/setup/index.ts';
import { newTab, signIn } from './browser-test.ts';

t.setTimeout(600_000);

// A relying party on one host signs people in for applications on other hosts, as oauth2-proxy does. Browsers apply
// `form-action` to each redirect that follows a form, and no client names the hosts of the applications.

const chromium = await launchChromium();
t.teardown(() => chromium.close());

const listen = async (t: Test, handle: Parameters<typeof createServer>[1]): Promise<number> => {
  const server = createServer(handle).listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.teardown(() => server.close());
  return (server.address() as AddressInfo).port;
};

const start = async (t: Test, more: object = {}) => {
  /** What the relying party received and did. */
  const received: string[] = [];
  const appPort = await listen(t, (request, response) => {
    response.setHeader('content-type', 'text/html');
    response.end(`<!doctype html><title>App</title><h1>The application</h1><p>${request.url}</p>`);
  });
  const application = `http://localhost:${appPort}`;
  const verifier = newVerifier();
  const proxyPort = await listen(t, async (request, response) => {
    const { pathname, searchParams } = new URL(request.url ?? '/', proxy);
    if (pathname === '/start') {
      const parameters = { ...Object.fromEntries(searchParams), redirect_uri: `${proxy}/callback` };
      const location = party.authorizationUrl(verifier, { state: 'opaque', ...parameters });
      return response.writeHead(302, { location }).end();
    }
    received.push(pathname);
    const answer = request.method === 'POST' ? new URLSearchParams(await text(request)) : searchParams;
    const code = answer.get('code');
    if (code !== null) {
      const { status } = await party.redeem(code, verifier, { redirect_uri: `${proxy}/callback` });
      received.push(`redeemed: ${status}`);
    }
    const outcome = answer.get('error') ?? (code === null ? pathname.slice(1) : 'welcome');
    return response.writeHead(302, { location: `${application}/${outcome}` }).end();
  });
  const proxy = `http://127.0.0.1:${proxyPort}`;
  const { issuer } = await startInProcess(t, {
    accounts: usualConfig.accounts,
    clients: [
      {
        client_id: 'app',
        client_name: 'The Proxy',
        client_secret: secret,
        redirect_uris: [`${proxy}/callback`],
        post_logout_redirect_uris: [`${proxy}/bye`],
        grant_types: ['authorization_code', 'refresh_token'],
        ...more,
      },
    ],
  });
  const party = new RelyingParty(issuer);
  return { issuer, proxy, application, received };
};

for (const javaScriptEnabled of [true, false]) {
  const how = javaScriptEnabled ? 'with JavaScript' : 'without JavaScript';

  t.test(`a first sign-in ends at the application on another host, ${how}`, async (t) => {
    const { issuer, proxy, application, received } = await start(t);
    const context = await chromium.newContext({ javaScriptEnabled });
    t.teardown(() => context.close());
    const complaints: string[] = [];
    const tab = await newTab(context, complaints);
    const pages: string[] = [];
    tab.on('response', (response) => {
      const { pathname } = new URL(response.url());
      if (/^\/oauth\/authorize/.test(pathname)) pages.push(`${response.status()}`);
    });

    await tab.goto(`${proxy}/start`);
    await signIn(tab);
    await tab.locator('.consent-allow').waitFor();
    t.strictSame(pages, ['303', '303'], 'no page between two pages of this server');
    await tab.click('.consent-allow');
    await tab.waitForURL(`${application}/welcome`);
    t.strictSame(received, ['/callback', 'redeemed: 200'], 'the code came once');
    t.strictSame(pages, ['303', '303', '200']);

    await tab.goto(`${proxy}/start`);
    await tab.waitForURL(`${application}/welcome`);
    t.strictSame(pages.slice(3), ['303'], 'no page where no form was sent');
    await tab.goBack();
    t.notMatch(tab.url(), 'code=', 'the page of the redirect is no entry in the history');

    await tab.goto(`${proxy}/start?prompt=consent`);
    await tab.click('.consent-deny');
    await tab.waitForURL(`${application}/access_denied`);

    received.length = 0;
    await tab.goto(`${proxy}/start?response_mode=form_post`);
    if (!javaScriptEnabled) await tab.click('.form-post-submit');
    await tab.waitForURL(`${application}/welcome`);
    t.strictSame(received, ['/callback', 'redeemed: 200']);

    await tab.goto(`${issuer}/oauth/logout?client_id=app&post_logout_redirect_uri=${proxy}/bye`);
    await tab.click('.logout-confirm');
    await tab.waitForURL(`${application}/bye`);
    t.strictSame(complaints, [], 'the console is silent');
  });
}
