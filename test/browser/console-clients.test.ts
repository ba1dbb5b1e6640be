import { readFileSync } from 'node:fs';
import t from 'tap';
import { addPeople } from '../console/console-server.ts';
import { checkAccessibility, newTab, startBrowserTest } from './browser-test.ts';

t.setTimeout(300_000);

const hostile = '"><img src=x onerror=alert(1)>';
const { chromium, postern } = await startBrowserTest(t, { admin: { enabled: true }, accounts: [] });
const { issuer } = postern;
await addPeople(postern.app.services);
const { clients } = postern.app.services;
const complaints: string[] = [];

const newContext = async (javaScriptEnabled: boolean) => {
  const context = await chromium.newContext({ javaScriptEnabled, locale: 'en', acceptDownloads: true });
  const { cookies } = await postern.signIn('admin');
  await context.addCookies(cookies.map(({ name, value }) => ({ name, value, url: issuer })));
  t.teardown(() => context.close());
  return context;
};

for (const javaScriptEnabled of [true, false]) {
  const mode = javaScriptEnabled ? 'with JavaScript' : 'without JavaScript';
  const name = `Lantern ${javaScriptEnabled ? 1 : 2}`;

  t.test(`a client is made, changed, stopped and deleted ${mode}`, async (t) => {
    const tab = await newTab(await newContext(javaScriptEnabled), complaints);
    const check = async (page: string): Promise<void> => {
      if (javaScriptEnabled) await checkAccessibility(t, tab, `console-${page}`);
    };
    await tab.goto(`${issuer}/admin/clients`);
    await check('clients');
    await tab.click('.console-new-client');
    await tab.click('text=Web application');
    await tab.fill('#client_name', name);
    await tab.fill('#redirect_uris', 'http://evil.example/cb');
    await tab.click('.console-create');
    t.match(await tab.title(), /^Error: /);
    t.match(await tab.locator('.field-error').textContent(), 'Line 1: http://evil.example/cb must use https');
    await check('new-client-refused');
    await tab.fill('#redirect_uris', 'https://lantern.example/cb');
    await tab.click('.console-create');
    await tab.locator('#new-secret').waitFor();
    const secret = await tab.inputValue('#new-secret');
    t.ok(secret.length >= 32);
    t.notMatch(tab.url(), secret);
    t.equal(await tab.locator('[data-copy="new-secret"]').isVisible(), javaScriptEnabled);
    await check('created');
    const [download] = await Promise.all([tab.waitForEvent('download'), tab.click('.console-env')]);
    t.match(readFileSync(await download.path(), 'utf8'), `OIDC_CLIENT_SECRET=${secret}`);

    await tab.click('.console-open');
    t.equal(await tab.locator('h1').textContent(), name);
    t.notMatch(await tab.content(), secret);
    await check('client');
    const id = decodeURIComponent(new URL(tab.url()).pathname.split('/').at(-1) ?? '');
    await tab.click('nav.tabs a[href$="/edit"]');
    await check('edit-client');
    await tab.fill('#client_name', hostile);
    await tab.click('.console-save');
    t.equal(await tab.locator('.console-done').textContent(), 'The client was saved.');
    t.equal(await tab.locator('h1').textContent(), hostile);

    await tab.click('nav.tabs a[href$="/secrets"]');
    await check('secrets');
    await tab.click('.console-rotate-secret');
    const next = await tab.inputValue('#new-secret');
    t.ok(await clients.verifySecret(id, next));
    await tab.click('.console-open');
    await tab.click('.console-remove-secret >> nth=1');
    await tab.click('.console-confirm');
    t.equal(await tab.locator('.console-done').textContent(), 'The secret was removed.');
    t.notOk(await clients.verifySecret(id, secret));

    await tab.click('nav.tabs a >> nth=0');
    await tab.click('.console-stop');
    await tab.click('.console-confirm');
    t.ok(clients.isStopped(id));
    await tab.click('.console-start');
    await tab.click('.console-confirm');
    await tab.click('.console-remove');
    await tab.fill('#typed', 'something else');
    await tab.click('.console-confirm');
    t.match(await tab.title(), /^Error: /);
    await check('remove-client');
    await tab.fill('#typed', id);
    await tab.click('.console-confirm');
    t.equal(await tab.locator('.console-done').textContent(), 'The client was deleted.');
    t.equal(await clients.get(id), undefined);
  });
}

t.test('a well-known application is connected', async (t) => {
  const tab = await newTab(await newContext(true), complaints);
  await tab.goto(`${issuer}/admin/new-client`);
  await tab.click('text=Grafana');
  await tab.fill('#url', 'https://grafana.example');
  await tab.click('.console-create');
  t.match(await tab.inputValue('#block-0'), /client_secret = \S{32}/);
});

t.test('browsers complain of nothing', async (t) => t.strictSame(complaints, []));
