import t from 'tap';
import { password } from '../support/setup/index.ts';
import { checkAccessibility, newTab, signIn, startBrowserTest } from './browser-test.ts';

t.setTimeout(300_000);

const redirect = 'https://agent.example.com/callback';
const { postern, home, chromium, startAuthorization } = await startBrowserTest(t, {
  registration: { enabled: true },
});

t.test(
  'a person sees which applications have access, and disconnects them, without JavaScript',
  async (t) => {
    const { id } = await postern.addClient({
      type: 'web',
      metadata: {
        client_name: 'Harbour Wiki, where everything about the harbour is written down',
        client_uri: 'https://wiki.example.com/',
        redirect_uris: ['https://wiki.example.com/callback'],
      },
    });
    t.ok(id);
    const registered = await fetch(`${postern.issuer}/oauth/register`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ client_name: 'Agent', redirect_uris: [redirect] }),
    });
    const { client_id } = JSON.parse(await registered.text());
    const complaints: string[] = [];
    const context = await chromium.newContext({ javaScriptEnabled: false, locale: 'en' });
    const tab = await newTab(context, complaints);

    await tab.goto(startAuthorization({ scope: 'openid email offline_access', prompt: 'consent' }).url);
    await signIn(tab, { login: 'ada', password });
    await tab.click('.consent-allow');
    await tab.waitForURL(`${home}/callback*`);
    const { url } = startAuthorization({
      client_id,
      redirect_uri: redirect,
      scope: 'openid',
      prompt: 'consent',
    });
    await tab.goto(url);
    // Nothing answers at the redirect URI of the agent.
    await tab.route(`${redirect}*`, (route) => route.fulfill({ body: 'connected' }));
    await tab.click('.consent-allow');
    await tab.waitForURL(`${redirect}*`);

    // axe is a script.
    const scripted = await chromium.newContext({ locale: 'en', storageState: await context.storageState() });
    const reader = await newTab(scripted, complaints);
    const check = async (path: string, name: string): Promise<void> => {
      await reader.goto(`${postern.issuer}${path}`);
      await checkAccessibility(t, reader, name);
    };
    for (const language of ['de', 'pl', 'en'])
      await check(`/account/apps?lang=${language}`, `account-apps-${language}`);
    await check('/account/apps/disconnect?app=app', 'account-apps-disconnect');
    await check('/account/apps/disconnect-unverified', 'account-apps-disconnect-unverified');
    await tab.goto(`${postern.issuer}/account/apps?lang=en`);
    t.equal(await tab.locator('.app-disconnect').count(), 2);
    const wiki = tab.locator('.app-open', { hasText: 'Harbour Wiki' });
    t.equal(await wiki.getAttribute('href'), 'https://wiki.example.com/');

    await tab.click('.apps-disconnect-unverified');
    await tab.click('.app-disconnect-confirm');
    t.equal(await tab.locator('p.notice[role=status]').textContent(), 'Disconnected.');
    await tab.click('.app-disconnect');
    t.equal(await tab.locator('h1').textContent(), 'Disconnect Harbour Notes?');
    await tab.click('.app-disconnect-confirm');
    t.equal(await tab.locator('.app-disconnect').count(), 0);
    await check('/account/apps', 'account-apps-none');

    await tab.goto(startAuthorization({ scope: 'openid email' }).url);
    await tab.locator('.consent-allow').waitFor();
    await Promise.all([context.close(), scripted.close()]);
    t.strictSame(complaints, [], 'the console is silent');
  },
);
