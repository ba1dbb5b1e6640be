import type { Page as Tab } from 'playwright-core';
import t, { type Test } from 'tap';
import { freePort } from '#src/testing/free-port.ts';
import { startFakeUpstream } from '../support/fake-upstream.ts';
import { password, secret } from '../support/setup/index.ts';
import { startStockProvider } from '../support/stock-provider.ts';
import { settingsOf } from '../support/upstream-sign-in.ts';
import { checkAccessibility, newTab, receivedParameters, signIn, startBrowserTest } from './browser-test.ts';

t.setTimeout(600_000);

const acme = await startFakeUpstream(t);
const port = await freePort();
const stock = await startStockProvider(t, `http://localhost:${port}`);
const stage = await startBrowserTest(t, {
  listen: { port },
  security: { password: { memory_kib: 8192, passes: 1 } },
  upstreams: [
    settingsOf(acme, { create: true }),
    {
      id: 'stock',
      name: 'Stock',
      issuer: stock.issuer,
      client_id: 'downstream',
      client_secret: secret,
      trust_email: true,
      create: true,
      logout: 'upstream',
    },
  ],
});
const { postern: server, chromium, home, startAuthorization } = stage;
const list = `${server.issuer}/account/upstreams`;

/** Runs in a browser without JavaScript, and fails when the console shows a complaint. */
const withoutScripts = async (t: Test, use: (tab: Tab) => Promise<void>): Promise<void> => {
  const context = await chromium.newContext({ javaScriptEnabled: false });
  // The pages of a stock oidc-provider load a font from elsewhere.
  await context.route(/fonts\.googleapis\.com/, (route) => route.fulfill({ body: '' }));
  const complaints: string[] = [];
  try {
    await use(await newTab(context, complaints));
  } finally {
    await context.close();
  }
  t.strictSame(complaints, [], 'the console is silent');
};

t.test('without JavaScript a person links an identity, signs in with it, and unlinks it', (t) =>
  withoutScripts(t, async (tab) => {
    await server.addAccount({ username: 'grace', password });
    acme.person = { sub: 'u1', preferred_username: 'grace-at-acme' };
    // The form of the sign-in page comes before the redirects to another site.
    await tab.goto(`${list}/connect/acme`);
    await signIn(tab, { login: 'grace', password });
    await tab.locator('.upstream-connect').waitFor();
    await tab.locator('.upstream-connect').click();
    await tab.locator('.notice', { hasText: 'The provider is connected.' }).waitFor();
    t.match(await tab.locator('.entries').textContent(), 'grace-at-acme');

    await tab.context().clearCookies();
    await tab.goto(startAuthorization({ client_id: 'other' }).url);
    await tab.getByText('Continue with Acme').click();
    await tab.locator('h1', { hasText: 'GET /callback' }).waitFor();
    t.ok((await receivedParameters(tab))['code']);

    await tab.goto(list);
    await tab.locator('.entries a').click();
    await tab.locator('.upstream-remove').click();
    await tab.locator('.notice', { hasText: 'The provider was disconnected.' }).waitFor();
  }),
);

t.test('without JavaScript a person signs in by a stock oidc-provider, and signs out of both', (t) =>
  withoutScripts(t, async (tab) => {
    await tab.goto(startAuthorization({ client_id: 'other' }).url);
    await tab.getByText('Continue with Stock').click();
    await tab.fill('[name=login]', 'margaret');
    await tab.fill('[name=password]', 'any');
    await tab.locator('[type=submit]').click();
    await tab.locator('[type=submit]').click();
    await tab.locator('h1', { hasText: 'GET /callback' }).waitFor();
    t.ok((await receivedParameters(tab))['code']);
    const { account = '' } = server.events.filter(({ type }) => type === 'sign-in').at(-1) ?? {};
    t.match((await server.app.services.accounts.find(account))?.claims, { name: 'margaret of Stock' });

    const query = { client_id: 'other', post_logout_redirect_uri: `${home}/bye`, state: 'the-state' };
    await tab.goto(`${server.issuer}/oauth/logout?${new URLSearchParams(query)}`);
    await tab.locator('[name=logout]').click();
    await tab.locator('[name=logout]', { hasText: 'Yes' }).click();
    await tab.locator('h1', { hasText: 'GET /bye' }).waitFor();
    t.equal((await receivedParameters(tab))['state'], 'the-state');
    await tab.goto(`${stock.issuer}/session/end`);
    t.equal(await tab.locator('[name=logout]', { hasText: 'Yes' }).count(), 0, 'signed out there');
  }),
);

t.test('the pages are accessible and fit into narrow windows', async (t) => {
  const context = await chromium.newContext();
  const complaints: string[] = [];
  const tab = await newTab(context, complaints);
  await server.addAccount({ username: 'katherine', password });
  acme.person = { sub: 'u2', email: 'katherine.with-a-long-name@a-long-domain.acme.example' };
  await tab.goto(list);
  await signIn(tab, { login: 'katherine', password });
  await tab.locator('.upstream-add', { hasText: 'Acme' }).click();
  await tab.locator('.upstream-connect').waitFor();
  await checkAccessibility(t, tab, 'upstream-confirm');
  await tab.locator('.upstream-connect').click();
  await tab.locator('.notice').waitFor();
  await checkAccessibility(t, tab, 'upstreams');
  await tab.locator('.entries a').click();
  await tab.locator('.upstream-remove').waitFor();
  await checkAccessibility(t, tab, 'upstream-remove');
  await context.close();
  t.strictSame(complaints, [], 'the console is silent');
});
